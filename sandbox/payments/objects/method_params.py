"""What is said of a payment method that is new: a test card's or a test account's number."""

from typing import cast

from sandbox.payments.api.errors import StripeError, invalid, missing, no_such
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import Params
from sandbox.payments.bank.on_file import MethodsOnFile
from sandbox.payments.instruments.instruments import BY_NAME, BY_NUMBER, Instrument, Kind

_KINDS = ("card", "us_bank_account", "sepa_debit")
WRITTEN = {*_KINDS, "type", "billing_details", "metadata", "allow_redisplay"}
_CARD = {"number", "exp_month", "exp_year", "cvc", "token", "networks"}
_BANK = {"account_holder_type", "account_number", "account_type", "routing_number"}


def made(params: Params, on_file: MethodsOnFile, at: int) -> Json:
    """A new payment method of what the parameters say. Raises StripeError."""
    kind = cast("Kind | None", params.choice("type", _KINDS))
    if kind is None:
        raise missing("type")
    method = on_file.new(_instrument(kind, params), at, params.tree("billing_details"))
    method["metadata"] = params.metadata()
    method["allow_redisplay"] = params.text("allow_redisplay") or "unspecified"
    return method


def named(params: Params, on_file: MethodsOnFile, at: int) -> Json | None:
    """The payment method that `payment_method_data` or `payment_method` means, if any. Raises StripeError."""
    if "payment_method_data" in params:
        return made(params.inner("payment_method_data", WRITTEN), on_file, at)
    name = params.text("payment_method")
    return on_file.usable(name, at) if name else None


def _instrument(kind: Kind, params: Params) -> Instrument:
    if kind == "card":
        return _card(params.inner("card", _CARD))
    if kind == "sepa_debit":
        return _debit(kind, params.inner("sepa_debit", {"iban"}).needed("iban").replace(" ", ""), "iban")
    return _debit(kind, params.inner("us_bank_account", _BANK).needed("account_number"), "account_number")


def _card(card: Params) -> Instrument:
    if token := card.text("token"):
        name = token.replace("tok_", "pm_card_", 1)
        if name not in BY_NAME:
            raise no_such("token", token, "card[token]")
        return BY_NAME[name]
    number = card.needed("number").replace(" ", "")
    card.integer("exp_month", 1)
    card.integer("exp_year", 1)
    if number not in BY_NUMBER or BY_NUMBER[number].kind != "card":
        said = "Your card number is incorrect."
        raise StripeError(402, said, "incorrect_number", param="number", kind="card_error", stored=True)
    return BY_NUMBER[number]


def _debit(kind: Kind, number: str, param: str) -> Instrument:
    known = BY_NUMBER.get(number)
    if known is None or known.kind != kind:
        raise invalid(f"{kind}[{param}]", f"No test bank account has the number {number}.", "account_number_invalid")
    return known
