"""Customers and payment methods, as the official SDK sees them."""

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


async def test_a_customer_lives(merchant: Merchant):
    email = f"{a_name('ada')}@shop.example"
    customers = merchant.api.customers
    made = await customers.create_async({"email": email, "name": "Ada", "metadata": {"account": "A", "tier": "1"}})
    assert (made.object, made.email, made.metadata and made.metadata["tier"]) == ("customer", email, "1")
    changed = await customers.update_async(made.id, {"metadata": {"tier": "", "since": "2026"}, "name": ""})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"account": "A", "since": "2026"}
    assert changed.name is None
    assert (await customers.delete_async(made.id)).deleted
    assert (await customers.retrieve_async(made.id)).deleted
    with pytest.raises(stripe.InvalidRequestError, match="No such customer") as error:
        await merchant.charge(customer=made.id, payment_method="pm_card_visa")
    assert (error.value.http_status, param_of(error.value)) == (400, "customer")


@pytest.mark.parametrize("name", ["pm_card_visa", "pm_card_mastercard", "pm_card_amex"])
async def test_a_ready_made_name_makes_a_new_method_each_time(merchant: Merchant, name: str):
    methods = merchant.api.payment_methods
    first, second = [await methods.attach_async(name, {"customer": merchant.customer}) for _ in range(2)]
    assert first.id != second.id
    assert first.card is not None
    assert first.card.brand == name.removeprefix("pm_card_")
    listed = await merchant.api.customers.payment_methods.list_async(merchant.customer, {"type": "card"})
    assert [method.id for method in listed.data][:2] == [second.id, first.id]


@pytest.mark.parametrize("name", REFUSED)
async def test_a_bad_card_is_refused_when_it_is_put_on_file(merchant: Merchant, name: str):
    with pytest.raises(stripe.CardError) as error:
        await merchant.api.payment_methods.attach_async(name, {"customer": merchant.customer})
    assert error.value.error is not None
    assert (error.value.code, error.value.error.decline_code) == REFUSED[name]


async def test_a_detached_method_is_gone_for_good(merchant: Merchant):
    await merchant.api.payment_methods.detach_async(merchant.method)
    assert (await merchant.api.customers.payment_methods.list_async(merchant.customer)).data == []
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
        await update(merchant.customer, {"name": "Eve", "metadata": {"k" * 41: "v"}})
    seen = await merchant.api.customers.retrieve_async(merchant.customer)
    assert (seen.name, await merchant.default_method()) == (None, merchant.method)
    changed = await update(merchant.customer, {"invoice_settings": {"footer": "Thanks"}, "phone": "+1"})
    assert changed.invoice_settings is not None
    assert (changed.invoice_settings.footer, changed.phone) == ("Thanks", "+1")


async def test_no_method_hides_the_methods_from_one_look(merchant: Merchant):
    await merchant.control.script(merchant.account, "no_method")
    await merchant.control.script(merchant.account, "decline:lost_card")
    assert await merchant.default_method() == ""
    assert (await merchant.api.customers.payment_methods.list_async(merchant.customer)).data == []
    assert await merchant.default_method() == merchant.method
    assert [
        method.id for method in (await merchant.api.customers.payment_methods.list_async(merchant.customer)).data
    ] == [merchant.method]
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
    left = await merchant.api.customers.payment_methods.list_async(merchant.customer)
    assert [method.id for method in left.data] == [merchant.method]


def test_every_published_name_has_its_number():
    assert len(BY_NAME) > 20
    assert {instrument.kind for instrument in BY_NAME.values()} == {"card", "us_bank_account", "sepa_debit"}
    assert BY_NAME["pm_card_chargeDeclined"] == BY_NAME["pm_card_visa_chargeDeclined"]


async def test_what_is_not_there_cannot_be_put_on_file_or_taken_from_it(merchant: Merchant):
    methods = merchant.api.payment_methods
    once = await merchant.charge(payment_method="pm_card_mastercard")
    for wrong in (
        methods.attach_async("pm_nothing", {"customer": merchant.customer}),
        methods.detach_async(str(once.payment_method)),
        merchant.api.customers.payment_methods.list_async("cus_nobody"),
    ):
        with pytest.raises(stripe.InvalidRequestError):
            await wrong
