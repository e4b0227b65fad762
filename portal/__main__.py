"""`python -m portal`: the HTTP door as its own process."""

import asyncio
import gc
from contextlib import AsyncExitStack

import structlog

from adapters.process.open_files import may_open
from adapters.settings.facts import facts_mistakes
from adapters.settings.settings import Settings
from adapters.store import migrate
from portal.composition import compose
from portal.http.limits import limits_from
from portal.http.server import serving
from portal.program import Mistakes, leave, main, until_stopped

OTHER_FILES = 200
"""Open files beside the connections of clients: the store's, Temporal's, the companies'."""
log = structlog.stdlib.get_logger("reprieve.portal")


async def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT, then finish requests and what is being delivered. Returns the exit status."""
    stop = until_stopped()
    async with AsyncExitStack() as stack:
        await migrate(settings.store_url, settings.outage_seconds)
        portal = compose(settings, stack)
        connecting = asyncio.create_task(portal.connection.connect())
        delivering = asyncio.create_task(portal.delivery.run())
        stopping = asyncio.create_task(stop.wait())
        # What exists now lives as long as we do. To look through it for garbage, again and again, holds up webhooks.
        gc.freeze()
        async with serving(portal.app, settings.portal_host, settings.portal_port, limits_from(settings)) as port:
            log.info("portal ready", host=settings.portal_host, port=port)
            await asyncio.wait((stopping, delivering), return_when=asyncio.FIRST_COMPLETED)
            log.info("portal stopping: it finishes what it holds")
        portal.delivery.stop()
        connecting.cancel()
        await delivering
    return 0


def check(settings: Settings) -> Mistakes:
    """What is wrong for the portal alone."""
    mistakes = facts_mistakes(settings)
    if may_open(settings.portal_connections + OTHER_FILES):
        return mistakes
    words = f"so many, and {OTHER_FILES} other files, may not be open here: fewer, or a higher limit (ulimit -n)"
    return {**mistakes, "portal_connections": words}


if __name__ == "__main__":
    leave(main("portal", run, check, "check REPRIEVE_STORE_URL, or give it another REPRIEVE_PORTAL_PORT"))
