"""What may be said about a PaymentIntent, and what it is worth: API version 2026-10-28.endive."""

from collections.abc import Collection
from dataclasses import dataclass

from sandbox.payments.api.errors import StripeError, invalid, missing
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import Params
from sandbox.payments.objects.currencies import KNOWN, LEAST, THREE_DIGITS
from sandbox.payments.shapes.payment import ALL_KINDS, takes
from sandbox.payments.state import State

CONFIRM = {
    "allowed_payment_method_types", "error_on_requires_action", "off_session", "payment_method", "payment_method_types",
    "return_url", "setup_future_usage",
}  # fmt: skip
CREATE = CONFIRM | {
    "amount", "automatic_payment_methods", "confirm", "currency", "customer", "description", "metadata",
    "statement_descriptor_suffix",
}  # fmt: skip

_MOST = 99_999_999
_WITH_CONFIRM = ("off_session", "return_url", "error_on_requires_action")


@dataclass(frozen=True)
class Terms:
    """How much, from whom, and what kinds of payment method may pay it."""

    amount: int
    currency: str
    customer: str | None
    metadata: dict[str, str]
    automatic: Json | None
    allowed: list[str]
    kinds: list[str]


def read_terms(params: Params, state: State) -> Terms:
    """The terms of a new intent. Raises StripeError."""
    amount = params.integer("amount", 1)
    if amount is None:
        raise missing("amount")
    currency = read_currency(params)
    check_amount(amount, currency)
    customer = params.text("customer")
    if customer is not None:
        state.customers.get(customer, "customer")
    if not params.flag("confirm"):
        _refuse_without_confirm(params)
    automatic, allowed = read_kinds(params)
    kinds = [kind for kind in allowed or ALL_KINDS if takes(kind, currency)]
    return Terms(amount, currency, customer, params.metadata(), automatic, allowed, kinds)


def read_currency(params: Params) -> str:
    """An ISO 4217 code in lower case. Raises StripeError."""
    currency = params.needed("currency").lower()
    if currency not in KNOWN:
        message = f"Invalid currency: {currency}. Stripe currently supports these currencies: {', '.join(KNOWN)}"
        raise invalid("currency", message)
    return currency


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Raises StripeError when nobody would move so little, or so much."""
    least = LEAST.get(currency, 1)
    if amount < least:
        message = f"Amount must be at least {least} {currency} in its smallest unit."
        raise invalid(param, message, "amount_too_small")
    if amount > _MOST:
        raise invalid(param, f"Amount must be no more than {_MOST} {currency}.", "amount_too_large")
    if currency in THREE_DIGITS and amount % 10:
        raise invalid(param, f"Invalid amount: the last digit of an amount in {currency} must be 0.")


def read_kinds(params: Params) -> tuple[Json | None, list[str]]:
    """Dynamic payment methods, or the kinds that are allowed. Raises StripeError.

    `payment_method_types` is gone (docs.stripe.com/changelog/endive/2026-09-30).
    """
    if "payment_method_types" in params:
        message = "`payment_method_types` is no longer supported. Use dynamic payment methods, or "
        code = "payment_method_types_no_longer_supported"
        raise invalid("payment_method_types", f"{message}`allowed_payment_method_types`.", code)
    allowed = [str(kind) for kind in params.rows("allowed_payment_method_types")]
    if not allowed:
        return _automatic(params), []
    if "automatic_payment_methods" in params:
        message = "You may only specify one of these parameters: allowed_payment_method_types, "
        raise StripeError(400, f"{message}automatic_payment_methods.")
    return None, allowed


def known_kinds(kinds: Collection[str]) -> list[str]:
    """Those of them that somebody pays with here."""
    return [kind for kind in ALL_KINDS if kind in kinds]


def needs_return(intent: Json) -> bool:
    """Dynamic payment methods may send a customer elsewhere, who has to find back (changelog of 2023-08-16)."""
    automatic = intent["automatic_payment_methods"]
    return automatic is not None and automatic["allow_redirects"] != "never"


def _automatic(params: Params) -> Json | None:
    given = params.inner("automatic_payment_methods", {"enabled", "allow_redirects"})
    if "automatic_payment_methods" in params and "enabled" not in given:
        raise missing("automatic_payment_methods[enabled]")
    redirects = given.choice("allow_redirects", ("always", "never")) or "always"
    return {"allow_redirects": redirects, "enabled": True}


def _refuse_without_confirm(params: Params) -> None:
    for name in _WITH_CONFIRM:
        if name in params:
            raise invalid(name, f"You can only pass `{name}` when `confirm` is true.", "parameter_invalid_empty")
