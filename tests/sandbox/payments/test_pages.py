"""SetupIntents and Checkout Sessions: made by the official SDK, completed by people, in a browser and by control."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import stripe

from tests.sandbox.payments.merchant import SDK, Merchant, param_of

pytestmark = SDK

LATER = datetime(2027, 6, 1, 12, tzinfo=UTC)
PRICE = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Hosting"}}
ITEM = {"price_data": PRICE, "quantity": 1}
SETUP = {
    "mode": "setup",
    "line_items": "",
    "payment_intent_data": "",
    "setup_intent_data": {"metadata": {"account": "A"}},
    "allowed_payment_method_types": ["card", "us_bank_account"],
}


async def opened(merchant: Merchant, **more: object) -> stripe.checkout.Session:
    return await merchant.api.checkout.sessions.create_async(merchant.page(**more))


async def again(merchant: Merchant, session: stripe.checkout.Session) -> stripe.checkout.Session:
    expand = ["payment_intent.latest_charge", "setup_intent"]
    return await merchant.api.checkout.sessions.retrieve_async(session.id, {"expand": expand})


async def filled_in(url: str | None, **form: str) -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False) as browser:
        return await browser.post(str(url), data=form)


async def test_a_person_pays_in_a_browser(merchant: Merchant):
    session = await opened(merchant, client_reference_id="INV-1")
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.client_reference_id) == (1999, "INV-1")
    async with httpx2.AsyncClient(trust_env=False) as browser:
        page = (await browser.get(str(session.url))).raise_for_status().text
    assert "Pay USD 19.99" in page
    assert re.search(r'<option value="pm_card_visa">Card: Visa ending 4242', page)
    assert 'href="https://shop.example/back"' in page
    answer = await filled_in(session.url, card="pm_card_visa")
    assert answer.status_code == 303
    back = urlsplit(answer.headers["Location"])
    assert (back.hostname, parse_qs(back.query)) == ("shop.example", {"session": [session.id]})
    paid = await again(merchant, session)
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert paid.payment_intent.status == "succeeded"
    assert paid.payment_intent.metadata.to_dict() == {"invoice": "INV-1", "account": merchant.account}
    assert (await filled_in(session.url, card="pm_card_visa")).status_code == 410
    (row,) = (await merchant.control.books()).paid(merchant.account)
    assert (row.id, row.key, row.invoice, row.amount) == (paid.payment_intent.id, "", "INV-1", 1999)


async def test_a_declined_card_can_be_followed_by_another(merchant: Merchant):
    session = await opened(merchant)
    cards = {"pm_card_chargeDeclinedInsufficientFunds": "insufficient funds", "pm_nothing": "number is incorrect"}
    for card, said in cards.items():
        answer = await filled_in(session.url, card=card)
        assert answer.status_code == 200
        assert 'role="alert">Your card' in answer.text
        assert said in answer.text
    failed = await again(merchant, session)
    assert isinstance(failed.payment_intent, stripe.PaymentIntent)
    assert (failed.status, failed.payment_intent.status) == ("open", "requires_payment_method")
    assert (await filled_in(session.url, card="pm_card_authenticationRequiredOnSetup")).status_code == 303
    assert len((await merchant.control.books()).of(merchant.account)) == 1
    paid = await again(merchant, session)
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert (paid.payment_intent.id, paid.payment_intent.status) == (failed.payment_intent.id, "succeeded")


@pytest.mark.parametrize(("kept", "charged"), [("off_session", True), ("", False)])
async def test_a_method_is_kept_only_by_agreement(merchant: Merchant, kept: str, charged: bool):
    about = {"setup_future_usage": kept} if kept else {}
    session = await opened(merchant, payment_intent_data=about)
    payment = await merchant.control.pay_session(session.id, "pm_card_authenticationRequiredOnSetup")
    intent = await merchant.api.payment_intents.retrieve_async(payment)
    listed = await merchant.api.customers.payment_methods.list_async(merchant.customer)
    assert (intent.payment_method in [method.id for method in listed.data]) == charged
    assert await merchant.default_method() == merchant.method  # a page changes no default
    charging = merchant.charge(payment_method=intent.payment_method)
    if charged:
        assert (await charging).status == "succeeded"  # its owner authenticated it on the page
        return
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        await charging


async def test_a_bank_debit_completes_the_page_before_the_money_is_there(merchant: Merchant):
    session = await opened(merchant)
    payment = await merchant.control.pay_session(session.id, "pm_usBankAccount_success", LATER)
    done = await again(merchant, session)
    assert (done.status, done.payment_status) == ("complete", "unpaid")
    assert isinstance(done.payment_intent, stripe.PaymentIntent)
    assert (done.payment_intent.status, done.payment_intent.created) == ("processing", LATER.timestamp())
    await merchant.control.settle(payment)
    assert (await again(merchant, session)).payment_status == "paid"


async def test_a_method_is_put_on_file_by_a_page(merchant: Merchant):
    session = await opened(merchant, **SETUP)
    assert (session.status, session.payment_status) == ("open", "no_payment_required")
    with pytest.raises(httpx2.HTTPStatusError, match="402"):
        await merchant.control.pay_session(session.id, "pm_card_chargeDeclined")
    answer = await filled_in(session.url, card="pm_card_mastercard")
    assert answer.status_code == 303
    done = await again(merchant, session)
    setup = done.setup_intent
    assert isinstance(setup, stripe.SetupIntent)
    assert (done.status, setup.status, setup.metadata and setup.metadata["account"]) == ("complete", "succeeded", "A")
    method = await merchant.api.payment_methods.retrieve_async(str(setup.payment_method))
    assert method.customer == merchant.customer
    assert (await merchant.charge(payment_method=method.id)).status == "succeeded"


async def test_consent_is_asked_for_and_kept(merchant: Merchant):
    asked = {"terms_of_service": "required", "payment_method_reuse_agreement": {"position": "hidden"}}
    text = {"submit": {"message": "You <agree> to later charges."}}
    session = await opened(merchant, consent_collection=asked, custom_text=text)
    async with httpx2.AsyncClient(trust_env=False) as browser:
        page = (await browser.get(str(session.url))).text
    assert "You &lt;agree&gt; to later charges." in page
    assert 'type="checkbox" name="terms" required' in page
    assert (await filled_in(session.url, card="pm_card_visa", terms="on")).status_code == 303
    done = await again(merchant, session)
    assert done.consent is not None
    assert done.consent.terms_of_service == "accepted"


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"mode": ""}, "mode"),
        ({"mode": "subscription"}, "mode"),
        ({"success_url": ""}, "success_url"),
        ({"line_items": ""}, "line_items"),
        ({"line_items": [{"price": "price_1", "quantity": 1}]}, "line_items[0][price]"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price_data]"),
        ({"line_items": "card"}, "line_items"),
        ({"line_items": [ITEM, {**ITEM, "price_data": {**PRICE, "currency": "eur"}}]}, "line_items"),
        ({"line_items": [{**ITEM, "quantity": ""}]}, "line_items[0][quantity]"),
        (
            {"line_items": [{**ITEM, "price_data": {**PRICE, "unit_amount": ""}}]},
            "line_items[0][price_data][unit_amount]",
        ),
        ({"customer": "cus_nobody"}, "customer"),
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"payment_intent_data": {"customer": "x"}}, "payment_intent_data[customer]"),
        ({**SETUP, "allowed_payment_method_types": ""}, "currency"),
        ({"colour": "red"}, "colour"),
        ({"client_reference_id": "x" * 201}, "client_reference_id"),
        ({"custom_text": {"submit": {"message": "x" * 1201}}}, "custom_text[submit][message]"),
    ],
)
async def test_wrong_parameters_are_named(merchant: Merchant, wrong: dict[str, object], param: str):
    with pytest.raises(stripe.InvalidRequestError) as error:
        await opened(merchant, **wrong)
    assert param_of(error.value) == param


async def test_a_page_that_nobody_made(merchant: Merchant):
    session = await opened(merchant)
    nowhere = str(session.url).replace(session.id, "cs_test_nothing")
    assert (await filled_in(nowhere, card="pm_card_visa")).status_code == 404
    async with httpx2.AsyncClient(trust_env=False) as browser:
        assert (await browser.get(nowhere)).status_code == 404


async def test_a_setup_intent_puts_a_method_on_file_waits_or_is_refused(merchant: Merchant):
    create = merchant.api.setup_intents.create_async
    terms: stripe.params.SetupIntentCreateParams = {
        "customer": merchant.customer,
        "allowed_payment_method_types": ["card"],
        "confirm": True,
    }
    done = await create({**terms, "payment_method": "pm_card_amex"})
    method = await merchant.api.payment_methods.retrieve_async(str(done.payment_method))
    assert (done.status, method.customer) == ("succeeded", merchant.customer)
    waiting = await create({**terms, "payment_method": "pm_card_authenticationRequired"})
    assert waiting.status == "requires_action"
    with pytest.raises(stripe.CardError) as error:
        await create({**terms, "payment_method": "pm_card_chargeDeclinedExpiredCard"})
    assert error.value.error is not None
    assert error.value.error.setup_intent is not None
    assert error.value.error.setup_intent.status == "requires_payment_method"
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        await create(terms)
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        await create({"customer": merchant.customer, "confirm": True, "payment_method": "pm_card_visa"})
    unconfirmed = await create({"customer": merchant.customer, "payment_method": "pm_card_visa"})
    assert unconfirmed.status == "requires_confirmation"
