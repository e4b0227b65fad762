"""Money that is taken back at Stripe and comes again, and the daily reading of all of it."""

import json
from datetime import timedelta
from typing import Any

import pytest
import stripe

from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.orders import ChargeOrder, RefundOrder
from dunning.case.results import Charged, Pending, Refunded
from dunning.fleet.reconcile import moved
from dunning.records.inbox import News
from tests.adapters.companies import PaymentCompany
from tests.adapters.paying import AT, DEBIT, customer, on_file, usd
from tests.adapters.stripe_events import events, told

LATER = AT + timedelta(days=4)
LAST = AT + timedelta(days=40)


@pytest.fixture
async def payment(company: PaymentCompany, order: ChargeOrder) -> str:
    """Give a payment that arrived."""
    result = await company.gateway.charge(order, await on_file(company, order))
    assert isinstance(result, Charged)
    return result.payment


async def about(company: PaymentCompany, order: ChargeOrder, **fact: object) -> News:
    payer = await company.control.customer(order.account)
    whose = {"invoice": order.invoice, "account": order.account, "payer": payer, "attempt": order.key}
    return News.model_validate(whose | fact)


async def test_what_people_gave_back_is_a_reversal(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder, payment: str
):
    refund = await company.control.refund(payment, 500, LATER)
    reversal = Reversal(id=refund, payment=payment, amount=usd(500), at=LATER, reason="refund")
    assert await told(company.gateway, sdk, "refund.created", refund) == [
        await about(company, order, payment=payment, fact=reversal)
    ]


async def test_what_was_given_back_was_received_all_the_same(company: PaymentCompany, order: ChargeOrder, payment: str):
    """The ledger hears of both: the payment here, the reversal as its own news."""
    await company.control.refund(payment, at=LATER)
    found = await company.gateway.received(await customer(company, order), order.invoice, ())
    assert [(received.id, received.amount) for received in found.payments] == [(payment, order.amount)]


async def test_what_we_gave_back_is_none(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder, payment: str
):
    wanted = RefundOrder(
        invoice=order.invoice, account=order.account, step="refund", at=AT, payment=payment, amount=usd(500)
    )
    refund = await company.gateway.refund(wanted)
    assert isinstance(refund, Refunded)
    assert await told(company.gateway, sdk, "refund.created", refund.refund) == []


async def changed(sdk: stripe.StripeClient, kind: str, of: str, **fields: object) -> dict[str, Any]:
    """That event, as it would be with these fields of its object."""
    event = (await events(sdk, kind, of))[0]
    event["data"]["object"] |= fields
    return event


@pytest.mark.parametrize("kind", ["refund.updated", "refund.failed"])
async def test_a_refund_that_failed_is_restored(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder, payment: str, kind: str
):
    refund = await company.control.refund(payment, 500, LATER)
    event = await changed(sdk, "refund.created", refund, status="failed", failure_reason="lost_or_stolen_card")
    restored = Restored(id=f"{refund}:failed", reversal=refund, amount=usd(500), at=LATER)
    news = await company.gateway.news(json.dumps(event | {"type": kind}))
    assert news == (await about(company, order, payment=payment, fact=restored),)
    assert await company.gateway.news(json.dumps(event)) == ()
    fine = await changed(sdk, "refund.created", refund)
    assert await company.gateway.news(json.dumps(fine | {"type": kind})) == ()


async def test_a_chargeback_is_a_reversal_and_counts_once(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder, payment: str
):
    dispute = await company.control.dispute(payment, reason="fraudulent", at=LATER)
    reversal = Reversal(
        id=dispute, payment=payment, amount=order.amount, at=LATER, reason="chargeback: fraudulent", chargeback=True
    )
    expected = [await about(company, order, payment=payment, fact=reversal)]
    for kind in ("created", "funds_withdrawn"):
        assert await told(company.gateway, sdk, f"charge.dispute.{kind}", dispute) == expected


async def test_a_dispute_that_was_won_is_restored(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder, payment: str
):
    dispute = await company.control.dispute(payment, 700, at=LATER)
    await company.control.close_dispute(dispute, "won", LAST)
    restored = Restored(id=f"{dispute}:won", reversal=dispute, amount=usd(700), at=LAST)
    expected = [await about(company, order, payment=payment, fact=restored)]
    assert await told(company.gateway, sdk, "charge.dispute.closed", dispute) == expected
    assert await told(company.gateway, sdk, "charge.dispute.funds_reinstated", dispute) == []


async def test_a_dispute_that_was_lost_changes_nothing_more(
    company: PaymentCompany, sdk: stripe.StripeClient, payment: str
):
    dispute = await company.control.dispute(payment, at=LATER)
    await company.control.close_dispute(dispute, "lost", LAST)
    assert await told(company.gateway, sdk, "charge.dispute.closed", dispute) == []


