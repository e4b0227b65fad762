"""Stripe's events as news: each fact is told by one event, whatever else Stripe sends of it."""

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import stripe
from pydantic import SecretStr

from adapters.gateways.stripe.gateway import StripeGateway
from dunning.case.facts import MethodChanged, Payment, PaymentNews
from dunning.case.orders import ChargeOrder
from dunning.case.results import Charged
from dunning.records.accounts import Account
from dunning.records.inbox import News
from dunning.records.payments import Method
from tests.adapters.companies import PaymentCompany
from tests.adapters.paying import AT, DEBIT, customer, on_file
from tests.adapters.stripe_events import events, told

LATER = AT + timedelta(days=4)


def about(order: ChargeOrder, payer: str, **fact: object) -> News:
    return News.model_validate({"invoice": order.invoice, "account": order.account, "payer": payer, **fact})


async def charged(company: PaymentCompany, order: ChargeOrder, method: Method) -> str:
    result = await company.gateway.charge(order, method)
    assert isinstance(result, Charged)
    return result.payment


async def paid_by_hand(
    sdk: stripe.StripeClient, order: ChargeOrder, method: Method, metadata: dict[str, str] | None = None
) -> str:
    """A payment that the customer makes, as a pay page would."""
    intent = await sdk.v1.payment_intents.create_async(
        {
            "amount": order.amount.minor,
            "currency": "usd",
            "customer": method.payer,
            "metadata": {"at": AT.isoformat(), **({"invoice": order.invoice} if metadata is None else metadata)},
        }
    )
    with suppress(stripe.CardError):
        await sdk.v1.payment_intents.confirm_async(
            intent.id, {"payment_method": method.id, "return_url": "https://portal.example/"}
        )
    return intent.id


async def test_money_that_arrived_is_a_payment(company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder):
    method = await on_file(company, order)
    payment = await charged(company, order, method)
    arrived = Payment(id=payment, amount=order.amount, at=AT)
    expected = about(order, method.payer, attempt=order.key, payment=payment, fact=arrived)
    assert await told(company.gateway, sdk, "payment_intent.succeeded", payment) == [expected]


