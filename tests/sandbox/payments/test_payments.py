"""PaymentIntents: charged at once, declined as published, listed, cancelled, as the official SDK sees them."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.sandbox.payments.merchant import SDK, Merchant, a_name, param_of

pytestmark = SDK

LATER = datetime(2027, 3, 1, 12, tzinfo=UTC)
DECLINES = {
    "pm_card_chargeDeclined": ("card_declined", "generic_decline", "try_again_later", "01"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds", "try_again_later", "51"),
    "pm_card_visa_chargeDeclinedLostCard": ("card_declined", "lost_card", "do_not_try_again", "41"),
    "pm_card_visa_chargeDeclinedStolenCard": ("card_declined", "stolen_card", "do_not_try_again", "43"),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", "expired_card", "confirm_card_data", "54"),
    "pm_card_chargeDeclinedIncorrectCvc": ("incorrect_cvc", "incorrect_cvc", "confirm_card_data", "N7"),
    "pm_card_chargeDeclinedProcessingError": ("processing_error", "processing_error", "try_again_later", "96"),
    "pm_card_chargeCustomerFail": ("card_declined", "generic_decline", "try_again_later", "01"),
}


async def test_an_off_session_charge_moves_the_money_at_once(merchant: Merchant):
    intent = await merchant.charge(a_name("attempt"), expand=["latest_charge"], description="Hi")
    assert (intent.status, intent.amount_received, intent.currency) == ("succeeded", 1999, "usd")
    assert intent.payment_method == merchant.method
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.paid, charge.captured, charge.status, charge.description) == (True, True, "succeeded", "Hi")
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    assert charge.payment_method_details.card.last4 == "4242"


async def test_the_latest_charge_is_an_id_unless_expanded(merchant: Merchant):
    intent = await merchant.charge()
    assert isinstance(intent.latest_charge, str)
    listed = await merchant.api.payment_intents.list_async(
        {"customer": merchant.customer, "expand": ["data.latest_charge"]}
    )
    assert [isinstance(one.latest_charge, stripe.Charge) for one in listed.data] == [True]


@pytest.mark.parametrize("method", DECLINES)
async def test_a_decline_says_all_that_stripe_says(merchant: Merchant, method: str):
    await merchant.control.use_method(merchant.account, method)
    error = await merchant.declined(payment_method=await merchant.default_method())
    said = error.error
    assert said is not None
    assert (error.code, said.decline_code, said.advice_code, said.network_decline_code) == DECLINES[method]
    assert (error.http_status, said.type) == (402, "card_error")
    assert error.user_message == said.message
    assert said.doc_url == f"https://stripe.com/docs/error-codes/{(error.code or '').replace('_', '-')}"
    assert error.request_id
    assert error.request_id in str(said.request_log_url)
    intent = said.payment_intent
    assert intent is not None
    assert (intent.status, intent.payment_method, intent.latest_charge) == (
        "requires_payment_method",
        None,
        said.charge,
    )
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.decline_code == said.decline_code
    assert said.payment_method is not None
    kept = await merchant.api.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    assert isinstance(kept.latest_charge, stripe.Charge)
    assert (kept.latest_charge.status, kept.latest_charge.failure_code) == ("failed", error.code)
    assert kept.latest_charge.outcome is not None
    assert kept.latest_charge.outcome.advice_code == said.advice_code


@pytest.mark.parametrize("name", ["pm_card_authenticationRequired", "pm_card_authenticationRequiredOnSetup"])
async def test_without_its_owner_a_card_may_want_authentication(merchant: Merchant, name: str):
    await merchant.control.use_method(merchant.account, name)
    error = await merchant.declined(payment_method=await merchant.default_method())
    assert error.error is not None
    assert (error.code, error.error.decline_code) == ("authentication_required", "authentication_required")
    assert error.error.payment_intent is not None
    assert error.error.payment_intent.status == "requires_payment_method"


async def test_with_its_owner_there_it_waits_for_authentication(merchant: Merchant):
    await merchant.control.use_method(merchant.account, "pm_card_authenticationRequired")
    intent = await merchant.charge(off_session=False, payment_method=await merchant.default_method())
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    cancelled = await merchant.api.payment_intents.cancel_async(intent.id, {"cancellation_reason": "abandoned"})
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")


async def test_an_intent_is_confirmed_later(merchant: Merchant):
    intents = merchant.api.payment_intents
    intent = await intents.create_async({"amount": 500, "currency": "usd", "customer": merchant.customer})
    assert intent.status == "requires_payment_method"
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method") as error:
        await intents.confirm_async(intent.id, {"return_url": "https://shop.example"})
    assert error.value.code == "payment_intent_unexpected_state"
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        await intents.confirm_async(intent.id, {"payment_method": merchant.method})
    await merchant.control.script(merchant.account, "decline:do_not_honor")
    with pytest.raises(stripe.CardError):
        await intents.confirm_async(intent.id, {"off_session": True, "payment_method": merchant.method})
    done = await intents.confirm_async(intent.id, {"off_session": True, "payment_method": merchant.method})
    assert done.status == "succeeded"
    for again in (intents.confirm_async(intent.id, {"off_session": True}), intents.cancel_async(intent.id)):
        with pytest.raises(stripe.InvalidRequestError, match="status of succeeded") as error:
            await again
        assert error.value.code == "payment_intent_unexpected_state"


async def test_a_method_kept_by_agreement_can_be_charged_again(merchant: Merchant):
    once = await merchant.charge(payment_method="pm_card_mastercard")
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        await merchant.charge(payment_method=once.payment_method)
    kept = await merchant.charge(payment_method="pm_card_mastercard", setup_future_usage="off_session")
    assert (await merchant.charge(payment_method=kept.payment_method)).status == "succeeded"


@pytest.mark.parametrize("name", ["pm_usBankAccount_success", "pm_usBankAccount_insufficientFunds"])
async def test_a_bank_debit_is_under_way_first(merchant: Merchant, name: str):
    await merchant.control.use_method(merchant.account, name)
    key = a_name("attempt")
    intent = await merchant.charge(key, payment_method=await merchant.default_method(), expand=["latest_charge"])
    assert intent.status == "processing"
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert (intent.latest_charge.status, intent.latest_charge.paid) == ("pending", False)
    outcome = "succeeded" if "success" in name else "insufficient_funds"
    row = await merchant.control.settle(key, outcome, LATER)
    assert row.at == LATER
    ended = await merchant.api.payment_intents.retrieve_async(intent.id)
    if outcome == "succeeded":
        assert (ended.status, ended.last_payment_error, row.status) == ("succeeded", None, "succeeded")
        return
    assert (ended.status, row.status, row.code) == ("requires_payment_method", "declined", outcome)
    assert ended.last_payment_error is not None
    assert ended.last_payment_error.code == outcome


async def test_debits_need_their_currency(merchant: Merchant):
    await merchant.control.use_method(merchant.account, "pm_success_de")
    sepa = await merchant.default_method()
    with pytest.raises(stripe.InvalidRequestError, match="sepa_debit"):
        await merchant.charge(payment_method=sepa)
    assert (await merchant.charge(payment_method=sepa, currency="eur")).status == "processing"


async def test_payments_are_listed_newest_first_page_by_page(merchant: Merchant):
    made = [(await merchant.charge(amount=1000 + number)).id for number in range(5)]
    intents = merchant.api.payment_intents
    page = await intents.list_async({"customer": merchant.customer, "limit": 2})
    assert ([one.id for one in page.data], page.has_more) == (made[:-3:-1], True)
    next_page = await page.next_page_async()
    assert [one.id for one in next_page.data] == made[2:0:-1]
    assert [one.id async for one in page.auto_paging_iter()] == made[::-1]


async def test_payments_are_listed_by_when_they_were_made(merchant: Merchant):
    told = [f"2027-0{month}-01T12:00:00Z" for month in (3, 4, 5)]
    made = [await merchant.charge(metadata={"at": at, "account": merchant.account}) for at in told]
    march, april, may = (intent.created for intent in made)
    assert march == LATER.timestamp()
    listed = merchant.api.payment_intents.list_async
    for span, expected in (
        ({"gte": april}, made[1:]),
        ({"gt": april}, made[2:]),
        ({"lt": april}, made[:1]),
        ({"lte": april, "gt": march}, made[1:2]),
        ({"gte": march, "lt": may}, made[:2]),
        (april, made[1:2]),
    ):
        found = await listed({"customer": merchant.customer, "created": span})  # pyright: ignore[reportArgumentType] - a plain dict
        assert [one.id for one in found.data] == [one.id for one in reversed(expected)]


async def test_a_call_never_leaves_the_past_of_its_payment(merchant: Merchant):
    intent = await merchant.charge(metadata={"at": LATER.isoformat()}, expand=["latest_charge"])
    refund = await merchant.api.refunds.create_async({"payment_intent": intent.id, "amount": 1})
    assert refund.created >= intent.created == LATER.timestamp()


@pytest.mark.parametrize(
    ("wrong", "param", "code"),
    [
        ({"amount": ""}, "amount", "parameter_missing"),
        ({"amount": "ten"}, "amount", "parameter_invalid_integer"),
        ({"amount": 0}, "amount", "parameter_invalid_integer"),
        ({"amount": 49}, "amount", "amount_too_small"),
        ({"amount": 100_000_000}, "amount", "amount_too_large"),
        ({"amount": {"of": 5}}, "amount", None),
        ({"currency": ""}, "currency", "parameter_missing"),
        ({"currency": "dollars"}, "currency", None),
        ({"currency": "lyd"}, "currency", None),
        ({"currency": "kwd", "amount": 1005}, "amount", None),
        ({"confirm": "perhaps"}, "confirm", None),
        ({"metadata": "INV-1"}, "metadata", None),
        ({"setup_future_usage": "sometimes"}, "setup_future_usage", None),
        ({"expand": "latest_charge"}, "expand", None),
        (
            {"automatic_payment_methods": {"allow_redirects": "never"}},
            "automatic_payment_methods[enabled]",
            "parameter_missing",
        ),
        ({"allowed_payment_method_types": ["card"]}, "None", None),
        ({"customer": "cus_nobody"}, "customer", "resource_missing"),
        ({"payment_method": "pm_nothing"}, "payment_method", "resource_missing"),
        ({"amont": 5}, "amont", "parameter_unknown"),
        ({"metadata": {"k" * 41: "v"}}, "metadata", None),
        ({"metadata": {"consent": "v" * 501}}, "metadata", None),
        ({"metadata": {f"k{number}": "v" for number in range(51)}}, "metadata", None),
        ({"automatic_payment_methods": {"on": True}}, "automatic_payment_methods[on]", "parameter_unknown"),
        ({"payment_method_types": ["card"]}, "payment_method_types", "payment_method_types_no_longer_supported"),
    ],
)
async def test_wrong_parameters_are_named(merchant: Merchant, wrong: dict[str, object], param: str, code: str | None):
    key = a_name("attempt")
    with pytest.raises(stripe.InvalidRequestError) as error:
        await merchant.charge(key, **wrong)
    assert (error.value.http_status, param_of(error.value), error.value.code) == (400, param, code)
    assert (await merchant.charge(key)).status == "succeeded"  # what was not valid is not stored
    assert [row.key for row in (await merchant.control.books()).of(merchant.account)] == [key]


async def test_kinds_of_payment_methods_may_be_limited(merchant: Merchant):
    limited: dict[str, Any] = {"automatic_payment_methods": None, "allowed_payment_method_types": ["us_bank_account"]}
    with pytest.raises(stripe.InvalidRequestError, match="not allowed"):
        await merchant.charge(**limited)
    limited["allowed_payment_method_types"] = ["card", "sepa_debit"]
    intent = await merchant.charge(**limited)
    assert (intent.status, intent.payment_method_types, intent.automatic_payment_methods) == (
        "succeeded",
        ["card"],
        None,
    )


async def test_what_belongs_to_confirming_needs_confirm(merchant: Merchant):
    with pytest.raises(stripe.InvalidRequestError, match="`confirm` is true"):
        await merchant.charge(confirm=False)
