"""Refunds and disputes, by API, by people and by banks."""

from datetime import UTC, datetime

import httpx2
import pytest
import stripe

from tests.sandbox.payments.merchant import SDK, Merchant, a_name, param_of

pytestmark = SDK

LATER = datetime(2027, 5, 1, 12, tzinfo=UTC)


async def charge_of(merchant: Merchant, intent: stripe.PaymentIntent) -> stripe.Charge:
    seen = await merchant.api.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    assert isinstance(seen.latest_charge, stripe.Charge)
    return seen.latest_charge


async def refund_of(merchant: Merchant, intent: stripe.PaymentIntent) -> stripe.Refund:
    (refund,) = (await merchant.api.refunds.list_async({"payment_intent": intent.id})).data
    return refund


async def told(merchant: Merchant, kind: str, about: str) -> list[stripe.StripeObject]:
    """What events of that type say of the object, newest first."""
    events = (await merchant.api.events.list_async({"types": [kind], "limit": 20})).data
    return [event.data.object for event in events if event.data.object.id == about]


async def test_a_charge_is_given_back_in_parts_and_never_more(merchant: Merchant):
    intent, refunds = await merchant.charge(), merchant.api.refunds
    part = await refunds.create_async({"payment_intent": intent.id, "amount": 500, "metadata": {"reprieve": "R1"}})
    assert (part.status, part.amount, part.charge, part.payment_intent) == (
        "succeeded",
        500,
        intent.latest_charge,
        intent.id,
    )
    with pytest.raises(stripe.InvalidRequestError, match=r"\$15.00.* greater than unrefunded .*\$14.99") as error:
        await refunds.create_async({"charge": str(intent.latest_charge), "amount": 1500})
    assert (error.value.http_status, param_of(error.value), error.value.code) == (400, "amount", None)
    rest = await refunds.create_async({"charge": str(intent.latest_charge), "reason": "requested_by_customer"})
    assert (rest.amount, rest.reason) == (1499, "requested_by_customer")
    charge = await charge_of(merchant, intent)
    assert (charge.amount_refunded, charge.refunded) == (1999, True)
    with pytest.raises(stripe.InvalidRequestError, match="already been refunded") as error:
        await refunds.create_async({"payment_intent": intent.id})
    assert error.value.code == "charge_already_refunded"
    kept = [(r.key, r.amount) for r in (await merchant.control.books()).refunds if r.payment == intent.id]
    assert kept == [("R1", 500), ("", 1499)]


async def test_refunds_are_listed(merchant: Merchant):
    intent, refunds = await merchant.charge(metadata={"at": "2027-05-01T12:00:00Z"}), merchant.api.refunds
    made = [await refunds.create_async({"payment_intent": intent.id, "amount": part}) for part in (1, 2, 3)]
    listed = await refunds.list_async({"payment_intent": intent.id, "limit": 2})
    assert ([refund.amount for refund in listed.data], listed.has_more) == ([3, 2], True)
    at = int(LATER.timestamp())
    spans = {"gte": at, "lt": at + 1}
    found = await refunds.list_async({"charge": str(intent.latest_charge), "created": spans})  # pyright: ignore[reportArgumentType] - a plain dict
    assert [refund.id for refund in found.data] == [refund.id for refund in reversed(made)]


