"""How much work an input makes: calls of functions are counted, for time tells more of the machine than of the code."""

import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from tests.fuzz.target import Check

AT_LEAST = 100_000
"""Calls that an input may take however short it is."""
SECONDS = 10.0
"""Of the processor, for one input: what a machine does in milliseconds. Without it a search without end had no end."""


class TooMuchWorkError(Exception):
    """It takes more than in proportion to its length."""


def checked(check: Check, data: bytes, calls: int | None) -> None:
    """Give the input to the check. Raises what it raises, and TooMuchWorkError."""
    with _ended():
        if calls is None:
            check(data)
            return
        most, made = AT_LEAST + calls * len(data), 0

        def count(frame: FrameType, event: str, argument: object) -> None:
            del frame, argument
            nonlocal made
            made += event in ("call", "c_call")

        before = sys.getprofile()
        sys.setprofile(count)
        try:
            check(data)
        finally:
            sys.setprofile(before)
        if made > most:
            msg = f"{made} calls for {len(data)} bytes; {most} are in proportion"
            raise TooMuchWorkError(msg)


@contextmanager
def _ended() -> Generator[None]:
    """What goes on and on is ended, in a search by regular expressions, too."""

    def late(number: int, frame: FrameType | None) -> None:
        raise TooMuchWorkError(f"it takes more than {SECONDS:g} seconds of the processor")

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
