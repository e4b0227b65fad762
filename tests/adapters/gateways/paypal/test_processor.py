"""What PayPal's subscriptions are read as, over real HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from adapters.gateways.paypal.http import PayPalRefusedError
from adapters.gateways.paypal.objects import SaleObject
from adapters.gateways.paypal.processor import PayPal
from dunning.money import Money
from dunning.ports.outages import OutageError
from dunning.ports.processors import NoSuchProcessorSubscriptionError
from sandbox.companies import Sandbox
from sandbox.paypal.client import PayPalControl
from sandbox.paypal.company import CLIENT

START = datetime(2027, 3, 16, 10, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_its_terms_and_when_it_tries_a_failed_payment_again(paypal: PayPal, there: PayPalControl) -> None:
    await there.subscribe("I-TERMS", START, next_charge=START + 31 * DAY)
    terms = await paypal.terms("I-TERMS")
    assert (terms.status, terms.amount, terms.begins) == ("active", Money.parse("USD 19.99"), START)
    assert (terms.expected, terms.retries) == (START + 31 * DAY, False)
    failed = {"failed": 1, "failed_at": START, "next_charge": START + 31 * DAY}
    await there.subscribe("I-TERMS", START, **failed)
    assert (await paypal.terms("I-TERMS")).expected == START + 5 * DAY, "as PayPal does where it says nothing"
    await there.subscribe("I-TERMS", START, **failed, retry_at=START + 4 * DAY)
    assert (await paypal.terms("I-TERMS")).expected == START + 4 * DAY
    await there.subscribe("I-TERMS", START, **{**failed, "failed": 3}, retry_at=START + 4 * DAY)
    third = await paypal.terms("I-TERMS")
    assert (third.retries, third.expected) == (False, START + 31 * DAY), "two retries a cycle, then the next bill"


async def test_what_it_took_is_read_oldest_first_in_that_time(paypal: PayPal, there: PayPalControl) -> None:
    await there.subscribe("I-SALES", START)
    for number, status in enumerate(("COMPLETED", "REFUNDED", "DECLINED", "PENDING", "PARTIALLY_REFUNDED")):
        await there.pays("I-SALES", f"S{number}", START + number * DAY, status=status)
    await there.pays("I-SALES", "YEN", START + 9 * DAY, value="500.00", currency="JPY")
    found = await paypal.sales("I-SALES", START + DAY, START + 30 * DAY)
    assert [(each.id, each.status) for each in found] == [
        ("S1", "refunded"), ("S2", "declined"), ("S3", "pending"), ("S4", "completed"), ("YEN", "completed"),
    ]  # fmt: skip
    assert found[-1].amount == Money(minor=500, currency="JPY")
    assert await paypal.sale("S1") == found[0]
    assert await paypal.sale("NEVER") is None
    assert await paypal.sales("I-NEVER", START, START + DAY) == ()


async def test_a_sale_of_no_subscription_is_none() -> None:
    alone = {"id": "S", "state": "completed", "amount": {"total": "1.00", "currency": "USD"}, "create_time": START}
    assert SaleObject.model_validate(alone).sale is None


async def test_nobody_knows_that_subscription(paypal: PayPal) -> None:
    for name in ("I-NEVER", "", "I-" + "9" * 100, "../../oauth2/token"):
        with pytest.raises(NoSuchProcessorSubscriptionError):
            await paypal.terms(name)


async def test_ending_it_twice_is_ending_it(paypal: PayPal, there: PayPalControl) -> None:
    await there.subscribe("I-END", START, next_charge=START)
    await paypal.suspend("I-END", "we take over")
    await paypal.suspend("I-END", "we take over")
    assert (await paypal.terms("I-END")).expected is None
    await paypal.cancel("I-END", "r" * 500)
    await paypal.cancel("I-END", "again")
    known = (await there.books()).subscriptions["I-END"]
    assert (known.status, known.reason) == ("CANCELLED", "r" * 128)
    with pytest.raises(PayPalRefusedError):
        await paypal.cancel("I-NEVER", "why")


@pytest.mark.parametrize("how", ["500", "429", "page", "slow:3", "cut"])
async def test_what_passes_by_itself_is_an_outage(paypal: PayPal, there: PayPalControl, how: str) -> None:
    await there.subscribe("I-OUT", START)
    for who in ("token", "I-OUT"):
        await there.script(who, how)
        with pytest.raises(OutageError, match=r"^PayPal: ") as told:
            await paypal.terms("I-OUT")
        assert "@" not in str(told.value)
    assert (await paypal.terms("I-OUT")).active


async def test_one_token_serves_many_calls_and_is_replaced_when_it_ends(paypal: PayPal, there: PayPalControl) -> None:
    await there.subscribe("I-TOKEN", START)
    before = (await there.books()).tokens
    for _ in range(3):
        await paypal.terms("I-TOKEN")
    await there.revoke()
    await paypal.terms("I-TOKEN")
    assert (await there.books()).tokens == before + 2


async def test_a_wrong_secret_is_told_without_it_and_without_what_paypal_says(companies: Sandbox) -> None:
    other = PayPal(CLIENT, SecretStr("wrong-secret"), companies.addresses.paypal)
    with pytest.raises(PayPalRefusedError, match="REPRIEVE_PAYPAL_SECRET") as told:
        await other.terms("I-TERMS")
    assert told.value.for_all
    assert "wrong-secret" not in str(told.value)
    assert "about" not in str(told.value)
    await other.close()
