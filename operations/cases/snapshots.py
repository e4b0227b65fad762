"""The cases of the table of open cases, as their snapshots have them, for whoever plays them forward.

Nobody asks a workflow: what is found is as of when each row was written.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from dunning.case.case import Case
from dunning.ports.cores import Cores
from dunning.records.open_case import OpenCase
from operations.cases.last_seen import last_seen

SHARE = 100
"""Rows that are worth their way to another process."""
TOO_LONG = "too long for a snapshot (`starter.py show` tells of each)"
OTHER_VERSION = "with a snapshot of another version (`starter.py cases rebuild` writes it anew)"
DEAD = "whose workflow the server ended (`starter.py recover` lets it go on)"

T = TypeVar("T")
Tick = Callable[[int, int], None]
"""Hears how many cases are done, and of how many."""


class NotLookedAt(NamedTuple):
    """An open invoice of which nothing can be said, and why."""

    invoice: str
    account: str
    why: str


class Played(NamedTuple, Generic[T]):
    """What was found of the cases that could be read, in the order of their rows, and the rows of all others."""

    found: list[T]
    unreadable: list[OpenCase]


def untold(_done: int, _of: int) -> None:
    """Nobody waits for it."""


def why_not(row: OpenCase) -> str:
    """Why nothing can be said of a row, before its snapshot is read; empty when something can."""
    return DEAD if row.died else "" if row.snapshot else TOO_LONG


async def played(
    rule: Callable[[Case], Iterable[T]], rows: Sequence[OpenCase], cores: Cores, tick: Tick = untold
) -> Played[T]:
    """What the rule finds in each case. It travels to other processes: a module's function, or a `partial` of one."""
    shares = [(first, rows[first : first + SHARE]) for first in range(0, len(rows), SHARE)]
    results: dict[int, Played[T]] = {}
    done = 0
    async with aclosing(cores.spread(partial(_share, rule), shares)) as finished:
        async for first, result in finished:
            results[first] = result
            done += min(SHARE, len(rows) - first)
            tick(done, len(rows))
    in_order = [results[first] for first in sorted(results)]
    return Played(
        [each for result in in_order for each in result.found],
        [row for result in in_order for row in result.unreadable],
    )


def _share(rule: Callable[[Case], Iterable[T]], share: tuple[int, Sequence[OpenCase]]) -> tuple[int, Played[T]]:
    found: list[T] = []
    unreadable: list[OpenCase] = []
    for row in share[1]:
        case = last_seen(row)
        if case is None:
            unreadable.append(row)
        else:
            found.extend(rule(case))
    return share[0], Played(found, unreadable)
