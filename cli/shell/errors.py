"""What a command says when it cannot do its work: a few plain lines for people, and an exit status for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

BAD_INPUT, FAILED, INTERRUPTED = 2, 1, 130
AGAIN = "and run the same command again: it is safe to repeat"
"""How the sentence about an outage ends."""


class CommandError(Exception):
    """The command ends here; its text says what, where, why, and what to do. No traceback is shown."""

    status = FAILED


class BadInputError(CommandError):
    """What was typed cannot be used, or was refused."""

    status = BAD_INPUT


class FailedError(CommandError):
    """An outage: the same command may work later."""


class TemporalAwayError(FailedError):
    """`why` alone says nothing of typing it again: who could keep what was given need not do that."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}; start it, or correct TEMPORAL_ADDRESS, {AGAIN}")
        self.why = why


def plainly(error: Exception) -> CommandError | None:
    """What a command says of an operation's own errors: the one place where they become words and a status.

    None for any other: that is a fault of ours, and its traceback is wanted.
    """
    from dunning.ports.outages import OutageError, StoreOutageError
    from operations.errors import KeptError, NotFoundError, RefusedError

    if isinstance(error, NotFoundError):
        return BadInputError(f"{error}; `starter.py list --all` shows those there are")
    if isinstance(error, RefusedError):
        return BadInputError(f"--{error.field.replace('_', '-')}: {error.reason}" if error.field else str(error))
    if isinstance(error, StoreOutageError):
        return FailedError(f"{error}; see that it runs, or correct REPRIEVE_STORE_URL, {AGAIN}")
    if isinstance(error, KeptError):
        return FailedError(str(error))
    return FailedError(f"{error}; see to that, {AGAIN}") if isinstance(error, OutageError) else None


def reasons(error: ValidationError) -> list[str]:
    """One line per wrong value: its place and what is wrong. The value itself is not repeated: it may be personal."""
    return [_reason(each) for each in error.errors()]


def _reason(error: ErrorDetails) -> str:
    from dunning.mistakes import place, why

    key = place(error["loc"])
    if error["type"] == "extra_forbidden":
        return f"unknown key {key!r}; is it a typing mistake?"
    return f"{key}: {why(error)}" if key else why(error)
