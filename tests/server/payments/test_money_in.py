"""Money on the real road: a signed webhook, the portal, the inbox, the case. Nothing in between is a stand-in."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from dunning.case.case import Case
from dunning.case.ledger import Kind, find
from dunning.level import Level
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin

ASO, COURTESY = "a-small-orange", "courtesy-5-10-35"
PATIENCE = 30.0


async def until(life: Playing, wanted: Callable[[Case], bool]) -> Case:
    """Wait until the case, or its successor after it closed, is as wanted."""
    async with asyncio.timeout(PATIENCE):
        while not wanted(case := await life.case()):  # noqa: ASYNC110 - the case is another process
            await asyncio.sleep(0.05)
    return case


async def until_true(ask: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await ask():  # noqa: ASYNC110 - what is asked lives in another process
            await asyncio.sleep(0.05)


@pytest.mark.promise(9)
@pytest.mark.req("S3-29")
async def test_money_paid_at_the_company_gives_the_service_back(open_stage: Stage) -> None:
    life = await begin(open_stage, "IN-1", ASO, decline=1)
    await life.to_day(11)
    assert (await life.levels()) == ["suspended"]
    await open_stage.companies.payments.pay_directly(life.account, 1999, "USD", "IN-1")
    assert await life.outcome() == "paid"
    assert await life.levels() == ["suspended", "active"]
    assert (await life.mails())[-1] == "Invoice Payment Confirmation"


@pytest.mark.promise(9)
async def test_an_event_that_comes_twice_and_an_own_charge_s_event_change_nothing(open_stage: Stage) -> None:
    life = await begin(open_stage, "IN-2", ASO)
    await open_stage.companies.payments.script(life.account, "webhook:doubled")
    await life.to_day(1)
    assert await life.outcome() == "paid"
    ledger = await open_stage.store.ledger("IN-2")
    assert ledger
    assert [e.kind for e in ledger.order.entries] == [Kind.INVOICE, Kind.PAYMENT]
    assert await open_stage.store.credits(life.account) == ()
    assert await open_stage.store.tickets(life.account) == ()


@pytest.mark.promise(2)
@pytest.mark.req("S3-14", "S0-10")
async def test_a_webhook_lost_for_ever_is_made_good_before_the_suspension(open_stage: Stage) -> None:
    life = await begin(open_stage, "IN-3", ASO, decline=1)
    await life.to_day(9)
    await open_stage.companies.payments.script(life.account, "webhook:lost")
    await open_stage.companies.payments.pay_directly(life.account, 1999, "USD", "IN-3")
    await life.to_day(12)
    assert await life.outcome() == "paid"
    assert await life.levels() == []


@pytest.mark.promise(1)
async def test_who_paid_without_our_knowing_is_not_charged_as_well(open_stage: Stage) -> None:
    life = await begin(open_stage, "IN-4", ASO)
    await life.to_day(-5)
    await open_stage.companies.payments.script(life.account, "webhook:lost")
    await open_stage.companies.payments.pay_directly(life.account, 1999, "USD", "IN-4")
    await life.to_day(1)
    assert await life.outcome() == "paid"
    assert await life.charged() == [1999]


@pytest.mark.req("S3-33", "S3-08")
async def test_a_debit_in_transit_pauses_everything_until_it_settles(open_stage: Stage) -> None:
    life = await begin(open_stage, "IN-5", COURTESY)
    await open_stage.companies.payments.use_method(life.account, "pm_usBankAccount_success")
    await life.to_day(12)
    case = await life.case()
    assert case.in_transit
    assert await life.levels() == []
    assert not [e for e in case.entries if e.kind is Kind.LATE_FEE]
    await open_stage.companies.payments.settle(case.in_transit.payment)
    assert await life.outcome() == "paid"
    assert await life.charged() == [1999]


@pytest.mark.req("S3-33", "S3-10")
async def test_a_debit_that_returns_is_told_once_and_the_plan_goes_on(open_stage: Stage) -> None:
    life = await begin(open_stage, "IN-6", ASO)
    await open_stage.companies.payments.use_method(life.account, "pm_usBankAccount_success")
    await life.to_day(3)
    pending = (await life.case()).in_transit
    assert pending
    await open_stage.companies.payments.settle(pending.payment, "insufficient_funds")
    await until(life, lambda case: case.in_transit is None)
    await life.to_day(4)
    assert (await life.mails()).count("Credit Card Payment failed") == 1
    assert (await life.case()).balance.minor == 1999


@pytest.mark.req("S3-34")
async def test_a_debit_taken_back_after_the_service_came_back_opens_the_case_again_with_a_grace(
    open_stage: Stage,
) -> None:
    life = await begin(open_stage, "IN-7", ASO, decline=1)
    await life.to_day(11)
    payment = await open_stage.companies.payments.pay_directly(life.account, 1999, "USD", "IN-7")
    assert await life.outcome() == "paid"
    await open_stage.companies.payments.dispute(payment, reason="debit_not_authorized")
    await until_true(lambda: running_again(life))
    case = await until(life, lambda case: "reversal:" in " ".join(case.steps_done))
    assert case.balance.minor == 1999
    assert case.grace_until
    assert (await life.mails())[-1] == "Payment Taken Back"
    known = await open_stage.store.invoice("IN-7")
    assert known
    assert known.status == "open"


async def running_again(life: Playing) -> bool:
    return not await life.is_over()


@pytest.mark.promise(6)
async def test_a_chargeback_restricts_at_once_and_a_won_dispute_undoes_it(open_stage: Stage) -> None:
    life = await begin(open_stage, "IN-8", COURTESY)
    await life.to_day(1)
    assert await life.outcome() == "paid"
    (charge,) = (await open_stage.companies.payments.books()).paid(life.account)
    dispute = await open_stage.companies.payments.dispute(charge.id)
    await until_true(lambda: running_again(life))
    case = await until(life, lambda case: case.level is Level.SUSPENDED)
    assert find(case.entries, dispute, (Kind.CHARGEBACK,))
    await open_stage.companies.payments.close_dispute(dispute, "won")
    assert await life.outcome() == "paid"
    assert await life.levels() == ["suspended", "active"]


@pytest.mark.req("S3-15", "S3-12", "S3-16", "S3-13")
async def test_a_new_card_is_tried_once_and_there_is_never_a_third_attempt(open_stage: Stage) -> None:
    life = await begin(open_stage, "IN-9", COURTESY, decline=2)
    await life.to_day(2)
    await open_stage.companies.payments.use_method(life.account, "pm_card_mastercard", life.moment(2, 60))
    case = await until(life, lambda case: len(case.attempts) == 2)
    changes = case.method_changes
    await open_stage.companies.payments.use_method(life.account, "pm_card_amex", life.moment(2, 120))
    await until(life, lambda case: case.method_changes > changes)
    await life.to_day(6)
    attempts = (await open_stage.companies.payments.books()).of(life.account)
    assert [attempt.status for attempt in attempts] == ["declined", "declined"]
    case = await life.case()
    assert case.balance.minor == 1999 + 3500
    assert (await life.mails()).count("Payment Failed") == 2


@pytest.mark.req("S3-06")
async def test_a_new_card_that_works_ends_it(open_stage: Stage) -> None:
    life = await begin(open_stage, "IN-10", COURTESY, decline=1)
    await life.to_day(2)
    await open_stage.companies.payments.use_method(life.account, "pm_card_mastercard", life.moment(2, 60))
    assert await life.outcome() == "paid"
    assert await life.charged() == [1999]


async def test_a_refund_made_at_the_company_is_owed_again_and_our_own_refund_is_not(open_stage: Stage) -> None:
    life = await begin(open_stage, "IN-11", ASO)
    await life.to_day(1)
    assert await life.outcome() == "paid"
    (charge,) = (await open_stage.companies.payments.books()).paid(life.account)
    await open_stage.companies.payments.refund(charge.id)
    await until_true(lambda: running_again(life))
    case = await until(life, lambda case: case.balance.minor == 1999)
    assert [e.kind for e in case.entries] == [Kind.INVOICE, Kind.PAYMENT, Kind.REVERSAL]
