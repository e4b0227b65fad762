"""The audit log of the command line: what is asked for is written before it is tried, and then what became of it.

Whatever a command does it does through what `composed` opens. So that writes the entry, and a command that refuses what
was typed before it opens anything leaves none.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shlex
from contextlib import AsyncExitStack, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from inspect import Parameter
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from cli.shell.errors import BAD_INPUT, CommandError, plainly
from cli.shell.output import complain

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from inspect import BoundArguments

    from dunning.audit.entry import Entry
    from dunning.audit.words import Words
    from operations.audit.log import AuditLog

LOOKS = frozenset(
    {
        "audit show",
        "audit verify",
        "breaker show",
        "cases rebuild",
        "check",
        "credits",
        "day-behind",
        "diff",
        "drift",
        "find",
        "forecast",
        "list",
        "notices list",
        "notices preview",
        "notices show",
        "outages",
        "plan",
        "policies",
        "processor-subscription list",
        "rehearse",
        "removals",
        "report ageing",
        "report recovered",
        "secrets",
        "show",
        "store copy",
        "subscriptions",
        "sweep",
        "tickets",
        "user list",
        "why",
        "window list",
        "window show",
        "account show",
    }
)
"""Commands that only look, or do no more than the worker does at its hour anyway. Every other one is written down.

`store copy` takes the file for itself alone, and whoever may run it has the whole of it anyway.
"""
THEMSELVES = frozenset({"account erase", "account export"})
"""What these do is written down by those who do it, without what was typed."""
_NAMED = ("account", "invoice", "service", "subscription")
_POSITIONS = (Parameter.POSITIONAL_ONLY, Parameter.VAR_POSITIONAL)
_NOBODY = 2**32 - 1
"""What Linux says of a process that no login began."""
_LONG = 500


@dataclass
class Deed:
    """A command as it was typed. `asked` is its entry, once there is one; `unwritten`: the store was away."""

    command: str
    typed: Sequence[str]
    given: BoundArguments
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    audit: AuditLog | None = None
    asked: Entry | None = None
    unwritten: bool = False

    def words(self) -> Words:
        """What its entry says; `by` is the user's name once the gate has looked who it is."""
        from dunning.audit.words import Words

        return Words(
            what=self.command,
            by=str(self.given.arguments.get("by", "")),
            system_user=system_user(),
            typed=shlex.join(self.typed),
            about=tuple(_about(self.given)),
            reason=str(self.given.arguments.get("reason", "")),
        )


_DEED: ContextVar[Deed | None] = ContextVar("_DEED", default=None)


def written_down(deed: Deed, run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The command, which leaves an entry when it opens something, and one at its end, unless it only looks."""
    if deed.command in LOOKS | THEMSELVES:
        return run

    @wraps(run)
    async def whole(*args: Any, **named: Any) -> Any:
        before = _DEED.set(deed)
        try:
            async with deed.stack:
                return await _to_its_end(deed, run(*args, **named))
        finally:
            _DEED.reset(before)

    return whole


async def record(audit: Callable[[AsyncExitStack], AuditLog], *, needed: bool, there: bool) -> None:
    """Write down the command that is being typed, if one is, and is not yet; the store is closed with the stack.

    Raises StoreOutageError when it cannot be written down: then do not do it. `needed`, `there`: the store; what can do
    without, money that came, is done without an entry.
    """
    deed = _DEED.get()
    if deed is None or deed.asked:
        return
    if not (needed or there):
        deed.unwritten = True
        return
    deed.audit = audit(deed.stack)
    deed.asked = await deed.audit.asked(deed.words())


async def _to_its_end(deed: Deed, doing: Awaitable[Any]) -> Any:
    from dunning.ports.outages import StoreOutageError

    try:
        result = await doing
    except BaseException as error:
        with suppress(StoreOutageError):  # the command tells what went wrong first
            await _became(deed, told(error))
        raise
    try:
        await _became(deed, f"status {result}" if result else "done")
    except StoreOutageError as error:  # what is done is done: whoever repeated it would do it twice
        if not result:
            complain(f"it is done, but the audit log does not say so: {error}")
    if deed.unwritten:
        complain("this is not in the audit log, because the store is away")
    return result


async def _became(deed: Deed, outcome: str) -> None:
    if deed.audit and deed.asked:
        await deed.audit.became(deed.asked, outcome)


def told(error: BaseException) -> str:
    """How it ended, in a line; of a fault of ours, which may name anything, only its kind."""
    if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
        return "interrupted"
    said = error if isinstance(error, CommandError) else plainly(error) if isinstance(error, Exception) else None
    if said is None:
        return f"ended by {type(error).__name__}"
    return f"{'refused' if said.status == BAD_INPUT else 'outage'}: {str(said)[:_LONG]}"


def system_user() -> str:
    """Whose process this is, by the system's word: no variable that anybody may set. `ann as reprieve` after sudo."""
    user, login = _name(os.getuid()), _login()
    return f"{login} as {user}" if login and login != user else user


def _login() -> str:
    """Who logged in, whoever they became since (Linux keeps that); empty where nobody knows."""
    with suppress(OSError, ValueError):
        number = int(Path("/proc/self/loginuid").read_text())
        return "" if number == _NOBODY else _name(number)
    return ""


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # a number without a name, as containers have
        return str(number)


def _about(given: BoundArguments) -> Iterator[str]:
    """Ids that the command names: its words without an option, and who and what an option names."""
    for name, value in given.arguments.items():
        if name in _NAMED or given.signature.parameters[name].kind in _POSITIONS:
            several = cast("Sequence[object]", value) if isinstance(value, list | tuple) else (cast("object", value),)
            yield from (each for each in several if isinstance(each, str) and each)
