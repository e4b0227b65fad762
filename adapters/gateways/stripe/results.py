"""What a PaymentIntent says became of an attempt, in our words."""

from datetime import datetime, timedelta
from typing import Final, Literal

from adapters.gateways.stripe.calls import StripeRefusedError
from adapters.gateways.stripe.objects import Failure, Intent
from dunning.case.facts import Payment
from dunning.case.orders import ChargeOrder
from dunning.case.results import Charged, ChargeResult, Declined, Pending, Refused, Unknown
from dunning.payments.declines import AUTHENTICATION_REQUIRED, final

Reason = Literal["abandoned", "duplicate"]
"""Of Stripe's reasons to cancel a payment those that we give."""

ABANDONED: Final = "abandoned"
"""Nobody is there to confirm it."""

BROKEN_OFF: Final = "duplicate"
"""Stripe made it, and never tried it. None of its reasons says that."""

ASK_DEBIT_AFTER = timedelta(days=1)
ASK_UNKNOWN_AFTER = timedelta(hours=1)

CONFIRM = "Your bank asks you to confirm this payment yourself: please pay on the invoice's page."
SAYS_NOTHING = "The payment was declined."


def charge_result(intent: Intent, order: ChargeOrder, begun: datetime) -> ChargeResult:
    """What became of it. `begun` is when the attempt was; `order.at` is now."""
    match intent.status:
        case "succeeded":
            return _charged(intent, order.at if intent.is_debit else begun)
        case "requires_payment_method" | "canceled":
            return declined_charge(intent, _failure(intent))
        case _:
            return Pending(payment=intent.id, ask_at=order.at + ASK_DEBIT_AFTER)


def _charged(intent: Intent, earliest: datetime) -> Charged:
    """A debit's money comes days after its charge was made; and a case may live ahead of Stripe's clock."""
    return Charged(payment=intent.id, amount=intent.received, at=max(_made(intent), earliest), method=intent.label)


def _made(intent: Intent) -> datetime:
    return intent.latest_charge.created if intent.latest_charge else intent.created


def _failure(intent: Intent) -> Failure:
    """One that we gave up because the customer had to confirm it says so; any other cancelled one was cancelled."""
    if intent.status == "canceled" and intent.cancellation_reason == ABANDONED:
        return Failure(code=AUTHENTICATION_REQUIRED)
    if intent.status == "canceled" or intent.last_payment_error is None:
        return Failure(code=intent.status)
    return intent.last_payment_error


def declined_charge(intent: Intent | None, failure: Failure) -> Declined:
    """A refusal as a value."""
    code = failure.decline_code or failure.code
    return Declined(
        code=code,
        message=_message(code, failure),
        advice=failure.advice_code,
        final=final(failure.code, failure.decline_code, failure.advice_code),
        payment=intent.id if intent else "",
    )


def refused_charge(refused: StripeRefusedError) -> Refused:
    """A request that Stripe calls malformed, as a value."""
    failure = refused.failure
    return Refused(code=failure.code or failure.param or failure.type, reason=str(refused), said=failure.message)


def _message(code: str, failure: Failure) -> str:
    if code == AUTHENTICATION_REQUIRED:
        return CONFIRM
    # Only card errors' messages are meant for the customer (docs.stripe.com/api/errors).
    return (failure.message if failure.type == "card_error" else "") or SAYS_NOTHING


def waits_for_customer(intent: Intent) -> bool:
    """Whether the payment needs the customer, who is not there."""
    if intent.status in {"requires_action", "requires_capture"}:
        return True
    failure = intent.last_payment_error
    asked = failure is not None and AUTHENTICATION_REQUIRED in (failure.code, failure.decline_code)
    return asked and intent.status == "requires_payment_method"


def untried(intent: Intent) -> bool:
    """Whether no money was asked for yet."""
    if intent.status == "requires_confirmation":
        return True
    return intent.status == "requires_payment_method" and intent.last_payment_error is None


def broken_off(intent: Intent) -> bool:
    """Whether Stripe made it and never tried it, and we gave it up: no bank was ever asked."""
    never_tried = intent.last_payment_error is None and intent.latest_charge is None
    return intent.status == "canceled" and intent.cancellation_reason == BROKEN_OFF and never_tried


def unknown_charge(order: ChargeOrder) -> Unknown:
    """Stripe has not said; it is asked again."""
    return Unknown(ask_at=order.at + ASK_UNKNOWN_AFTER)


def payment(intent: Intent) -> Payment:
    """Money that arrived."""
    return Payment(id=intent.id, amount=intent.received, at=_made(intent), method=intent.label)
