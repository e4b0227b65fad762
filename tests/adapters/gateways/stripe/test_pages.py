"""Stripe's own pages, end to end: opened by us, paid by a person in a browser, heard of by webhook."""

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import timedelta

import httpx2
import pytest
import stripe
from pydantic import SecretStr

from adapters.gateways.stripe.calls import StripeRefusedError
from adapters.gateways.stripe.pages import StripePages
from dunning.case.facts import Payment, PaymentNews
from dunning.case.orders import ChargeOrder
from dunning.case.results import Charged, Found
from dunning.money import Money
from dunning.ports.companies import Visit
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.inbox import News
from dunning.records.payments import Consent
from tests.adapters.companies import PATIENCE, STRIPE_KEY, PaymentCompany
from tests.adapters.paying import AT, DEBIT, customer, usd
from tests.adapters.stripe_events import events, told

LATER = AT + timedelta(days=4)
BACK = "https://portal.example/pay/INV-1"
CONSENT = "I agree that Example Hosting charges this card for later invoices. " * 12
"""Longer than one value of Stripe's metadata."""
LEFT = "https://portal.example/pay/INV-1/left"
PLAIN = Visit(title="Rechnung INV-1", language="de", consent="", back=BACK, left=LEFT)
VISIT = PLAIN._replace(consent=CONSENT)


@pytest.fixture(scope="module")
async def pages(company: PaymentCompany) -> AsyncGenerator[StripePages]:
    pages = StripePages(STRIPE_KEY, company.url, PATIENCE)
    yield pages
    await pages.close()


@pytest.fixture
def stranger(order: ChargeOrder) -> Account:
    """Give an account that Stripe knows nothing of."""
    return Account(id=order.account, name="Example")


async def paid(url: str, card: str = "pm_card_visa") -> str:
    """Fill the page in, in a browser's way. Returns where it leads."""
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as browser:
        page = await browser.get(url)
        assert page.status_code == 200
        answer = await browser.post(url, data={"card": card})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def session_of(url: str) -> str:
    return url.rpartition("/")[2]


async def default_of(sdk: stripe.StripeClient, payer: str) -> str | None:
    settings = (await sdk.v1.customers.retrieve_async(payer)).invoice_settings
    assert settings is not None
    method = settings.default_payment_method
    return method if isinstance(method, str) else None


@pytest.mark.req("S3-06")
async def test_a_customer_pays_without_consent_and_nothing_is_kept(
    company: PaymentCompany, sdk: stripe.StripeClient, pages: StripePages, order: ChargeOrder, stranger: Account
):
    url = await pages.checkout(stranger, order.invoice, usd(1999), PLAIN)
    assert await paid(url) == BACK
    [left] = await told(company.gateway, sdk, "checkout.session.completed", session_of(url))
    assert left == News(invoice=order.invoice, account=order.account, payer=left.payer)
    known = stranger.model_copy(update={"payer": left.payer})
    received = await company.gateway.received(known, order.invoice, ())
    [payment] = received.payments
    assert (payment.amount, payment.method) == (usd(1999), "Visa ending 4242")
    [news] = await told(company.gateway, sdk, "payment_intent.succeeded", payment.id)
    assert (news.invoice, news.account, news.payer, news.attempt) == (order.invoice, order.account, left.payer, "")
    assert isinstance(news.fact, Payment)
    assert (news.fact.id, news.fact.amount) == (payment.id, usd(1999))
    assert await default_of(sdk, left.payer) is None
    assert await company.gateway.method(known) is None


