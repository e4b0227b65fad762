"""What is said of a payment method that is new: a test card's or a test account's number."""

from sandbox.payments.api.errors import StripeError, invalid, no_such
from sandbox.payments.api.params import Params
from sandbox.payments.instruments.instruments import BY_NAME, BY_NUMBER, Instrument, Kind

_CARD = {"number", "exp_month", "exp_year", "cvc", "token", "networks"}
_BANK = {"account_holder_type", "account_number", "account_type", "routing_number"}


def read_instrument(kind: Kind, params: Params) -> Instrument:
    """The card or account that the parameters name. Raises StripeError."""
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
