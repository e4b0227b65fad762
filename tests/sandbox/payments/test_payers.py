"""Customers and payment methods, as the official SDK sees them."""

from typing import Any

import pytest
import stripe

from sandbox.payments.instruments.instruments import BY_NAME
from tests.sandbox.payments.merchant import SDK, Merchant, a_name, param_of

pytestmark = SDK

REFUSED = {
    "pm_card_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_visa_chargeDeclinedLostCard": ("card_declined", "lost_card"),
    "pm_card_chargeDeclinedStolenCard": ("card_declined", "stolen_card"),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", "expired_card"),
    "pm_card_chargeDeclinedIncorrectCvc": ("incorrect_cvc", "incorrect_cvc"),
    "pm_card_chargeDeclinedProcessingError": ("processing_error", "processing_error"),
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": ("card_declined", "card_velocity_exceeded"),
}
NUMBERS = {
    "4242424242424242": "",
    "4000000000000002": "generic_decline",
    "4000000000009995": "insufficient_funds",
    "4000000000009987": "lost_card",
    "4000000000009979": "stolen_card",
    "4000000000000069": "expired_card",
    "4000000000000127": "incorrect_cvc",
    "4000000000000119": "processing_error",
    "4000000000000341": "",
    "4000002500003155": "",
}


async def test_a_customer_lives(merchant: Merchant):
    email = f"{a_name('ada')}@shop.example"
    customers = merchant.api.customers
    made = await customers.create_async({"email": email, "name": "Ada", "metadata": {"account": "A", "tier": "1"}})
    assert (made.object, made.email, made.metadata and made.metadata["tier"]) == ("customer", email, "1")
    changed = await customers.update_async(made.id, {"metadata": {"tier": "", "since": "2026"}, "name": ""})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"account": "A", "since": "2026"}
    assert changed.name is None
    assert [c.id for c in (await customers.list_async({"email": email})).data] == [made.id]
    assert (await customers.delete_async(made.id)).deleted
    assert (await customers.retrieve_async(made.id)).deleted
    with pytest.raises(stripe.InvalidRequestError, match="No such customer") as error:
        await merchant.charge(customer=made.id, payment_method="pm_card_visa")
    assert (error.value.http_status, param_of(error.value)) == (400, "customer")
    assert (await customers.list_async({"email": email})).data == []


@pytest.mark.parametrize("name", ["pm_card_visa", "pm_card_mastercard", "pm_card_amex"])
async def test_a_ready_made_name_makes_a_new_method_each_time(merchant: Merchant, name: str):
    methods = merchant.api.payment_methods
    first, second = [await methods.attach_async(name, {"customer": merchant.customer}) for _ in range(2)]
    assert first.id != second.id
    assert first.card is not None
    assert first.card.brand == name.removeprefix("pm_card_")
    listed = await methods.list_async({"customer": merchant.customer, "type": "card"})
    assert [method.id for method in listed.data][:2] == [second.id, first.id]
    also = await merchant.api.customers.payment_methods.list_async(merchant.customer)
    assert [method.id for method in also.data] == [method.id for method in listed.data]


@pytest.mark.parametrize("name", REFUSED)
async def test_a_bad_card_is_refused_when_it_is_put_on_file(merchant: Merchant, name: str):
    with pytest.raises(stripe.CardError) as error:
        await merchant.api.payment_methods.attach_async(name, {"customer": merchant.customer})
    assert error.value.error is not None
    assert (error.value.code, error.value.error.decline_code) == REFUSED[name]


@pytest.mark.parametrize(("number", "refused"), NUMBERS.items())
async def test_test_card_numbers_do_what_they_are_published_for(merchant: Merchant, number: str, refused: str):
    made = await merchant.api.payment_methods.create_async(
        {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "314"}}
    )
    assert made.card is not None
    assert made.card.last4 == number[-4:]
    attaching = merchant.api.payment_methods.attach_async(made.id, {"customer": merchant.customer})
    if not refused:
        assert (await attaching).customer == merchant.customer
        return
    with pytest.raises(stripe.CardError) as error:
        await attaching
    assert error.value.error is not None
    assert error.value.error.decline_code == refused


