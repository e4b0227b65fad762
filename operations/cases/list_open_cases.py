"""Listing the cases as the store has them: sorted, filtered, in one look, whatever Temporal does meanwhile.

Open ones come from their table, closed ones from their books. Each invoice is one line, however often it was reopened.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, Protocol, get_args

from dunning.calendar import local_date
from dunning.case.outcomes import Ending
from dunning.explain.open_cases import as_at
from dunning.level import Level
from dunning.ports.closed_cases import ClosedCases
from dunning.ports.open_cases import OpenCases
from dunning.records.open_case import OpenCase
from dunning.states import StateInTable
from operations.cases.list_cases import filter_by, overdue_days, state_at_reading
from operations.errors import RefusedError

ENDS = tuple(each for each in get_args(Ending) if each)
"""The states of cases that ended."""


class CaseTables(OpenCases, ClosedCases, Protocol):
    """The open cases, and the closed ones."""


class SortedListing(NamedTuple):
    """Which cases: those with all of these values; an empty one means any. `sort` is a column of the table.

    `closed`: closed ones, too; they are also found by the state in which they ended.
    """

    state: StateInTable | None = None
    account: str = ""
    policy: str = ""
    level: Level | None = None
    sort: str = "number"
    descending: bool = False
    closed: bool = False


class CaseNow(NamedTuple):
    """A row, and what time has made of it: the state now, and the calendar days past the due date in its zone.

    `closed`: the case ended, and the row is as its books were closed.
    """

    row: OpenCase
    state: str
    overdue: int
    closed: bool = False


_NEVER = datetime.max.replace(tzinfo=UTC)
_DERIVED: Mapping[str, Callable[[CaseNow], Any]] = {
    "state": lambda found: found.state,
    "overdue": lambda found: found.overdue,
    "coming": lambda found: found.row.coming,
    "coming_at": lambda found: found.row.coming_at or _NEVER,
}
"""What is sorted here, by what it is now: time has changed it since it was written, or it is not in the table."""


class ListOpenCases:
    """`clock` is the wall's: what time alone changes is derived when it is read."""

    def __init__(self, table: CaseTables, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._clock = clock

    async def of(self, asked: SortedListing) -> list[CaseNow]:
        """All of them at once.

        Raises RefusedError for a column that there is not and for a value that none can have, StoreOutageError.
        """
        wanted = filter_by(account=asked.account, policy=asked.policy)
        now, derived = self._clock(), _DERIVED.get(asked.sort)
        column, down = ("number", False) if derived else (asked.sort, asked.descending)
        try:
            rows = await self._table.open_cases(
                now, account=wanted.account, policy=wanted.policy, sort=column, descending=down
            )
        except ValueError as error:
            raise RefusedError(str(error), field="sort") from None
        found = all_found(rows, now)
        if asked.closed or asked.state in ENDS:
            # Read after the open ones: a case that ends meanwhile is in both, and would else be in neither.
            outcome = asked.state if asked.state in ENDS else ""
            found = with_closed(found, await self._table.closed_cases(wanted.account, wanted.policy, outcome or ""))
            derived = derived or _by_column(asked.sort)
        if derived:
            found.sort(key=derived, reverse=asked.descending)
        return [each for each in found if asked.state in (None, each.state) and asked.level in (None, each.row.level)]


def with_closed(found: list[CaseNow], closed: tuple[OpenCase, ...]) -> list[CaseNow]:
    """Both, by number, each invoice once: one that was closed meanwhile is closed."""
    over = {row.number: CaseNow(row, row.state, 0, closed=True) for row in closed}
    return sorted([*(each for each in found if each.row.number not in over), *over.values()], key=_number)


def _number(found: CaseNow) -> str:
    return found.row.number


def _by_column(column: str) -> Callable[[CaseNow], Any]:
    if column == "balance":
        return lambda found: found.row.balance.minor
    return lambda found: getattr(found.row, column)


def all_found(rows: tuple[OpenCase, ...], now: datetime) -> list[CaseNow]:
    """What time has made of these rows by `now`."""
    today = {zone: local_date(now, zone) for zone in {row.zone for row in rows}}
    return [_found(as_at(row, now), today[row.zone]) for row in rows]


def _found(row: OpenCase, today: date) -> CaseNow:
    overdue = overdue_days(row.state, row.due, today)
    state = "dead" if row.died else state_at_reading(row.state, row.coming, overdue) or row.state
    return CaseNow(row, state, overdue)
