"""Whether today's code still does what a committed history says it did, and what to do when it does not."""

import json
from collections.abc import Sequence
from itertools import zip_longest

from temporalio import activity

from tools.golden import Command
from workflows.calls import CALLS
from workflows.trust import CHECK

ACTIVITIES = frozenset(
    activity._Definition.must_from_callable(call.method).name  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open
    for call in (*CALLS.values(), CHECK)
    if call
)
"""The names of all activities."""

LESSON = """
{name}: today's code no longer does what this case did.

{changes}

If nobody changed what it does, then something is not deterministic (a clock, chance, the order of a set): mend that.
If the change is a mistake, mend it. If it is meant: `make histories` records all anew; read the difference of the
golden files beside them line by line, and say in the commit why each sort of it is right. (Nobody runs a version from
before 0.1.0; from that tag on cases run, and a committed history is never recorded anew.)
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
    return old.argument == new.argument or json.loads(old.argument) == json.loads(new.argument)
