"""What the portal's programs have in common: settings that can be used, a stop by signal, and an exit status."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog
import uvloop

from adapters.process import logs
from adapters.settings import start
from adapters.settings.settings import Settings
from adapters.settings.start import WrongSettingsError
from dunning.ports.outages import OutageError

BAD_INPUT, FAILED = 2, 1
Mistakes = dict[str, str]
"""By setting: why it cannot be used."""
log = structlog.stdlib.get_logger("reprieve.portal")


def until_stopped() -> asyncio.Event:
    """It is set by SIGTERM and SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def main(
    name: str,
    run: Callable[[Settings], Awaitable[int]],
    check: Callable[[Settings], Mistakes],
    advice: str,
) -> int:
    """Read the settings and run; exit status 2 for settings that cannot be used.

    `check` finds what is wrong for this program alone; `advice` is what to do when it cannot start.
    """
    settings = _settings(name, check)
    if settings is None:
        return BAD_INPUT
    logs.configure(settings.log_level, as_json=settings.log_json)
    try:
        return uvloop.run(_run(run, settings))
    except (OutageError, OSError) as error:
        words = f"{name} cannot start; {advice}"
        log.error(words, error=str(error))  # noqa: TRY400 - for a person
        return FAILED


async def _run(run: Callable[[Settings], Awaitable[int]], settings: Settings) -> int:
    return await run(settings)


def leave(status: int) -> NoReturn:
    """End without ceremony: the SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300)."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _settings(name: str, check: Callable[[Settings], Mistakes]) -> Settings | None:
    """The settings; None, and words for a person, when they cannot be used."""
    try:
        settings = start.read()
        start.refuse(check(settings))
    except WrongSettingsError as error:
        for line in str(error).splitlines():
            print(f"{name}: {line}", file=sys.stderr)  # noqa: T201 - for a person
        return None
    return settings
