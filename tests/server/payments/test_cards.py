"""A card that ends before the next charge, on the real road: told in time, once, and never charged in vain."""

import asyncio
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dunning.calendar import Offset, add_offset
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin

ASO = "a-small-orange"
TITLE = "Your Card Expires"


def month_after_next() -> date:
    """Its last day."""
    day = add_offset(datetime.now(UTC).date().replace(day=1), Offset(months=2))
    return day.replace(day=monthrange(day.year, day.month)[1])


ENDS = month_after_next()
DUE = ENDS + timedelta(days=10)


async def with_card(stage: Stage, name: str, ends: date = ENDS, **more: Any) -> Playing:
    """The invoice is due ten days after the end of the card."""
    account = more.get("account", f"acct-{name}")
    await stage.companies.payments.use_method(account, "pm_card_visa", expires=f"{ends:%Y-%m}")
    emails = [f"{account.lower()}@cards.example"]
    return await begin(stage, name, ASO, due_in=(DUE - datetime.now(UTC).date()).days, emails=emails, **more)


async def told(life: Playing, times: int) -> list[str]:
    """Notices of the account's own go out in a workflow of their own, a moment later."""
    async with asyncio.timeout(20):
        while (await life.mails()).count(TITLE) < times:  # noqa: ASYNC110 - the mail server is another process
            await asyncio.sleep(0.05)
    books = await life.stage.companies.mail.books()
    return [" ".join(mail.text.split()) for mail in books.to(life.email) if mail.subject == TITLE]


async def test_its_owner_is_told_30_and_7_days_before_its_end_once_each_however_many_invoices_wait(
    a_stage: Stage,
) -> None:
    life = await with_card(a_stage, "CARD-1")
    await life.to_day(-41)
    assert await life.mails() == []
    await life.to_day(-40)
    (first,) = await told(life, 1)
    assert "ending in 4242" in first
    assert f"good until {ENDS:%A, %B} {ENDS.day}, {ENDS.year}" in first
    assert "/pay/CARD-1?" in first
    await life.to_day(-18)
    assert len(await told(life, 1)) == 1
    await life.to_day(-17)
    assert len(await told(life, 2)) == 2
    other = await with_card(a_stage, "CARD-2", account=life.account)
    await other.to_day(-11)
    assert len(await told(life, 2)) == 2


async def test_a_card_that_was_replaced_meanwhile_is_not_told_of(a_stage: Stage) -> None:
    life = await with_card(a_stage, "CARD-3")
    await life.to_day(-41)
    await a_stage.companies.payments.use_method(life.account, "pm_card_mastercard")
    await life.to_day(1)
    assert await life.outcome() == "paid"
    assert TITLE not in await life.mails()


async def test_a_card_that_is_over_is_not_charged_and_its_owner_reads_why(a_stage: Stage) -> None:
    life = await with_card(a_stage, "CARD-4")
    await life.to_day(1)
    assert (await a_stage.companies.payments.books()).of(life.account) == []
    assert "Credit Card Payment failed" not in await life.mails()
    assert "because it has expired" in (await told(life, 3))[-1]


async def test_a_card_that_lasts_is_nobody_s_news_and_costs_no_call_of_its_own(a_stage: Stage) -> None:
    life = await begin(a_stage, "CARD-5", ASO)
    await life.to_day(-9)
    case = await life.case()
    assert case.card
    assert case.card.last4 == "4242"
    assert [done.step for done in case.done] == ["issue"]


async def test_a_look_holds_nothing_up_while_the_gateway_is_away(a_stage: Stage) -> None:
    """The mail of the invoice asks for nothing twice, and the plan goes on without knowing the card."""
    life = await begin(a_stage, "CARD-6", "courtesy-5-10-35", payer="cus_mistyped")
    await life.to_day(-9)
    case = await life.case()
    assert [done.step for done in case.done][:2] == ["issue", "card:look:0"]
    assert case.next_milestone
    assert case.next_milestone.name == "charge"
