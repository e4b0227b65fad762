"""Charging at Stripe: its test cards, what a bank asks of the customer, and what Stripe itself breaks."""

from datetime import timedelta

import pytest
import stripe

from adapters.gateways.stripe.calls import StripeRefusedError
from dunning.case.orders import ChargeOrder
from dunning.case.results import Charged, Declined, NoMethod, Pending, Refused, Unknown
from dunning.money import Money
from dunning.ports.outages import OutageError
from dunning.records.payments import Method
from tests.adapters.companies import PaymentCompany
from tests.adapters.paying import AT, DEBIT, attempt, customer, moved, on_file, usd

LATER = AT.replace(month=4)


@pytest.mark.parametrize(
    ("card", "network", "label"),
    [
        ("pm_card_visa", "visa", "Visa ending 4242"),
        ("pm_card_mastercard", "mastercard", "Mastercard ending 4444"),
        ("pm_card_amex", "amex", "American Express ending 0005"),
        ("pm_card_discover", "discover", "Discover ending 1117"),
    ],
)
async def test_cards_that_work(company: PaymentCompany, order: ChargeOrder, card: str, network: str, label: str):
    method = await on_file(company, order, card)
    assert (method.kind, method.network, method.label) == ("card", network, label)
    result = await company.gateway.charge(order, method)
    assert isinstance(result, Charged)
    assert result.method == label


@pytest.mark.parametrize(
    ("card", "code", "final"),
    [
        ("pm_card_chargeCustomerFail", "generic_decline", False),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", False),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", False),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", False),
        ("pm_card_chargeDeclinedFraudulent", "fraudulent", True),
        ("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_velocity_exceeded", False),
    ],
)
async def test_cards_that_do_not(company: PaymentCompany, order: ChargeOrder, card: str, code: str, *, final: bool):
    result = await company.gateway.charge(order, await on_file(company, order, card))
    assert isinstance(result, Declined)
    assert (result.code, result.final) == (code, final)
    assert result.final == (result.advice == "do_not_try_again")
    assert result.message
    assert result.payment.startswith("pi_")


@pytest.mark.parametrize(
    ("what", "label"),
    [(DEBIT, "US bank account ending 6789"), ("pm_success_de", "SEPA account ending 3000")],
)
@pytest.mark.req("S3-08")
async def test_bank_debits_are_charged_like_cards(company: PaymentCompany, order: ChargeOrder, what: str, label: str):
    order = order.model_copy(update={"amount": Money(minor=1999, currency="USD" if what == DEBIT else "EUR")})
    method = await on_file(company, order, what)
    assert (method.kind, method.network, method.label) == ("debit", "", label)
    assert isinstance(await company.gateway.charge(order, method), Pending)
    await company.control.settle(order.key, "succeeded", LATER)
    result = await company.gateway.find(order, attempt(order, method))
    assert isinstance(result, Charged)
    assert result.method == label


@pytest.mark.parametrize(
    ("outcome", "final"), [("insufficient_funds", False), ("account_closed", True), ("debit_not_authorized", True)]
)
async def test_a_debit_that_comes_back_is_a_decline(
    company: PaymentCompany, order: ChargeOrder, outcome: str, *, final: bool
):
    method = await on_file(company, order, DEBIT)
    await company.gateway.charge(order, method)
    await company.control.settle(order.key, outcome)
    result = await company.gateway.find(order, attempt(order, method))
    assert isinstance(result, Declined)
    assert (result.code, result.final) == (outcome, final)
    assert result.message == "The payment was declined."  # the bank's own words are about the customer


async def status(sdk: stripe.StripeClient, payment: str) -> str:
    return (await sdk.v1.payment_intents.retrieve_async(payment)).status


@pytest.mark.parametrize("card", ["pm_card_authenticationRequired", "pm_card_authenticationRequiredOnSetup"])
async def test_a_payment_that_the_customer_would_have_to_confirm_is_given_up(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder, card: str
):
    """Left open, it could still be paid, beside the one that the customer makes on the pay page."""
    method = await on_file(company, order, card)
    result = await company.gateway.charge(order, method)
    assert isinstance(result, Declined)
    assert (result.code, result.final) == ("authentication_required", True)
    assert "confirm this payment yourself" in result.message
    assert await status(sdk, result.payment) == "canceled"
    assert await company.gateway.charge(order, method) == result
    assert await company.gateway.find(order, attempt(order, method)) == result