@pytest.mark.req("S3-07")
async def test_with_consent_the_card_is_kept_and_charged_from_then_on(
    company: PaymentCompany, sdk: stripe.StripeClient, pages: StripePages, order: ChargeOrder
):
    account = await customer(company, order, "pm_card_mastercard")
    before = len(await events(sdk, "customer.updated", account.payer))
    url = await pages.checkout(account, order.invoice, usd(1999), VISIT)
    payment = await company.control.pay_session(session_of(url), "pm_card_visa", LATER)
    [left] = await told(company.gateway, sdk, "checkout.session.completed", session_of(url))
    assert isinstance(left.fact, Consent)
    assert (left.fact.id, left.fact.account) == (session_of(url), order.account)
    assert (left.fact.text, left.fact.at) == (CONSENT, LATER)
    await told(company.gateway, sdk, "payment_intent.succeeded", payment)
    method = await company.gateway.method(account)
    assert method is not None
    assert (method.id, method.label) == (left.fact.method, "Visa ending 4242")
    changes = (await events(sdk, "customer.updated", account.payer))[before:]
    facts = [news.fact for change in changes for news in await company.gateway.news(json.dumps(change))]
    assert [fact and fact.at for fact in facts] == [LATER]
    assert isinstance(await company.gateway.charge(order, method), Charged)


@pytest.mark.req("S3-07")
async def test_a_method_is_put_on_file_without_paying(
    company: PaymentCompany, sdk: stripe.StripeClient, pages: StripePages, order: ChargeOrder, stranger: Account
):
    url = await pages.setup(stranger, VISIT)
    assert await paid(url, "pm_card_mastercard") == BACK
    [left] = await told(company.gateway, sdk, "checkout.session.completed", session_of(url))
    assert (left.invoice, left.account) == ("", order.account)
    assert isinstance(left.fact, Consent)
    assert left.fact.text == CONSENT
    session = await sdk.v1.checkout.sessions.retrieve_async(session_of(url))
    assert await told(company.gateway, sdk, "setup_intent.succeeded", str(session.setup_intent)) == []
    method = await company.gateway.method(stranger.model_copy(update={"payer": left.payer}))
    assert method is not None
    assert (method.id, method.label) == (left.fact.method, "Mastercard ending 4444")
    assert isinstance(await company.gateway.charge(order, method), Charged)


@pytest.mark.req("S3-33")
async def test_a_debit_on_the_page_is_on_its_way_and_kept_once_it_has_settled(
    company: PaymentCompany, sdk: stripe.StripeClient, pages: StripePages, order: ChargeOrder
):
    account = await customer(company, order, "")
    url = await pages.checkout(account, order.invoice, usd(1999), VISIT)
    payment = await company.control.pay_session(session_of(url), DEBIT, AT)
    [left] = await told(company.gateway, sdk, "checkout.session.completed", session_of(url))
    assert isinstance(left.fact, Consent)
    [begun] = await told(company.gateway, sdk, "payment_intent.processing", payment)
    assert isinstance(begun.fact, PaymentNews)
    assert begun.fact.started
    assert await company.gateway.received(account, order.invoice, ()) == Found(underway=(payment,))
    assert await default_of(sdk, account.payer) is None
    await company.control.settle(payment, "succeeded", LATER)
    [arrived] = await told(company.gateway, sdk, "payment_intent.succeeded", payment)
    assert isinstance(arrived.fact, Payment)
    assert arrived.fact.at == LATER
    method = await company.gateway.method(account)
    assert method is not None
    assert (method.id, method.kind) == (left.fact.method, "debit")


async def test_a_page_of_somebody_elses_concerns_nobody(company: PaymentCompany, sdk: stripe.StripeClient):
    session = await sdk.v1.checkout.sessions.create_async(
        {
            "mode": "payment",
            "line_items": [
                {
                    "price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "A shirt"}},
                    "quantity": 1,
                }
            ],
            "success_url": "https://shop.example/",
        }
    )
    await company.control.pay_session(session.id)
    assert await told(company.gateway, sdk, "checkout.session.completed", session.id) == []


async def test_an_account_gets_one_customer_however_often_it_opens_a_page(
    sdk: stripe.StripeClient, pages: StripePages, stranger: Account
):
    payer = await pages.payer(stranger)
    assert await pages.payer(stranger) == payer
    assert await pages.payer(stranger.model_copy(update={"payer": payer})) == payer
    made = await sdk.v1.customers.retrieve_async(payer)
    assert made.metadata is not None
    assert made.metadata.to_dict() == {"account": stranger.id}
    url = await pages.setup(stranger, VISIT)
    assert (await sdk.v1.checkout.sessions.retrieve_async(session_of(url))).customer == payer


