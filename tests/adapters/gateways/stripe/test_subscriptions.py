"""What is read of Stripe's own subscriptions beyond what every processor has."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
import stripe
from pydantic import SecretStr

from adapters.gateways.stripe.subscription_objects import IN_TRANSIT, Subject, Subscription
from adapters.gateways.stripe.subscriptions import StripeSubscriptions
from dunning.money import Money
from sandbox.companies import Sandbox
from sandbox.payments.shapes.billing import new_invoice, new_item, new_subscription, shown
from sandbox.stage.process import SandboxProcess

START = datetime(2027, 3, 16, 10, tzinfo=UTC)
DAY = timedelta(days=1)
END = START + 31 * DAY


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def subscription(items: int = 1, **fields: Any) -> Subscription:
    made = new_subscription("sub_1", "cus_1", seconds(START))
    period = (seconds(START), seconds(END))
    made["items"]["data"] = [new_item("sub_1", 1000, "usd", 2, period) for _ in range(items)]
    return Subscription.model_validate({**made, **fields})


def invoice(**fields: Any) -> dict[str, Any]:
    made = new_invoice(new_subscription("sub_1", "cus_1", seconds(START)), 2500, seconds(START))
    return shown({**made, **fields})


def test_items_are_billed_together_by_their_quantity() -> None:
    assert subscription(items=2).terms.amount == Money.parse("USD 40.00")


DECIDE: list[dict[str, Any]] = [
    {"discounts": ["di_1"]},
    {"default_tax_rates": [{}]},
    {"automatic_tax": {"enabled": True}},
]


@pytest.mark.parametrize("more", DECIDE)
def test_where_more_decides_what_was_billed_last_counts(more: dict[str, Any]) -> None:
    assert subscription(**more).terms.amount is None
    assert subscription(**more, latest_invoice=invoice()).terms.amount == Money.parse("USD 25.00")


def test_no_quantity_is_one_and_a_measured_price_is_unknown() -> None:
    made = new_subscription("sub_1", "cus_1", seconds(START))
    item = new_item("sub_1", 1000, "usd", 1, (seconds(START), seconds(END)))
    made["items"]["data"] = [{**item, "quantity": None}]
    assert Subscription.model_validate(made).terms.amount == Money.parse("USD 10.00")
    made["items"]["data"] = [{**item, "price": {**item["price"], "unit_amount": None}}]
    assert Subscription.model_validate(made).terms.amount is None


@pytest.mark.parametrize(
    ("fields", "status", "expected"),
    [
        ({}, "active", END),
        ({"status": "trialing"}, "active", END),
        ({"cancel_at_period_end": True}, "active", None),
        ({"cancel_at": seconds(END)}, "active", None),
        ({"cancel_at": seconds(END + DAY)}, "active", END),
        ({"collection_method": "send_invoice"}, "active", None),
        ({"pause_collection": {"behavior": "void", "resumes_at": None}}, "suspended", None),
        ({"status": "unpaid"}, "suspended", None),
        ({"status": "paused"}, "suspended", None),
        ({"status": "incomplete"}, "approval_pending", None),
        ({"status": "incomplete_expired"}, "expired", None),
        ({"status": "canceled", "pause_collection": {"behavior": "void"}}, "cancelled", None),
        ({"status": "of the future"}, "suspended", None),
    ],
)
def test_whether_and_when_it_pays(fields: dict[str, Any], status: str, expected: datetime | None) -> None:
    terms = subscription(**fields).terms
    assert (terms.status, terms.expected) == (status, expected)


def test_what_is_about_to_be_taken_is_awaited_and_a_debit_on_its_way_too() -> None:
    soon = seconds(START + timedelta(hours=1))
    assert subscription(latest_invoice=invoice(next_payment_attempt=soon)).terms.expected == START + timedelta(hours=1)
    times = {"finalized_at": seconds(START), "paid_at": None}
    on_its_way = invoice(status="open", attempt_count=1, status_transitions=times)
    terms = subscription(latest_invoice=on_its_way).terms
    assert (terms.failed, terms.expected) == (0, START + IN_TRANSIT)
    assert subscription(status="past_due", latest_invoice=on_its_way).terms.failed == 1


def test_whom_a_hint_is_about_in_every_version_of_the_api() -> None:
    old = {"id": "in_1", "object": "invoice", "customer": "cus_1", "subscription": "sub_1"}
    new = invoice() | {"subscription": None}
    its = {"id": "sub_1", "object": "subscription", "customer": "cus_1"}
    for each in (old, new, its):
        assert Subject.model_validate(each).subscription_id == "sub_1"
    assert Subject.model_validate({**old, "subscription": None}).subscription_id == ""


def test_the_stand_in_shows_fields_that_stripe_has() -> None:
    """By the official SDK's own types."""
    made = new_subscription("sub_1", "cus_1", 1)
    assert made.keys() <= stripe.Subscription.__annotations__.keys()
    assert new_item("sub_1", 1, "usd", 1, (1, 2)).keys() <= stripe.SubscriptionItem.__annotations__.keys()
    assert invoice().keys() <= stripe.Invoice.__annotations__.keys()


@pytest_asyncio.fixture(loop_scope="session")
async def companies() -> AsyncGenerator[Sandbox]:
    async with SandboxProcess() as addresses, Sandbox(addresses) as made:
        yield made


@pytest.mark.parametrize("method", ["pm_card_chargeDeclined", ""])
async def test_who_stops_it_leaves_nothing_that_stripe_would_try_again(companies: Sandbox, method: str) -> None:
    there = companies.payments
    its = StripeSubscriptions(SecretStr("sk_test_sandbox"), companies.addresses.payments, timeout=5)
    await there.customer("ann", method)
    await there.subscribes("ann", "sub_ann", START, END)
    payment = await there.bills("sub_ann", START, ends=END, retry=START + 3 * DAY)
    assert (await its.terms("sub_ann")).retries
    await its.suspend("sub_ann", "we take over")
    await its.suspend("sub_ann", "again")
    known = await there.subscription("sub_ann")
    assert (known["status"], known["pause_collection"]["behavior"]) == ("active", "void")
    assert known["metadata"] == {"reprieve": "we take over"}
    assert await its.sale(payment) is None, "nothing was paid"
    assert await its.sales("sub_ann", START - DAY, END) == []
    await its.close()
