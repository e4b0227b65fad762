"""Whether today's code still does what a committed history says it did, and what to do when it does not."""

import json
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, get_type_hints

from temporalio import activity

from tools.golden import Command
from workflows.calls import CALLS, REINSTATE

ORDERS: dict[str, Any] = {}
"""What each activity takes, by its name."""
for _call in (REINSTATE, *CALLS.values()):
    _name = activity._Definition.must_from_callable(_call.method).name or ""  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open
    ORDERS[_name] = get_type_hints(_call.method)["order"]

LESSON = """
{name}: today's code no longer does what this case did.

{changes}

Cases like it are running now, and will meet the new code in their middle. If the change is a mistake, mend it. If it
is meant:
  1. keep the old behaviour for running cases: put the new one behind `if workflow.patched("what-changed-YYYY-MM"):`
     (a change in `dunning` needs its new behaviour handed in as data: in the plan, or in a field with a default);
  2. record the new behaviour as a new history: a story with a new title in tests/replay/stories.jsonl, then
     `make histories`;
  3. never edit, overwrite or delete a committed history: it stands for cases that cannot be edited either.
"""


def changes(was: Sequence[Command], now: Sequence[Command], complaint: str = "") -> list[str]:
    """A paragraph for each timer or activity that differs. A timer's label may: it is only for people."""
    found = [f"replay stopped: {complaint}"] if complaint else []
    for place, (old, new) in enumerate(zip_longest(was, now), start=1):
        if old is None or new is None or not _same(old, new):
            found.append(f"line {place} was: {_shown(old)}\n    is now: {_shown(new)}")
    return found


def _shown(command: Command | None) -> str:
    return command.text() if command else "(nothing)"


def lesson(name: str, found: Sequence[str]) -> str:
    """What a developer reads when a history is no longer kept."""
    return LESSON.format(name=name, changes="\n".join(found))


def _same(old: Command, new: Command) -> bool:
    if (old.kind, old.what) != (new.kind, new.what):
        return False
    return old.argument == new.argument or _as_read_today(old) == json.loads(new.argument)


def _as_read_today(old: Command) -> dict[str, Any]:
    """The old argument with the defaults of fields that came later: a new field with a default changes nothing."""
    written = json.loads(old.argument)
    order = ORDERS[old.what.split()[0]]
    return written | order.model_validate(written).model_dump(mode="json")