async def test_a_customer_who_was_deleted_at_stripe_can_pay(
    company: PaymentCompany, sdk: stripe.StripeClient, pages: StripePages, order: ChargeOrder
):
    account = await customer(company, order)
    await sdk.v1.customers.delete_async(account.payer)
    url = await pages.checkout(account, order.invoice, usd(1999), PLAIN)
    await paid(url)
    [left] = await told(company.gateway, sdk, "checkout.session.completed", session_of(url))
    assert left.payer not in ("", account.payer)


async def test_an_amount_is_shown_as_it_is_owed(sdk: stripe.StripeClient, pages: StripePages, stranger: Account):
    owed = {"500 JPY": 500, "500 ISK": 50000, "1.005 KWD": 1000}  # of three digits the last one has to be 0
    for amount, total in ((Money.parse(text), total) for text, total in owed.items()):
        url = await pages.checkout(stranger, "INV-1", amount, PLAIN)
        session = await sdk.v1.checkout.sessions.retrieve_async(session_of(url))
        assert (session.amount_total, session.currency) == (total, amount.currency.lower())
    with pytest.raises(ValueError, match="MGA"):
        await pages.checkout(stranger, "INV-1", Money.parse("0.50 MGA"), PLAIN)


@pytest.mark.parametrize(
    ("language", "shown"),
    [("de", "de"), ("de-AT", "de"), ("pt-BR", "pt-BR"), ("en", "en"), ("xx", "auto"), ("", "auto")],
)
async def test_the_page_speaks_the_customer_s_language_and_who_leaves_it_comes_back_elsewhere(
    sdk: stripe.StripeClient, pages: StripePages, stranger: Account, language: str, shown: str
):
    visit = PLAIN._replace(language=language)
    for url in (await pages.checkout(stranger, "INV-1", usd(1999), visit), await pages.setup(stranger, visit)):
        session = await sdk.v1.checkout.sessions.retrieve_async(session_of(url))
        assert (session.locale, session.success_url, session.cancel_url) == (shown, BACK, LEFT)


async def test_nobody_there_is_an_outage_and_a_wrong_key_our_mistake(
    company: PaymentCompany, unused_tcp_port: int, stranger: Account
):
    for key, url, error in (
        (STRIPE_KEY, f"http://127.0.0.1:{unused_tcp_port}", OutageError),
        (SecretStr("sk_live_another"), company.url, StripeRefusedError),
    ):
        pages = StripePages(key, url, PATIENCE)
        with pytest.raises(error):
            await pages.checkout(stranger, "INV-1", usd(1999), PLAIN)
        with pytest.raises(error):
            await pages.setup(stranger, VISIT)
        await pages.close()


async def test_who_asks_again_gets_the_same_page_until_it_is_paid_and_nobody_pays_on_two(
    company: PaymentCompany, pages: StripePages, order: ChargeOrder
):
    """Two tabs, or a second click, were two pages, and both could be paid."""
    account = await customer(company, order, "")
    asked = [pages.checkout(account, order.invoice, usd(1999), PLAIN) for _ in range(3)]
    (url,) = set(await asyncio.gather(*asked))
    assert await pages.checkout(account, order.invoice, usd(1999), PLAIN) == url
    others = [
        await pages.checkout(account, order.invoice, usd(500), PLAIN),
        await pages.checkout(account, order.invoice, usd(1999), VISIT),
        await pages.checkout(account, f"{order.invoice}-2", usd(1999), PLAIN),
    ]
    assert len({url, *others}) == 4
    await paid(url)
    again = await pages.checkout(account, order.invoice, usd(1999), PLAIN)
    assert again != url, "what was paid is over, and whoever owes the same once more gets a page for it"
    assert await pages.checkout(account, order.invoice, usd(1999), PLAIN) == again


async def test_a_page_for_a_method_is_new_each_time(company: PaymentCompany, pages: StripePages, order: ChargeOrder):
    account = await customer(company, order, "")
    assert len({await pages.setup(account, VISIT) for _ in range(2)}) == 2