async def test_what_was_not_paid_is_not_given_back(merchant: Merchant):
    await merchant.control.script(merchant.account, "pending")
    intent, refunds = await merchant.charge(), merchant.api.refunds
    with pytest.raises(stripe.InvalidRequestError, match="has not been paid"):
        await refunds.create_async({"payment_intent": intent.id})
    unpaid = await merchant.api.payment_intents.create_async({"amount": 500, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        await refunds.create_async({"payment_intent": unpaid.id})
    with pytest.raises(stripe.InvalidRequestError) as error:
        await refunds.create_async({"amount": 5})
    assert (param_of(error.value), error.value.code) == ("payment_intent", "parameter_missing")


async def test_refunds_fail_on_demand(merchant: Merchant):
    intent, create = await merchant.charge(), merchant.api.refunds.create_async
    for word in ("refund:500", "refund:charge_disputed", "refund:timeout_after"):
        await merchant.control.script(merchant.account, word)
    with pytest.raises(stripe.APIError):
        await create({"payment_intent": intent.id}, {"idempotency_key": "r"})
    with pytest.raises(stripe.InvalidRequestError) as error:
        await create({"payment_intent": intent.id})
    assert error.value.code == "charge_disputed"
    key = a_name("refund")
    with pytest.raises(stripe.APIConnectionError):
        await create({"payment_intent": intent.id}, {"idempotency_key": key})
    assert (await create({"payment_intent": intent.id}, {"idempotency_key": key})).amount == 1999
    assert [r.amount for r in (await merchant.control.books()).refunds if r.payment == intent.id] == [1999]


async def test_a_person_gives_money_back_at_the_dashboard(merchant: Merchant):
    key = a_name("attempt")
    intent = await merchant.charge(key)
    name = await merchant.control.refund(key, 700, LATER)
    refund = await refund_of(merchant, intent)
    assert (refund.id, refund.amount, refund.created) == (name, 700, LATER.timestamp())
    assert refund.metadata is not None
    assert refund.metadata.to_dict() == {}
    assert await merchant.control.refund(intent.id)
    with pytest.raises(httpx2.HTTPStatusError, match="409"):
        await merchant.control.refund(intent.id)
    with pytest.raises(httpx2.HTTPStatusError, match="400"):
        await merchant.control.refund("pi_nothing")


async def test_a_refund_may_fail_later(merchant: Merchant):
    intent = await merchant.charge()
    name = await merchant.control.refund(intent.id)
    await merchant.control.fail_refund(name, LATER)
    refund = await refund_of(merchant, intent)
    assert (refund.status, refund.failure_reason) == ("failed", "expired_or_canceled_card")
    charge = await charge_of(merchant, intent)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    moved = [(line.kind, line.amount) for line in (await merchant.control.books()).journal if line.payment == intent.id]
    assert moved == [("charge", 1999), ("refund", -1999), ("refund_failed", 1999)]
    with pytest.raises(httpx2.HTTPStatusError, match="404"):
        await merchant.control.fail_refund(name)


async def test_a_dispute_is_lost_or_won(merchant: Merchant):
    lost, won = await merchant.charge(a_name("attempt")), await merchant.charge(a_name("attempt"))
    names = [await merchant.control.dispute(intent.id, at=LATER) for intent in (lost, won)]
    (dispute,) = await told(merchant, "charge.dispute.created", names[0])
    assert isinstance(dispute, stripe.Dispute)
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 1999)
    assert (dispute.payment_intent, dispute.charge, dispute.created) == (lost.id, lost.latest_charge, LATER.timestamp())
    assert (await charge_of(merchant, lost)).disputed
    with pytest.raises(stripe.InvalidRequestError, match="charged back"):
        await merchant.api.refunds.create_async({"payment_intent": lost.id})
    await merchant.control.close_dispute(names[0], "lost")
    await merchant.control.close_dispute(names[1], "won")
    books = {line.id: line.status for line in (await merchant.control.books()).disputes}
    assert [books[name] for name in names] == ["lost", "won"]
    with pytest.raises(httpx2.HTTPStatusError, match="409"):
        await merchant.control.dispute(won.id, 5000)
    with pytest.raises(httpx2.HTTPStatusError, match="404"):
        await merchant.control.close_dispute(names[1], "lost")
    journal = [line for line in (await merchant.control.books()).journal if line.account == merchant.account]
    assert [(line.kind, line.amount) for line in journal[2:]] == [
        ("dispute", -1999),
        ("dispute", -1999),
        ("dispute_won", 1999),
    ]
    assert (await merchant.api.refunds.create_async({"payment_intent": won.id})).amount == 1999


async def test_a_debit_that_comes_back_late_is_lost_at_once(merchant: Merchant):
    await merchant.control.use_method(merchant.account, "pm_usBankAccount_success")
    intent = await merchant.charge(payment_method=await merchant.default_method())
    await merchant.control.settle(intent.id)
    name = await merchant.control.dispute(intent.id, reason="insufficient_funds")
    (closed,) = await told(merchant, "charge.dispute.closed", name)
    assert isinstance(closed, stripe.Dispute)
    assert closed.status == "lost"
