"""Taking a wrong run back in the middle of other things: money, a panel that is down, other invoices, renewals."""

import asyncio

import pytest
from temporalio.testing import ActivityEnvironment

from activities.services.loosen import Loosen
from adapters.panels import Panels
from adapters.settings.loopback import LOOPBACK
from adapters.sites.probes import OutsideProbes
from adapters.sites.webhooks import SilentSites
from dunning.case.facts import Undo
from dunning.case.orders import LoosenOrder
from dunning.case.results import Loosened, NotOurs
from dunning.level import Level
from operations.services.services import AccountServices
from sandbox.panel.settings import panel_settings
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin
from tests.server.races.test_overtaken import tried

ASO = "a-small-orange"


async def undo(playing: Playing, first: int, last: int) -> str:
    since, until = playing.moment(first, -60), playing.moment(last, 120)
    wrong = Undo(id="u-1", since=since, until=until, by="Ann")
    return (await playing.update("undo", wrong, "undo-u-1"))["outcome"]


async def recorded(playing: Playing) -> None:
    """Wait until what the tries may have done is undone, too: a later one is not made."""
    async with asyncio.timeout(20):
        while "loosen:u-1" not in (await playing.case()).steps_done:  # noqa: ASYNC110 - the query is the condition
            await asyncio.sleep(0.02)


@pytest.mark.promise(2)
@pytest.mark.promise(6)
async def test_money_that_arrives_while_the_service_is_given_back(a_stage: Stage) -> None:
    playing = await begin(a_stage, "UNR-pay", ASO, decline=1)
    await playing.to_day(10)
    await a_stage.companies.panel.script(playing.user, "hold")
    assert await undo(playing, 10, 10) == "undone"
    await a_stage.companies.panel.until_held(playing.user)
    await playing.signal()
    await a_stage.companies.panel.release(playing.user)
    assert await playing.outcome() == "paid"
    assert await playing.levels() == ["suspended", "active"]
    assert await a_stage.store.holds(playing.account) == ()
    assert len((await playing.case()).payments) == 1


@pytest.mark.promise(2)
async def test_a_suspension_that_is_being_tried_is_dropped(a_stage: Stage) -> None:
    playing = await begin(a_stage, "UNR-tried", ASO, decline=1)
    await playing.to_day(9)
    await a_stage.companies.panel.script(playing.user, "500", times=None)
    async with playing.passing(10):
        await tried(playing, "restrict")
        assert await undo(playing, 9, 10) == "undone"
        await recorded(playing)
        await a_stage.companies.panel.forget(playing.user)
    case = await playing.case()
    assert case.runs[0].steps == ("second-overdue", "suspend")
    assert await playing.levels() == []
    assert await a_stage.store.holds(playing.account) == ()
    assert (await playing.mails())[-1] == "Correction: Please Disregard Our Notice"


@pytest.mark.promise(6)
@pytest.mark.req("S2-12")
async def test_only_our_own_hold_is_loosened_and_a_renewed_invoice_is_left_alone(a_stage: Stage) -> None:
    playing = await begin(a_stage, "UNR-holds", ASO, decline=1)
    await playing.to_day(31)
    case = await playing.case()
    panel = Panels(panel_settings(a_stage.addresses.panel), 5)
    loosen = ActivityEnvironment().run
    once = Loosen(AccountServices(panel, a_stage.store, SilentSites(), OutsideProbes(5, LOOPBACK)))
    order = LoosenOrder(
        invoice="UNR-holds", account=playing.account, step="loosen:u-1", at=case.done[-1].at, level=Level.SUSPENDED,
        held=Level.INACTIVE, generation=9,
    )  # fmt: skip
    try:
        assert await loosen(once.loosen, order) == Loosened(level=Level.SUSPENDED)
        (hold,) = await a_stage.store.holds(playing.account)
        assert hold.level is Level.SUSPENDED
        known = await a_stage.store.invoice("UNR-holds")
        assert known is not None
        assert known.status == "open", "the run had voided it"
        other = hold.model_copy(update={"source": "abuse"})
        await a_stage.store.place_hold(other)
        again = order.model_copy(update={"level": Level.ACTIVE, "held": Level.SUSPENDED})
        assert await loosen(once.loosen, again) == Loosened(level=Level.ACTIVE, remaining=("abuse",))
        assert [each.source for each in await a_stage.store.holds(playing.account)] == ["abuse"]
        assert await loosen(once.loosen, again) == Loosened(level=Level.ACTIVE, remaining=("abuse",)), "safe to repeat"
        await a_stage.store.mark_invoice(order.fence, "void")
        assert isinstance(await loosen(once.loosen, again), NotOurs)
        known = await a_stage.store.invoice("UNR-holds")
        assert known is not None
        assert known.status == "void"
    finally:
        await panel.close()
