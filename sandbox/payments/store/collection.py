"""Where objects of one kind lie: found by id at once, listed newest first without looking at the others."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from sandbox.payments.api.errors import invalid, no_such
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import Params

Place = tuple[int, int, str]
"""When an object was created, which one it was, and its id: the order of every list."""

MOST = 100
_USUAL = 10
_END = 2**62


class Collection:
    """Objects of one kind. `what` names it in refusals, `url` in lists; `by` are the fields that lists may ask for."""

    def __init__(self, what: str, url: str, by: Sequence[str] = ()) -> None:
        self.what = what
        self._url = url
        self._by = by
        self._objects: dict[str, Json] = {}
        self._places: dict[str, Place] = {}
        self._rows: dict[tuple[str, str], list[Place]] = {("", ""): []}
        self._count = 0

    def put(self, thing: Json) -> Json:
        """Keep a new object."""
        self._count += 1
        place = (thing["created"], self._count, thing["id"])
        self._objects[thing["id"]] = thing
        self._places[thing["id"]] = place
        for row in self._rows_of(thing):
            insort(self._rows.setdefault(row, []), place)
        return thing

    def drop(self, thing: Json) -> None:
        """Forget an object as if it had never been."""
        place = self._places.pop(thing["id"])
        del self._objects[thing["id"]]
        for row in self._rows_of(thing):
            _take(self._rows[row], place)

    def change(self, thing: Json, field: str, value: str | None) -> None:
        """Set a field that lists may ask for."""
        place = self._places[thing["id"]]
        if thing[field] is not None:
            _take(self._rows[field, thing[field]], place)
        thing[field] = value
        if value is not None:
            insort(self._rows.setdefault((field, value), []), place)

    def find(self, name: str) -> Json | None:
        """The object of that id."""
        return self._objects.get(name)

    def get(self, name: str, param: str = "id", status: int = 400) -> Json:
        """The object of that id. Raises StripeError when there is none."""
        thing = self._objects.get(name)
        if thing is None:
            raise no_such(self.what, name, param, status)
        return thing

    def of(self, field: str, value: str) -> list[Json]:
        """All objects with that value, oldest first."""
        return [self._objects[place[2]] for place in self._rows.get((field, value), [])]

    def page(self, params: Params, fits: Callable[[Json], bool] = lambda _: True) -> Json:
        """A page of the list that the parameters ask for. Raises StripeError."""
        limit = params.integer("limit", 1) or _USUAL
        if limit > MOST:
            raise invalid("limit", f"This value must be less than or equal to {MOST}.", "parameter_invalid_integer")
        asked = {field: value for field in self._by if (value := params.text(field))}

        def wanted(thing: Json) -> bool:
            return fits(thing) and all(thing[field] == value for field, value in asked.items())

        row = self._rows.get(next(iter(asked.items()), ("", "")), [])
        found = list(islice(filter(wanted, self._walk(row, params)), limit + 1))
        return {"object": "list", "data": found[:limit], "has_more": len(found) > limit, "url": self._url}

    def _walk(self, row: list[Place], params: Params) -> Iterator[Json]:
        first, last = _range(row, params)
        if (after := params.text("starting_after")) is not None:
            if after not in self._places:
                raise no_such(self.what, after, "starting_after")
            last = min(last, bisect_left(row, self._places[after]))
        return (self._objects[row[index][2]] for index in range(last - 1, first - 1, -1))

    def _rows_of(self, thing: Json) -> list[tuple[str, str]]:
        return [("", ""), *((field, thing[field]) for field in self._by if thing[field] is not None)]


def _take(row: list[Place], place: Place) -> None:
    del row[bisect_left(row, place)]


def _range(row: list[Place], params: Params) -> tuple[int, int]:
    """Where `created=...` or `created[gte]=...` begins and ends in the row."""
    if "created" not in params:
        return 0, len(row)
    if not params.has_levels("created"):
        at = params.integer("created") or 0
        return bisect_left(row, (at, 0, "")), bisect_right(row, (at, _END, ""))
    span = params.inner("created", {"gt", "gte", "lt", "lte"})
    first = max(_from(row, span, "gte", 0), _from(row, span, "gt", _END))
    last = min(_until(row, span, "lt", 0), _until(row, span, "lte", _END))
    return first, last


def _from(row: list[Place], span: Params, name: str, seq: int) -> int:
    at = span.integer(name)
    return 0 if at is None else bisect_left(row, (at, seq, ""))


def _until(row: list[Place], span: Params, name: str, seq: int) -> int:
    at = span.integer(name)
    return len(row) if at is None else bisect_left(row, (at, seq, ""))