async def test_bank_accounts_are_methods_too(merchant: Merchant):
    methods = merchant.api.payment_methods
    ach = await methods.create_async(
        {
            "type": "us_bank_account",
            "us_bank_account": {
                "account_holder_type": "individual",
                "account_number": "000123456789",
                "routing_number": "110000000",
            },
            "billing_details": {"name": "Ada"},
        }
    )
    sepa = await methods.create_async({"type": "sepa_debit", "sepa_debit": {"iban": "DE89370400440532013000"}})
    assert ach.us_bank_account is not None
    assert sepa.sepa_debit is not None
    assert (ach.us_bank_account.last4, ach.billing_details.name) == ("6789", "Ada")
    assert (sepa.sepa_debit.last4, sepa.sepa_debit.country) == ("3000", "DE")


async def test_a_detached_method_is_gone_for_good(merchant: Merchant):
    await merchant.api.payment_methods.detach_async(merchant.method)
    assert (await merchant.api.payment_methods.list_async({"customer": merchant.customer})).data == []
    assert await merchant.default_method() == ""
    with pytest.raises(stripe.InvalidRequestError, match="It may not be used again"):
        await merchant.charge()


async def test_a_method_of_one_customer_is_not_anothers(merchant: Merchant):
    other = await merchant.control.customer(a_name("other"))
    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        await merchant.api.payment_methods.attach_async(merchant.method, {"customer": other})
    with pytest.raises(stripe.InvalidRequestError, match="belongs to the customer") as error:
        await merchant.charge(customer=other)
    assert param_of(error.value) == "payment_method"
    settings = {"default_payment_method": merchant.method}
    with pytest.raises(stripe.InvalidRequestError) as error:
        await merchant.api.customers.update_async(other, {"invoice_settings": settings})  # pyright: ignore[reportArgumentType] - a plain dict
    assert param_of(error.value) == "invoice_settings[default_payment_method]"


async def test_an_update_that_is_refused_changes_nothing(merchant: Merchant):
    update = merchant.api.customers.update_async
    with pytest.raises(stripe.InvalidRequestError):
        await update(merchant.customer, {"name": "Eve", "invoice_settings": {"default_payment_method": "pm_nothing"}})
    with pytest.raises(stripe.InvalidRequestError):
        await update(merchant.customer, {"name": "Eve", "tax_exempt": "maybe"})
    seen = await merchant.api.customers.retrieve_async(merchant.customer)
    assert (seen.name, await merchant.default_method()) == (None, merchant.method)
    changed = await update(merchant.customer, {"invoice_settings": {"footer": "Thanks"}, "phone": "+1"})
    assert changed.invoice_settings is not None
    assert (changed.invoice_settings.footer, changed.phone) == ("Thanks", "+1")


async def test_no_method_hides_the_methods_from_one_look(merchant: Merchant):
    await merchant.control.script(merchant.account, "no_method")
    await merchant.control.script(merchant.account, "decline:lost_card")
    methods = merchant.api.payment_methods
    assert await merchant.default_method() == ""
    assert (await methods.list_async({"customer": merchant.customer})).data == []
    assert await merchant.default_method() == merchant.method
    assert [method.id for method in (await methods.list_async({"customer": merchant.customer})).data] == [
        merchant.method
    ]
    assert (await merchant.declined()).code == "card_declined"


async def test_no_method_waits_for_its_turn(merchant: Merchant):
    await merchant.control.script(merchant.account, "ok")
    await merchant.control.script(merchant.account, "no_method")
    assert await merchant.default_method() == merchant.method
    await merchant.charge()
    assert await merchant.default_method() == ""


async def test_the_dashboard_knows_one_customer_per_account(merchant: Merchant):
    assert await merchant.control.customer(merchant.account) == merchant.customer
    name = a_name("made-by-api")
    made = await merchant.api.customers.create_async({"metadata": {"account": name}})
    assert await merchant.control.customer(name) == made.id
    bare = Merchant(merchant.api, merchant.hasty, merchant.control)
    assert (await bare.with_method("")).method == ""


