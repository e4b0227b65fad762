"""`python -m portal.mail`: the door for mail as its own process, which no web page's visitor can stop."""

import asyncio
from contextlib import AsyncExitStack

import structlog

from adapters.settings.facts import facts_mistakes
from adapters.settings.settings import Settings
from adapters.store import migrate
from portal.mail.composition import compose
from portal.program import Mistakes, leave, main, until_stopped

log = structlog.stdlib.get_logger("reprieve.mail")


async def run(settings: Settings) -> int:
    """Take mail until SIGTERM or SIGINT, then finish the one that is being handled. Returns the exit status."""
    stop = until_stopped()
    async with AsyncExitStack() as stack:
        await migrate(settings.store_url, settings.outage_seconds)
        made = compose(settings, stack)
        connecting = asyncio.create_task(made.connection.connect())
        host = settings.mail_in_host
        async with made.receiving(host, settings.mail_in_port, settings.mail_in_bytes) as port:
            log.info("mail door ready", host=host, port=port)
            await stop.wait()
            log.info("mail door stopping: it finishes what it holds")
        connecting.cancel()
    return 0


def check(settings: Settings) -> Mistakes:
    """What is wrong for the door for mail alone."""
    closed = "0 keeps the door for mail closed: give it a port, or do not start it"
    forged = "without it anybody could invent that a notice came back; worker and portal have the same one"
    mistakes = facts_mistakes(settings) | ({} if settings.mail_in_port else {"mail_in_port": closed})
    return mistakes if settings.link_secrets else {**mistakes, "link_secrets": forged}


if __name__ == "__main__":
    leave(main("mail door", run, check, "check REPRIEVE_STORE_URL, or give it another REPRIEVE_MAIL_IN_PORT"))
