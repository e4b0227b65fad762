"""Money that comes while a company is down: the step that was being retried is dropped, not done later (promise 2)."""

import asyncio

import pytest

from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin

ASO, HOTDOODLE = "a-small-orange", "hotdoodle"


async def tried(playing: Playing, activity: str) -> None:
    """Wait until the activity has failed at least once."""
    async with asyncio.timeout(20):
        while True:
            pending = (await playing.handle.describe()).raw_description.pending_activities
            if any(p.activity_type.name == activity and p.attempt > 1 for p in pending):
                return
            await asyncio.sleep(0.02)


async def recorded(playing: Playing) -> None:
    """Wait until the case knows of the payment: a try that began before counts, a later one is not made."""
    async with asyncio.timeout(20):
        while not (await playing.case()).payments:  # noqa: ASYNC110 - the query is the condition
            await asyncio.sleep(0.02)


async def given_up(playing: Playing) -> None:
    """Wait until the deletion is no longer tried."""
    await recorded(playing)
    async with asyncio.timeout(20):
        while True:
            pending = (await playing.handle.describe()).raw_description.pending_activities
            if all(p.activity_type.name != "delete_service" for p in pending):
                return
            await asyncio.sleep(0.02)


@pytest.mark.promise(2)
@pytest.mark.req("S2-05", "S4-12")
async def test_who_pays_while_the_panel_is_down_is_not_deleted_when_it_is_back(a_stage: Stage) -> None:
    playing = await begin(a_stage, "OVER-delete", HOTDOODLE)
    await playing.to_day(59)
    await a_stage.companies.panel.script(playing.user, "500", times=None)
    async with playing.passing(60):
        await tried(playing, "delete_service")
        await playing.signal("USD 94.99")
        await given_up(playing)
        await a_stage.companies.panel.forget(playing.user)
    assert await playing.outcome() == "paid"
    assert await playing.levels() == ["warned", "locked", "suspended", "active"]
    assert await a_stage.store.holds(playing.account) == ()


@pytest.mark.promise(1)
@pytest.mark.promise(2)
async def test_who_pays_while_the_gateway_is_down_is_not_charged_when_it_is_back(a_stage: Stage) -> None:
    playing = await begin(a_stage, "OVER-charge", ASO)
    await a_stage.companies.payments.script(playing.account, "500", times=None)
    async with playing.passing(1):
        await tried(playing, "charge")
        await playing.signal()
        await recorded(playing)
        # A try that is under way when the money comes counts; so the company comes back only once all are over.
        assert await playing.outcome() == "paid"
        await a_stage.companies.payments.forget(playing.account)
    assert await playing.charged() == []
    assert await a_stage.store.credits(playing.account) == ()


@pytest.mark.promise(1)
@pytest.mark.promise(9)
async def test_a_charge_whose_answer_was_lost_is_found_even_when_the_customer_paid_meanwhile(a_stage: Stage) -> None:
    """The money moved, the answer never came, and then the gateway was down: it ends as credit, once."""
    playing = await begin(a_stage, "OVER-lost", ASO)
    await a_stage.companies.payments.script(playing.account, "timeout_after")
    async with playing.passing(1):
        await tried_or_done(playing)
        await playing.signal()
    assert await playing.outcome() == "paid"
    assert await playing.charged() == [1999]
    assert [c.amount.minor for c in await a_stage.store.credits(playing.account)] == [1999]


async def tried_or_done(playing: Playing) -> None:
    async with asyncio.timeout(20):
        while not await playing.charged():  # noqa: ASYNC110 - the books are the condition
            await asyncio.sleep(0.01)


@pytest.mark.promise(7)
async def test_nobody_waits_for_the_service_behind_a_notice_that_no_mail_server_takes(a_stage: Stage) -> None:
    playing = await begin(a_stage, "OVER-mail", "whmcs-default", decline=1)
    await playing.to_day(4)
    await a_stage.companies.mail.script(playing.email, "defer:451", times=None)
    async with playing.passing(6):
        await tried(playing, "send_notice")
        await playing.signal()
        async with asyncio.timeout(20):
            while await playing.levels() != ["suspended", "active"]:  # noqa: ASYNC110 - the journal is the condition
                await asyncio.sleep(0.02)
        await a_stage.companies.mail.forget(playing.email)
    assert await playing.outcome() == "paid"
    assert (await playing.mails())[-1] == "Invoice Payment Confirmation"


@pytest.mark.promise(2)
async def test_a_suspension_that_was_given_up_is_undone_whatever_its_last_try_did(a_stage: Stage) -> None:
    playing = await begin(a_stage, "OVER-suspend", ASO, decline=1)
    await playing.to_day(9)
    await a_stage.companies.panel.script(playing.user, "read:500", times=None)
    async with playing.passing(10):
        await tried(playing, "restrict")
        await playing.signal()
        await recorded(playing)
        await a_stage.companies.panel.forget(playing.user)
    assert await playing.outcome() == "paid"
    assert (await a_stage.companies.panel.books()).level(playing.user) == "active"
    assert await a_stage.store.holds(playing.account) == ()


@pytest.mark.promise(6)
@pytest.mark.req("S3-27", "S3-29")
async def test_both_past_due_invoices_are_paid_at_the_same_moment(a_stage: Stage) -> None:
    """The receipt of one waits at the mail server while the other passes its hold on: the service comes back."""
    one = await begin(a_stage, "OVER-all-a", "courtesy-5-10-35", decline=4)
    services = [{"kind": "website", "user": one.user}]
    two = await begin(a_stage, "OVER-all-b", "courtesy-5-10-35", due_in=15, account=one.account, services=services)
    await one.to_day(10)
    await two.to_day(7)
    await a_stage.companies.mail.script(one.email, "hold")  # the account's first address
    async with two.passing(8):
        await two.signal("USD 54.99")
        await a_stage.companies.mail.until_held(one.email)
        await one.signal("USD 54.99")
        assert await one.outcome() == "paid"
        await a_stage.companies.mail.release(one.email)
    assert await two.outcome() == "paid"
    assert await a_stage.store.holds(one.account) == ()
    assert (await a_stage.companies.panel.books()).level(one.user) == "active"


async def test_a_person_s_own_suspension_at_the_panel_stays(a_stage: Stage) -> None:
    playing = await begin(a_stage, "OVER-staff", ASO, decline=1)
    await playing.to_day(3)
    await a_stage.companies.panel.put(playing.user, "suspended", "spam run, see ticket 7")
    await playing.signal()
    assert await playing.outcome() == "paid"
    assert (await a_stage.companies.panel.books()).level(playing.user) == "suspended"
    assert (await playing.case()).remaining_holds == (f"panel:sandbox:{playing.user}:website",)


async def test_one_broken_service_keeps_no_other_down(a_stage: Stage) -> None:
    services = [{"kind": "website", "user": "u-broken"}, {"kind": "email", "user": "u-healthy"}]
    playing = await begin(a_stage, "OVER-broken", ASO, decline=1, services=services)
    await playing.to_day(10)
    await a_stage.companies.panel.script("u-broken", "500", times=None)
    async with playing.passing(11):
        await playing.signal()
        async with asyncio.timeout(20):
            while (await a_stage.companies.panel.books()).level("u-healthy") != "active":  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await a_stage.companies.panel.forget("u-broken")
    assert await playing.outcome() == "paid"
    assert (await a_stage.companies.panel.books()).level("u-broken") == "active"
