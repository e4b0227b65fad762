"""`expand[]`: ids in an answer become the objects they name (docs.stripe.com/api/expanding_objects)."""

import json
from typing import Any, cast

from sandbox.payments.api.errors import invalid
from sandbox.payments.api.forms import Json
from sandbox.payments.state import State

_DEEPEST = 4


class Expander:
    """Expands answers. The kept objects never change by it."""

    def __init__(self, state: State) -> None:
        self._collections = tuple(state.collections().items())

    def expanded(self, answer: Json, paths: list[Any]) -> Json:
        """A copy of the answer with these paths expanded. Raises StripeError for what cannot be."""
        copy = json.loads(json.dumps(answer))
        for path in paths:
            steps = str(path).split(".")
            if len(steps) > _DEEPEST:
                raise invalid("expand", f"You cannot expand more than {_DEEPEST} levels of a property ({path}).")
            self._expand(copy, steps, str(path))
        return copy

    def _expand(self, thing: Json, steps: list[str], path: str) -> None:
        name, *rest = steps
        if name not in thing:
            raise invalid("expand", f"This property cannot be expanded ({path}).")
        if isinstance(thing[name], str):
            thing[name] = self._named(thing[name], path)
        below: Any = thing[name]
        if isinstance(below, (int, float)) or (not rest and isinstance(below, list)):
            raise invalid("expand", f"This property cannot be expanded ({path}).")
        for one in cast("list[Any]", below if isinstance(below, list) else [below]):
            if rest and isinstance(one, dict):
                self._expand(cast("Json", one), rest, path)

    def _named(self, name: str, path: str) -> Json:
        for prefix, collection in self._collections:
            if name.startswith(prefix) and (found := collection.find(name)) is not None:
                return json.loads(json.dumps(found))
        raise invalid("expand", f"This property cannot be expanded ({path}).")