async def opened(sdk: stripe.StripeClient, order: ChargeOrder, method: Method, metadata: dict[str, str]) -> str:
    """A payment that waits for its customer to confirm it."""
    intent = await sdk.v1.payment_intents.create_async(
        {
            "amount": order.amount.minor,
            "currency": "usd",
            "customer": method.payer,
            "payment_method": method.id,
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": {"invoice": order.invoice, **metadata},
        }
    )
    assert intent.status == "requires_action"
    return intent.id


async def test_an_attempt_of_ours_that_waits_is_given_up_when_it_is_found(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    method = await on_file(company, order, "pm_card_authenticationRequired")
    waiting = await opened(sdk, order, method, {"attempt": order.key})
    result = await company.gateway.find(order, attempt(order, method))
    assert isinstance(result, Declined)
    assert (result.code, result.payment) == ("authentication_required", waiting)
    assert await status(sdk, waiting) == "canceled"


@pytest.mark.promise(1)
async def test_an_attempt_that_stripe_never_tried_is_waited_for_and_then_given_up(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    """It may be under way this moment, in the call whose answer was lost."""
    method = await on_file(company, order)
    made = await sdk.v1.payment_intents.create_async(
        {
            "amount": 1999,
            "currency": "usd",
            "customer": method.payer,
            "payment_method": method.id,
            "metadata": {"attempt": order.key, "at": AT.isoformat()},
        }
    )
    assert made.status == "requires_confirmation"
    begun = attempt(order, method)
    assert await company.gateway.find(order, begun) == Unknown(ask_at=AT + timedelta(hours=1))
    later = order.model_copy(update={"at": AT + timedelta(hours=1)})
    result = await company.gateway.find(later, begun)
    assert isinstance(result, Refused)  # no bank was asked, so nobody declined
    assert made.id in result.reason
    assert await status(sdk, made.id) == "canceled"


async def test_what_the_customer_is_just_confirming_is_left_to_them(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    method = await on_file(company, order, "pm_card_authenticationRequired")
    waiting = await opened(sdk, order, method, {})
    assert isinstance(await company.gateway.ask(order.model_copy(update={"payment": waiting})), Pending)
    assert await status(sdk, waiting) == "requires_action"


async def test_a_payment_that_people_cancelled_is_a_decline(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    method = await on_file(company, order, "pm_card_authenticationRequired")
    waiting = await opened(sdk, order, method, {"attempt": order.key})
    await sdk.v1.payment_intents.cancel_async(waiting, {"cancellation_reason": "requested_by_customer"})
    result = await company.gateway.find(order, attempt(order, method))
    assert isinstance(result, Declined)
    assert (result.code, result.final) == ("canceled", False)


@pytest.mark.parametrize("payment", ["pi_nobody", "bank-7781"])
async def test_a_payment_that_stripe_never_saw(company: PaymentCompany, order: ChargeOrder, payment: str):
    result = await company.gateway.ask(order.model_copy(update={"payment": payment}))
    assert isinstance(result, Declined)
    assert result.code == "never_seen"


@pytest.mark.promise(1)
async def test_a_stored_payment_that_stripe_does_not_know_is_never_charged_again(
    company: PaymentCompany, order: ChargeOrder
):
    """Rather the key is one of another account or mode."""
    method = await on_file(company, order)
    with pytest.raises(StripeRefusedError, match="another account or mode"):
        await company.gateway.find(order, attempt(order, method, "pi_nobody"))


@pytest.mark.promise(1)
async def test_an_attempt_is_found_behind_any_number_of_others(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    method = await on_file(company, order)
    result = await company.gateway.charge(order, method)
    for _ in range(101):
        await sdk.v1.payment_intents.create_async(
            {"amount": 100, "currency": "usd", "customer": method.payer, "metadata": {"at": LATER.isoformat()}}
        )
    assert await company.gateway.find(order, attempt(order, method)) == result


@pytest.mark.req("S3-09")
async def test_a_method_that_is_gone_is_no_attempt(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    method = await on_file(company, order)
    await sdk.v1.payment_methods.detach_async(method.id)
    result = await company.gateway.charge(order, method)
    assert isinstance(result, NoMethod)
    assert "another one is needed" in result.reason
    await sdk.v1.customers.delete_async(method.payer)
    assert isinstance(await company.gateway.charge(order, method), NoMethod)
    assert await company.gateway.find(order, attempt(order, method)) is None


async def test_the_default_is_charged_and_without_one_the_newest(
    company: PaymentCompany, sdk: stripe.StripeClient, order: ChargeOrder
):
    account = await customer(company, order)
    newest = await sdk.v1.payment_methods.attach_async("pm_card_mastercard", {"customer": account.payer})
    method = await company.gateway.method(account)
    assert method is not None
    assert method.label == "Visa ending 4242"
    await sdk.v1.customers.update_async(account.payer, {"invoice_settings": {"default_payment_method": ""}})
    method = await company.gateway.method(account)
    assert method is not None
    assert (method.id, method.label) == (newest.id, "Mastercard ending 4444")


@pytest.mark.parametrize(
    ("amount", "code", "said"),
    [
        (usd(49), "amount_too_small", "Amount must be at least 50 usd"),
        (usd(10**9), "amount_too_large", "Amount must be no more than"),
        (Money(minor=50, currency="MGA"), "invalid_amount", ""),
        (Money(minor=5000, currency="LYD"), "currency", "Invalid currency: lyd"),
    ],
)
async def test_what_stripe_calls_malformed_is_our_mistake_and_no_decline(
    company: PaymentCompany, order: ChargeOrder, amount: Money, code: str, said: str
):
    order = order.model_copy(update={"amount": amount})
    method = await on_file(company, order)
    result = await company.gateway.charge(order, method)
    assert isinstance(result, Refused)
    assert result.code == code
    assert result.said.startswith(said)
    assert "said" not in result.model_dump_json()  # the words of the company are in no history
    assert await company.gateway.find(order, attempt(order, method)) is None


async def test_of_three_digits_stripe_is_asked_for_what_it_takes_and_that_is_booked(
    company: PaymentCompany, order: ChargeOrder
):
    order = order.model_copy(update={"amount": Money.parse("1.009 KWD")})
    method = await on_file(company, order)
    result = await company.gateway.charge(order, method)
    assert isinstance(result, Charged)
    assert str(result.amount) == "KWD 1.000"
    again = await company.gateway.charge(order.model_copy(update={"at": LATER}), method)
    assert isinstance(again, Charged)
    assert (again.payment, again.amount) == (result.payment, result.amount)
    assert await moved(company, order) == 1000


@pytest.mark.parametrize("invoice", ["RE-Ä/2027", "I" * 300])
async def test_any_invoice_number_can_be_charged(company: PaymentCompany, order: ChargeOrder, invoice: str):
    order = order.model_copy(update={"invoice": invoice})
    method = await on_file(company, order)
    result = await company.gateway.charge(order, method)
    assert isinstance(result, Charged)
    assert await company.gateway.charge(order, method) == result
    assert await company.gateway.find(order, attempt(order, method)) == result


@pytest.mark.promise(1)
async def test_a_failure_of_stripes_that_moved_money_is_found(company: PaymentCompany, order: ChargeOrder):
    method = await on_file(company, order)
    await company.control.script(order.account, "500:stored")
    with pytest.raises(OutageError, match="500"):
        await company.gateway.charge(order, method)
    assert isinstance(await company.gateway.find(order, attempt(order, method)), Charged)


@pytest.mark.promise(1)
async def test_a_failure_that_stripe_repeats_for_a_day_is_waited_out(company: PaymentCompany, order: ChargeOrder):
    """A key that ended in a 500 says so to every retry; a new key would be a guess."""
    method = await on_file(company, order)
    await company.control.script(order.account, "500:stored:unpaid")
    for at, said in ((AT, "500"), (AT, "500"), (LATER, "the key is taken")):
        with pytest.raises(OutageError, match=said):
            await company.gateway.charge(order.model_copy(update={"at": at}), method)
    assert await company.gateway.find(order, attempt(order, method)) is None
    await company.control.forget_keys()
    assert isinstance(await company.gateway.charge(order, method), Charged)
    assert await moved(company, order) == 1999