@pytest.mark.parametrize("status", ["warning_needs_response", "warning_under_review", "warning_closed", "prevented"])
async def test_an_inquiry_takes_no_money(company: PaymentCompany, sdk: stripe.StripeClient, payment: str, status: str):
    dispute = await company.control.dispute(payment, at=LATER)
    for kind in ("created", "closed"):
        event = await changed(sdk, "charge.dispute.created", dispute, status=status)
        assert await company.gateway.news(json.dumps(event | {"type": f"charge.dispute.{kind}"})) == ()


@pytest.mark.req("S3-34")
async def test_a_debit_that_comes_back_late_is_a_reversal(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    """Weeks after it arrived: banks call that a dispute, too, and it cannot be won."""
    pending = await company.gateway.charge(order, await on_file(company, order, DEBIT))
    assert isinstance(pending, Pending)
    await company.control.settle(order.key, "succeeded", LATER)
    dispute = await company.control.dispute(pending.payment, reason="insufficient_funds", at=LAST)
    [news] = await told(company.gateway, sdk, "charge.dispute.created", dispute)
    assert isinstance(news.fact, Reversal)
    assert (news.fact.amount, news.fact.reason) == (order.amount, "chargeback: insufficient_funds")
    assert await told(company.gateway, sdk, "charge.dispute.closed", dispute) == []


@pytest.mark.parametrize("intent", [None, "pi_of_another_account"])
@pytest.mark.parametrize("kind", ["refund", "dispute"])
async def test_reversals_of_what_is_no_payment_of_ours_concern_nobody(
    company: PaymentCompany, sdk: stripe.StripeClient, payment: str, intent: str | None, kind: str
):
    if kind == "refund":
        event = await changed(sdk, "refund.created", await company.control.refund(payment), payment_intent=intent)
    else:
        dispute = await company.control.dispute(payment)
        event = await changed(sdk, "charge.dispute.created", dispute, payment_intent=intent)
    assert await company.gateway.news(json.dumps(event)) == ()


async def movements(company: PaymentCompany, order: ChargeOrder, *, since: int, until: int) -> list[News]:
    """Of one account, in days from AT."""
    found = company.gateway.movements(AT + timedelta(days=since), AT + timedelta(days=until))
    return [news async for news in found if news.account == order.account]


@pytest.mark.promise(9)
async def test_the_days_movements_are_what_the_books_have(company: PaymentCompany, order: ChargeOrder, payment: str):
    """Every payment, also a debit that set out long ago; every reversal; each once, oldest first, nothing else."""
    debit = order.model_copy(update={"attempt": 2})
    method = await on_file(company, order)
    await company.control.use_method(order.account, DEBIT)
    method = await on_file(company, order)
    pending = await company.gateway.charge(debit, method)
    assert isinstance(pending, Pending)
    await company.control.settle(debit.key, "succeeded", LATER)
    other = await company.control.pay_directly(order.account, 800, "USD", order.invoice, LATER + timedelta(hours=1))
    refund = await company.control.refund(payment, 100, LATER + timedelta(hours=2))
    dispute = await company.control.dispute(other, at=LATER + timedelta(hours=3))
    await company.control.close_dispute(dispute, "won", LAST)
    found = await movements(company, order, since=0, until=41)
    told = [(moved(news) or pytest.fail("no movement")).id for news in found]
    assert told == [payment, pending.payment, other, refund, dispute, dispute, f"{dispute}:won"]
    journal = [line for line in (await company.control.books()).journal if line.account == order.account]
    ours = {
        "charge": [n.fact for n in found if isinstance(n.fact, Payment)],
        "dispute_won": [n.fact for n in found if isinstance(n.fact, Restored)],
    }
    for kind, facts in ours.items():
        assert [line.amount for line in journal if line.kind == kind] == [fact.amount.minor for fact in facts]
    back = {news.fact.id: -news.fact.amount.minor for news in found if isinstance(news.fact, Reversal)}
    assert back == {line.of: line.amount for line in journal if line.kind in ("refund", "dispute")}


async def test_movements_are_of_that_time_only(company: PaymentCompany, order: ChargeOrder, payment: str):
    arrived = await about(company, order, payment=payment, fact=Payment(id=payment, amount=order.amount, at=AT))
    assert await movements(company, order, since=0, until=1) == [arrived]
    assert await movements(company, order, since=-1, until=0) == []
    assert await movements(company, order, since=1, until=2) == []


async def test_declines_and_stirrings_are_no_movements(company: PaymentCompany, order: ChargeOrder):
    method = await on_file(company, order)
    await company.control.script(order.account, "decline:insufficient_funds")
    await company.gateway.charge(order, method)
    await company.control.script(order.account, "pending")
    assert isinstance(await company.gateway.charge(order.model_copy(update={"attempt": 2}), method), Pending)
    assert await movements(company, order, since=0, until=41) == []
