"""A bar on standard error for what takes a while: only on a terminal, and only when a person wants to see it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.progress import Progress

LONG = 200
"""Cases from which a person wants to see progress."""


def bar() -> Progress:
    """What shows the tasks that are added to it, as long as it is entered."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


@contextmanager
def progress(doing: str) -> Generator[Callable[[int, int], None]]:
    """Tell it how many are done, and of how many; the bar is there from the first word on."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    with bar() as shown:
        task = shown.add_task(doing, total=None, visible=False)
        yield lambda done, of: shown.update(task, completed=done, total=of, visible=of >= LONG)


@contextmanager
def counting(total: int, doing: str) -> Generator[Callable[[], None]]:
    """Tell it of each that is done, of so many."""
    with progress(doing) as tell:
        done = 0

        def tick() -> None:
            nonlocal done
            done += 1
            tell(done, total)

        yield tick