async def test_money_that_names_no_invoice_is_told_with_its_payer(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    method = await on_file(company, order)
    payment = await paid_by_hand(sdk, order, method, {})
    [news] = await told(company.gateway, sdk, "payment_intent.succeeded", payment)
    assert (news.invoice, news.account, news.payer, news.attempt) == ("", "", method.payer, "")
    assert news.fact == Payment(id=payment, amount=order.amount, at=AT)


async def test_money_of_somebody_elses_business_concerns_nobody(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    intent = await sdk.v1.payment_intents.create_async(
        {
            "amount": 500,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )
    assert await told(company.gateway, sdk, "payment_intent.succeeded", intent.id) == []


@pytest.mark.req("S3-33")
@pytest.mark.parametrize(("outcome", "kind"), [("succeeded", "succeeded"), ("account_closed", "payment_failed")])
async def test_a_customers_own_debit_sets_out_and_ends(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder, outcome: str, kind: str
):
    method = await on_file(company, order, DEBIT)
    payment = await paid_by_hand(sdk, order, method)
    its = {"account": "", "payment": payment}
    begun = about(order, method.payer, **its, fact=PaymentNews(payment=payment, at=AT, started=True))
    assert await told(company.gateway, sdk, "payment_intent.processing", payment) == [begun]
    received = await company.gateway.received(await customer(company, order), order.invoice, ())
    assert (received.payments, received.underway) == ((), (payment,))
    await company.control.settle(payment, outcome, LATER)
    fact = Payment(id=payment, amount=order.amount, at=LATER)
    if kind == "payment_failed":
        fact = PaymentNews(payment=payment, at=LATER)
    expected = about(order, method.payer, **its, fact=fact)
    assert await told(company.gateway, sdk, f"payment_intent.{kind}", payment) == [expected]


async def test_our_own_debit_is_asked_about(company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder):
    method = await on_file(company, order, DEBIT)
    await company.gateway.charge(order, method)
    [row] = (await company.control.books()).of(order.account)
    await company.control.settle(order.key, "insufficient_funds", LATER)
    for kind, at in (("processing", AT), ("payment_failed", LATER)):
        stirred = PaymentNews(payment=row.id, at=at)
        expected = about(order, method.payer, attempt=order.key, payment=row.id, fact=stirred)
        assert await told(company.gateway, sdk, f"payment_intent.{kind}", row.id) == [expected]


async def test_a_card_that_is_declined_on_the_pay_page_is_no_news(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    method = await on_file(company, order, "pm_card_chargeCustomerFail")
    payment = await paid_by_hand(sdk, order, method)
    assert await told(company.gateway, sdk, "payment_intent.payment_failed", payment) == []


async def test_a_payment_that_was_given_up_is_asked_about(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    method = await on_file(company, order, "pm_card_authenticationRequired")
    await company.gateway.charge(order, method)
    [row] = (await company.control.books()).of(order.account)
    [news] = await told(company.gateway, sdk, "payment_intent.canceled", row.id)
    assert news.attempt == order.key
    assert news.fact == PaymentNews(payment=row.id, at=AT)


async def default_of(sdk: stripe.StripeClient, account: Account) -> str:
    made = await sdk.v1.customers.retrieve_async(account.payer)
    assert made.invoice_settings is not None
    return str(made.invoice_settings.default_payment_method)


async def put_on_file(
    sdk: stripe.StripeClient, account: Account, metadata: dict[str, str] | None = None, usage: str = "off_session"
) -> tuple[str, str]:
    """A SetupIntent of somebody's own page: its id, and the new card's."""
    setup = await sdk.v1.setup_intents.create_async(
        {
            "customer": account.payer,
            "payment_method": "pm_card_mastercard",
            "confirm": True,
            "usage": usage,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": metadata or {},
        }
    )
    return setup.id, str(setup.payment_method)


async def test_another_default_is_a_changed_method(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    account = await customer(company, order, "")
    method = await sdk.v1.payment_methods.attach_async("pm_card_visa", {"customer": account.payer})
    await sdk.v1.customers.update_async(
        account.payer,
        {"invoice_settings": {"default_payment_method": method.id}, "metadata": {"at": AT.isoformat()}},
    )
    news = await told(company.gateway, sdk, "customer.updated", account.payer)
    assert news == [News(account=order.account, payer=account.payer, fact=MethodChanged(at=AT))]


@pytest.mark.parametrize("change", ["name", "same default", "no default"])
async def test_other_changes_of_a_customer_are_none(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder, change: str
):
    account = await customer(company, order)
    before = len(await events(sdk, "customer.updated", account.payer))
    usual = await default_of(sdk, account)
    settings = {"same default": usual, "no default": ""}
    if change == "name":
        await sdk.v1.customers.update_async(account.payer, {"name": "Erika"})
    else:
        await sdk.v1.customers.update_async(
            account.payer, {"invoice_settings": {"default_payment_method": settings[change], "footer": "Thanks"}}
        )
    after = (await events(sdk, "customer.updated", account.payer))[before:]
    assert len(after) == 1
    assert await company.gateway.news(json.dumps(after[0])) == ()


async def test_a_new_card_becomes_the_default_and_counts_once(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    """A SetupIntent tells of it, an attachment, and the change of the default: only the last one is news."""
    account = await customer(company, order)
    before = len(await events(sdk, "customer.updated", account.payer))
    setup, card = await put_on_file(sdk, account)
    for _ in range(2):  # a webhook may come twice
        assert await told(company.gateway, sdk, "setup_intent.succeeded", setup) == []
    assert await told(company.gateway, sdk, "payment_method.attached", card) == []
    assert await default_of(sdk, account) == card
    changes = (await events(sdk, "customer.updated", account.payer))[before:]
    assert len(changes) == 1
    [news] = await company.gateway.news(json.dumps(changes[0]))
    assert isinstance(news.fact, MethodChanged)
    assert (news.account, news.payer) == (order.account, account.payer)
    method = await company.gateway.method(account)
    assert method is not None
    assert method.id == card


async def test_an_older_card_that_is_told_of_late_does_not_become_the_default_again(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    account = await customer(company, order)
    late, _ = await put_on_file(sdk, account)
    await wait_for_another_second()
    setup, newer = await put_on_file(sdk, account)
    assert await told(company.gateway, sdk, "setup_intent.succeeded", setup) == []
    assert await told(company.gateway, sdk, "setup_intent.succeeded", late) == []
    assert await default_of(sdk, account) == newer


async def wait_for_another_second() -> None:
    """Stripe counts in whole seconds."""
    now = datetime.now(UTC).replace(microsecond=0)
    while datetime.now(UTC).replace(microsecond=0) == now:  # noqa: ASYNC110 - the clock itself is waited for
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("case", ["gone", "on session", "not ours"])
async def test_what_does_not_become_the_default(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder, case: str
):
    account = await customer(company, order)
    usual = await default_of(sdk, account)
    if case == "not ours":
        other = await sdk.v1.customers.create_async({"name": "Another business"})
        account, usual = account.model_copy(update={"payer": other.id}), "None"
    setup, card = await put_on_file(sdk, account, usage="on_session" if case == "on session" else "off_session")
    if case == "gone":
        await sdk.v1.payment_methods.detach_async(card)
    assert await told(company.gateway, sdk, "setup_intent.succeeded", setup) == []
    assert await default_of(sdk, account) == usual


EVENT = {"id": "evt_1", "object": "event", "created": 1, "livemode": False}


@pytest.mark.parametrize(
    ("key", "live"), [("sk_test_1", True), ("rk_test_1", True), ("sk_live_1", False), ("rk_live_1", False)]
)
async def test_money_of_the_other_mode_is_no_money(key: str, live: bool):
    intent = {"id": "pi_1", "status": "succeeded", "amount": 500, "currency": "usd", "created": 1, "customer": "cus_1"}
    body = {**EVENT, "type": "payment_intent.succeeded", "data": {"object": intent}}
    gateway = StripeGateway(SecretStr(key), "http://127.0.0.1:1", 1.0)
    told, ours = ("live mode", "test mode") if live else ("test mode", "live mode")
    with pytest.raises(ValueError, match=f"of Stripe's {told}, and REPRIEVE_STRIPE_KEY is of {ours}: nothing was"):
        await gateway.news(json.dumps({**body, "livemode": live}))
    (news,) = await gateway.news(json.dumps({**body, "livemode": not live}))
    assert isinstance(news.fact, Payment)
    await gateway.close()


@pytest.mark.parametrize("kind", ["charge.succeeded", "plan.created", "invoice.paid"])
async def test_events_of_other_kinds_are_no_news(company: PaymentCompany, kind: str):
    event = {**EVENT, "type": kind, "data": {"object": {"id": "x_1"}}}
    assert await company.gateway.news(json.dumps(event)) == ()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "Erika Mustermann",
        '{"id": "evt_1"}',
        '{"id": "evt_1", "object": "v2.core.event", "type": "v1.billing.meter.no_meter_found", "created": "2027"}',
        json.dumps({**EVENT, "type": "payment_intent.succeeded", "data": {"object": {}}}),
        json.dumps({**EVENT, "type": "refund.created", "data": {"object": {"id": 7}}}),
        json.dumps({**EVENT, "livemode": None, "type": "refund.created", "data": {"object": {"id": "re_1"}}}),
        json.dumps({**EVENT, "livemode": "false", "type": "refund.created", "data": {"object": {"id": "re_1"}}}),
    ],
)
async def test_what_is_no_event_is_refused_and_told_to_nobody(company: PaymentCompany, body: str):
    with pytest.raises(ValueError, match="Stripe") as caught:
        await company.gateway.news(body)
    assert "Mustermann" not in str(caught.value)
