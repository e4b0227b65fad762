"""`python -m portal`: the HTTP door as its own process."""

import asyncio
import gc
import logging
import os
import signal
import sys
from contextlib import AsyncExitStack

import structlog
import uvloop
from pydantic import ValidationError
from pydantic_settings import SettingsError

from adapters.process import logs
from adapters.process.open_files import may_open
from adapters.settings.settings import Settings, no_json
from adapters.store import migrate
from adapters.store.database.engine import database
from dunning.mistakes import why
from dunning.ports.outages import OutageError
from portal.composition import compose
from portal.http.limits import limits_from
from portal.http.server import serving

BAD_INPUT, FAILED = 2, 1
OTHER_FILES = 200
"""Open files beside the connections of clients: the store's, Temporal's, the companies'."""
log = structlog.stdlib.get_logger("reprieve.portal")


async def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT, then finish requests and what is being delivered. Returns the exit status."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        await migrate(settings.store_url, settings.outage_seconds)
        portal = compose(settings, stack)
        connecting = asyncio.create_task(portal.connection.connect())
        delivering = asyncio.create_task(portal.delivery.run())
        stopping = asyncio.create_task(stop.wait())
        # What exists now lives as long as we do. To look through it for garbage, again and again, holds up webhooks.
        gc.freeze()
        serves = serving(portal.app, settings.portal_host, settings.portal_port, limits_from(settings))
        async with serves as port, portal.mail.receiving():
            log.info("portal ready", host=settings.portal_host, port=port)
            await asyncio.wait((stopping, delivering), return_when=asyncio.FIRST_COMPLETED)
            log.info("portal stopping: it finishes what it holds")
        portal.delivery.stop()
        connecting.cancel()
        await delivering
    return 0


def _settings() -> Settings | None:
    """The settings; None, and words for a person, when they cannot be used."""
    try:
        settings = Settings()
    except ValidationError as error:
        for e in error.errors():
            _complain("_".join(str(part) for part in e["loc"]), why(e))
        return None
    except SettingsError as error:
        print(f"portal: {no_json(error)}", file=sys.stderr)  # noqa: T201 - for a person
        return None
    try:
        database(settings.store_url)
    except ValueError as error:
        _complain("store_url", str(error))
        return None
    if not may_open(settings.portal_connections + OTHER_FILES):
        words = (
            f"so many, and {OTHER_FILES} other files, may not be open here: take fewer, or raise the limit (ulimit -n)"
        )
        _complain("portal_connections", words)
        return None
    return settings


def _complain(setting: str, why: str) -> None:
    print(f"portal: setting REPRIEVE_{setting.upper()}: {why}", file=sys.stderr)  # noqa: T201 - for a person


def main() -> int:
    """Read the settings and run; exit status 2 for settings that cannot be used."""
    settings = _settings()
    if settings is None:
        return BAD_INPUT
    logs.configure(settings.log_level, as_json=settings.log_json)
    # At the level DEBUG it writes down every row with all that is in it, and webhooks hold addresses and names.
    logging.getLogger("aiosqlite").setLevel("WARNING")
    try:
        return uvloop.run(run(settings))
    except (OutageError, OSError) as error:
        words = "portal cannot start; check REPRIEVE_STORE_URL, or give it another REPRIEVE_PORTAL_PORT"
        log.error(words, error=str(error))  # noqa: TRY400 - for a person
        return FAILED


if __name__ == "__main__":
    status = main()
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
