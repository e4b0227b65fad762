"""A payment that the portal accepted stops every charge and consequence, though no case has heard of it (promise 2)."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
import pytest

from dunning.tickets.kind import TicketKind
from sandbox.stage.child import Child
from sandbox.stage.ports import free_ports
from sandbox.stage.stage import Stage, stage
from tests.server.payments.test_portal import say
from tests.server.playing import begin
from tests.server.races.test_overtaken import tried

ASO = "a-small-orange"


@asynccontextmanager
async def portal_without_temporal(own: Stage) -> AsyncGenerator[None]:
    """A portal that keeps what it is told and cannot deliver it; the worker has its own way to Temporal."""
    (nobody,) = free_ports(1)
    env = {**own.env, "TEMPORAL_ADDRESS": f"127.0.0.1:{nobody}"}
    with (own.folder / "lonely-portal.log").open("ab") as log:
        portal = Child([sys.executable, "-m", "portal"], env, log)
        await portal.start()
        try:
            yield
        finally:
            await portal.stop()


async def accepted(own: Stage, invoice: str) -> None:
    """A bank transfer, told by a processor; the gateway cannot know of it."""
    data = {"invoice": invoice, "id": f"bank-{invoice}", "amount": "19.99", "currency": "USD"}
    body = {"type": "payment.received", "timestamp": datetime.now(UTC).isoformat(), "data": data}
    async with asyncio.timeout(30):
        while True:
            try:
                answer = await say(own, f"evt-{invoice}", body)
            except httpx2.HTTPError:
                await asyncio.sleep(0.1)
                continue
            assert answer.status_code == 202, answer.text
            return


@pytest.mark.promise(1)
@pytest.mark.promise(2)
async def test_nobody_is_charged_or_suspended_whose_payment_was_accepted_and_waits_for_its_case() -> None:
    async with stage() as own:
        late = await begin(own, "ACCEPTED-late", ASO, decline=1)
        await late.to_day(9)
        due = await begin(own, "ACCEPTED-due", ASO)
        await due.to_day(-1)
        async with portal_without_temporal(own):
            await accepted(own, "ACCEPTED-late")
            await accepted(own, "ACCEPTED-due")
        # The portal of the stage has another way to Temporal; it is started once both have had their turn.
        await late.to_day(10, minutes=40)
        waiting = [deferral for deferral in (await late.case()).deferrals if deferral.waits_for]
        assert len(waiting) > 1
        assert "the webhook payments evt-ACCEPTED-late: it was accepted" in waiting[0].reason
        async with due.passing(1):
            await tried(due, "charge")
            await own.start_portal()
            assert await due.outcome() == "paid"
        assert await late.outcome() == "paid"
        assert await late.levels() == []
        assert await due.charged() == []
        told = [ticket.subject for ticket in await own.store.tickets("") if ticket.kind is TicketKind.NEWS_UNHANDLED]
        for name in ("ACCEPTED-late", "ACCEPTED-due"):
            assert told.count(f"Accepted, and not handled: webhook payments evt-{name}") == 1


@pytest.mark.promise(1)
@pytest.mark.parametrize("amount", ["USD 5.00", "EUR 19.99"])
async def test_a_charge_goes_on_once_its_case_has_heard_of_the_payment_that_it_waited_for(
    a_stage: Stage, amount: str
) -> None:
    """The order knows only what its case had heard: another one is given, for what is still to pay."""
    name = f"ACCEPTED-{amount[:3]}"
    life = await begin(a_stage, name, ASO)
    await life.to_day(-1)
    part = life.payment(amount)
    await a_stage.store.claim(name, part.id)
    async with life.passing(1):
        await tried(life, "charge")
        await life.update("pay", part, part.id)
        assert await life.outcome() == "paid"
    assert await life.charged() == [1499 if amount == "USD 5.00" else 1999]
