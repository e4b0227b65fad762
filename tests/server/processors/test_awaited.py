"""Who pays by a subscription at PayPal is not reminded shortly before it pays; PayPal's own retries are awaited."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from dunning.case.ledger import MONEY_IN
from dunning.notices.payment_date import TITLE
from dunning.payments.awaited import WORDS
from dunning.policy.file import Policy, ProcessorRule
from dunning.policy.plan import WhenFailed
from operations.processors.links import NewLink
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin

HOTDOODLE, ASO = "hotdoodle", "a-small-orange"


def changed(policy: str, **rule: Any) -> Policy:
    return load_policy(policy, ROOT / "policies").model_copy(update={"processor": ProcessorRule(**rule)})


async def pays_on(playing: Playing, day: int, **more: Any) -> None:
    """A subscription at PayPal that pays next on that day of the case, and is linked, or says so anew."""
    name, charge = f"I-{playing.row.invoice}", playing.moment(day, 60)
    await playing.stage.companies.paypal.subscribe(name, datetime.now(UTC), next_charge=charge, **more)
    if not await playing.stage.store.processor_subscription(name):
        made = playing.stage.made(playing.skipper.client)
        await made.processor_links.add(NewLink(name, playing.account, "", None, "ana"))


async def paid(playing: Playing, day: int, value: str = "19.99") -> None:
    sale, name = f"S-{playing.row.invoice}", f"I-{playing.row.invoice}"
    at = playing.moment(day, 60)
    await playing.stage.companies.paypal.pays(name, sale, at, value=value, hint=False)


async def mails(playing: Playing) -> list[str]:
    """What its case sent; that the date is a bad one is told beside it."""
    return [each for each in await playing.mails() if each != TITLE]


async def text(playing: Playing) -> str:
    books = await playing.stage.companies.mail.books()
    return next(each.text for each in books.to(playing.email) if each.subject != TITLE)


@pytest.mark.req("S4-17", "S4-18", "S4-24")
async def test_a_reminder_waits_for_the_payment_of_the_next_day_and_never_comes(a_stage: Stage) -> None:
    playing = await begin(a_stage, "AW-wait", HOTDOODLE, due_in=20)
    await pays_on(playing, 6)
    await playing.to_day(5, 120)
    (waits,) = (await playing.case()).deferrals
    assert (waits.step, waits.until) == ("reminder", playing.moment(7, 60))
    assert waits.reason.startswith(WORDS)
    assert await mails(playing) == []
    await paid(playing, 6)
    await playing.to_day(7, 59)
    assert await mails(playing) == []
    await playing.skipper.fast_forward(playing.handle, timedelta(hours=1))
    assert await playing.outcome() == "paid"
    assert await mails(playing) == ["Invoice Payment Confirmation"]


@pytest.mark.req("S4-17", "S4-18", "S4-24")
async def test_on_day_5_a_reminder_names_the_day_of_a_payment_that_is_farther_away(a_stage: Stage) -> None:
    playing = await begin(a_stage, "AW-far", HOTDOODLE, due_in=21)
    await pays_on(playing, 14)
    await playing.to_day(5, -10)
    assert await mails(playing) == [], "nothing in the first five days"
    await playing.to_day(5)
    assert await mails(playing) == ["Monthly Fees Are Due"]
    day = (playing.row.due + timedelta(days=14)).strftime("%A, %B %-d, %Y")
    assert f"Your own payment subscription is due to pay us on {day}" in " ".join((await text(playing)).split())
    assert (await playing.case()).deferrals == ()
    await playing.signal()
    assert await playing.outcome() == "paid"


async def test_paypals_own_retries_are_awaited_and_then_everything_comes_with_all_of_its_time(a_stage: Stage) -> None:
    playing = await begin(a_stage, "AW-retry", HOTDOODLE, due_in=22)
    await pays_on(playing, 6)
    await playing.to_day(6)
    for failed, retry in ((1, 11), (2, 16)):
        more = {"failed": failed, "failed_at": playing.moment(retry - 5, 60), "retry_at": playing.moment(retry, 60)}
        await pays_on(playing, 36, **more)
        await playing.to_day(retry)
        assert await mails(playing) == []
    await pays_on(playing, 36, failed=3)
    await playing.to_day(17, 120)
    assert await mails(playing) == ["Monthly Fees Are Due"]
    assert [each.step for each in (await playing.case()).deferrals] == ["reminder"] * 3
    await playing.to_day(21)
    assert "warn-admins" not in (await playing.case()).steps_done
    await playing.to_day(23)
    assert "warn-admins" in (await playing.case()).steps_done, "day 10 has become day 23: thirteen days later"
    await playing.signal()
    assert await playing.outcome() == "paid"


async def test_whoever_takes_over_stops_paypal_first_and_charges_once(a_stage: Stage) -> None:
    playing = await begin(a_stage, "AW-take", changed(ASO, when_failed=WhenFailed.TAKE_OVER), due_in=23)
    await pays_on(playing, 31, failed=1, failed_at=playing.moment(-1, 0), retry_at=playing.moment(4, 0))
    await playing.to_day(0)
    assert await playing.outcome() == "paid"
    assert await playing.charged() == [1999]
    known = (await a_stage.companies.paypal.books()).subscriptions["I-AW-take"]
    assert (known.status, known.reason) == ("SUSPENDED", "Invoice AW-take is charged otherwise")
    linked = await a_stage.store.processor_subscription("I-AW-take")
    assert linked
    assert linked.terms.status == "suspended"


async def test_our_charge_waits_for_the_subscription_and_is_not_made(a_stage: Stage) -> None:
    playing = await begin(a_stage, "AW-charge", ASO, due_in=24)
    await pays_on(playing, 2)
    await playing.to_day(0, 120)
    await paid(playing, 2)
    await playing.to_day(2, 30)
    assert [each.step for each in (await playing.case()).deferrals] == ["charge"]
    await playing.skipper.fast_forward(playing.handle, timedelta(days=1, hours=1))
    assert await playing.outcome() == "paid"
    case = await playing.stage.made(playing.skipper.client).look.case("AW-charge")
    assert case
    assert [entry.id for entry in case.entries if entry.kind in MONEY_IN] == ["S-AW-charge"]
    assert await playing.charged() == []


async def test_a_policy_may_wait_for_nothing(a_stage: Stage) -> None:
    playing = await begin(a_stage, "AW-none", changed(HOTDOODLE, wait_days=0), due_in=25)
    await pays_on(playing, 6)
    await playing.to_day(5)
    assert await mails(playing) == ["Monthly Fees Are Due"]
    await playing.signal()
    assert await playing.outcome() == "paid"