async def test_the_dashboard_changes_the_default_method(merchant: Merchant):
    changed = await merchant.control.use_method(merchant.account, "pm_card_mastercard")
    expand = ["invoice_settings.default_payment_method"]
    customer = await merchant.api.customers.retrieve_async(merchant.customer, {"expand": expand})
    assert customer.invoice_settings is not None
    default = customer.invoice_settings.default_payment_method
    assert isinstance(default, stripe.PaymentMethod)
    assert default.card is not None
    assert (default.id, default.card.brand) == (changed, "mastercard")
    assert await merchant.control.use_method(merchant.account, "") == ""
    left = await merchant.api.payment_methods.list_async({"customer": merchant.customer})
    assert [method.id for method in left.data] == [merchant.method]


def test_every_published_name_has_its_number():
    assert len(BY_NAME) > 30
    assert {instrument.kind for instrument in BY_NAME.values()} == {"card", "us_bank_account", "sepa_debit"}
    assert BY_NAME["pm_card_chargeDeclined"] == BY_NAME["pm_card_visa_chargeDeclined"]


async def test_a_customer_may_begin_with_a_method(merchant: Merchant):
    create = merchant.api.customers.create_async
    email = f"{a_name('begins')}@shop.example"
    made = await create({"payment_method": "pm_card_visa", "email": email})
    (method,) = (await merchant.api.payment_methods.list_async({"customer": made.id})).data
    assert (await merchant.api.customers.payment_methods.retrieve_async(made.id, method.id)).id == method.id
    with pytest.raises(stripe.InvalidRequestError, match="No such PaymentMethod"):
        await merchant.api.customers.payment_methods.retrieve_async(merchant.customer, method.id)
    with pytest.raises(stripe.CardError):
        await create({"payment_method": "pm_card_chargeDeclined", "email": email})
    assert [one.id for one in (await merchant.api.customers.list_async({"email": email})).data] == [made.id]


async def test_what_is_known_of_a_customer(merchant: Merchant):
    address = {"line1": "1 Main St", "city": "Springfield", "country": "US"}
    shipping = {"name": "Ada", "address": address}
    told: Any = {"address": address, "shipping": shipping, "balance": -50, "preferred_locales": ["de"]}
    customer = await merchant.api.customers.update_async(merchant.customer, told)
    assert customer.address is not None
    assert customer.address.to_dict() == address | {"line2": None, "postal_code": None, "state": None}
    assert customer.shipping is not None
    assert (customer.shipping.name, customer.balance, customer.preferred_locales) == ("Ada", -50, ["de"])


async def test_a_method_is_described(merchant: Merchant):
    methods = merchant.api.payment_methods
    changed = await methods.update_async(
        merchant.method,
        {"billing_details": {"name": "Ada", "email": ""}, "metadata": {"nick": "red"}, "allow_redisplay": "always"},
    )
    assert (changed.billing_details.name, changed.billing_details.email) == ("Ada", None)
    assert (changed.metadata and changed.metadata["nick"], changed.allow_redisplay) == ("red", "always")


async def test_methods_are_made_of_tokens_and_of_nothing_unknown(merchant: Merchant):
    create = merchant.api.payment_methods.create_async
    made = await create({"type": "card", "card": {"token": "tok_mastercard"}})
    assert made.card is not None
    assert made.card.brand == "mastercard"
    with pytest.raises(stripe.CardError, match="number is incorrect") as card:
        await create({"type": "card", "card": {"number": "4111111111111112", "exp_month": 1, "exp_year": 2034}})
    assert (card.value.code, param_of(card.value)) == ("incorrect_number", "number")
    for wrong in (
        create({"type": "card", "card": {"token": "tok_nothing"}}),
        create({"type": "sepa_debit", "sepa_debit": {"iban": "DE00"}}),
        create({"type": "ideal", "ideal": {}}),
        create({}),  # pyright: ignore[reportArgumentType] - that is what is wrong with it
        merchant.api.payment_methods.attach_async("pm_nothing", {"customer": merchant.customer}),
        merchant.api.payment_methods.detach_async(made.id),
    ):
        with pytest.raises(stripe.InvalidRequestError):
            await wrong
    assert (await merchant.api.payment_methods.list_async()).data == []
