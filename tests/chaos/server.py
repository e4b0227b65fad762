"""What somebody does to a case in Temporal's own UI: they ask for its cancellation, or terminate it by mistake."""

import asyncio

from temporalio.service import RPCError, RPCStatusCode

from tests.chaos.drawn import Act
from tests.chaos.life import Life


async def asks_to_cancel(life: Life, act: Act) -> None:
    """It changes nothing but a ticket."""
    number = life.numbers[act.invoice]
    if await life.is_open(number):
        await life.attempt(f"{number}: cancellation asked", life.handles[number].cancel)


async def terminates_and_recovers(life: Life, act: Act) -> None:
    """In the middle of whatever it does; a person lets it go on, at once or a little later."""
    number = life.numbers[act.invoice]
    if not await life.is_open(number):
        return
    try:
        await life.handles[number].terminate("drawn")
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # it has just ended by itself
            raise
        return
    if act.twice:
        await asyncio.sleep(2 * act.pick)
    await life.attempt(
        f"{number}: terminated and recovered",
        lambda: life.made.recover_cases.recover(number, by="ana", reason="drawn"),
    )
