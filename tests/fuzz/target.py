"""A parser that strangers reach, and what has to be so whatever they send."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

CORPUS = Path(__file__).parent / "corpus"
Check = Callable[[bytes], None]
"""Raises for what must not be: an error that is none of the documented ones, an answer without bounds."""


class Target(NamedTuple):
    """`open` makes its check. `seeds` are well-formed inputs, `words` those of its language.

    `calls`: so many calls of functions a byte it takes at the most; None: another program reads it.
    """

    open: Callable[[], AbstractContextManager[Check]]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()
    calls: int | None = 60


@contextmanager
def opened(target: Target) -> Generator[Check]:
    """Its check, with all that is read once read."""
    with target.open() as check:
        check(target.seeds[0])
        yield check


def corpus(name: str) -> list[Path]:
    """The inputs that once broke it, or are odd enough to be kept."""
    return sorted((CORPUS / name).glob("*"))
