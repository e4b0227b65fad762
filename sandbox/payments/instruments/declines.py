"""Why a payment fails, in Stripe's words: its code, its decline code, what the network said, and its advice.

Codes and messages: docs.stripe.com/declines/codes and docs.stripe.com/error-codes. Network codes: ISO 8583.
"""

from dataclasses import dataclass

from sandbox.payments.api.errors import StripeError
from sandbox.payments.api.forms import Json

AGAIN, CONFIRM, NEVER = "try_again_later", "confirm_card_data", "do_not_try_again"
_DECLINED = "Your card was declined."


@dataclass(frozen=True)
class Decline:
    """One way to fail. `network` is the network's own code; both it and `advice` are for cards only."""

    code: str
    message: str
    reason: str = ""
    network: str = ""
    advice: str = ""
    card: bool = True

    @property
    def name(self) -> str:
        """As books and scripts call it: the decline code, or else the code."""
        return self.reason or self.code

    def facts(self) -> Json:
        """What error answer and `last_payment_error` share."""
        facts = {
            "code": self.code,
            "decline_code": self.reason,
            "advice_code": self.advice,
            "network_decline_code": self.network,
            "message": self.message,
        }
        return {name: value for name, value in facts.items() if value}


def _issuer(reason: str, network: str, advice: str, message: str = _DECLINED) -> Decline:
    return Decline("card_declined", message, reason, network, advice)


_NOT_SUPPORTED = "Your card does not support this type of purchase."
CARDS = (
    Decline("card_declined", _DECLINED, advice=AGAIN),
    _issuer("generic_decline", "01", AGAIN),
    _issuer("insufficient_funds", "51", AGAIN, "Your card has insufficient funds."),
    _issuer("do_not_honor", "05", AGAIN),
    _issuer(
        "card_velocity_exceeded", "65", AGAIN, "Your card was declined for making repeated attempts too frequently."
    ),
    _issuer("try_again_later", "91", AGAIN),
    _issuer("lost_card", "41", NEVER),
    _issuer("stolen_card", "43", NEVER),
    _issuer("pickup_card", "04", NEVER),
    _issuer("restricted_card", "62", NEVER),
    _issuer("fraudulent", "59", NEVER),
    _issuer("revocation_of_authorization", "R1", NEVER),
    _issuer("stop_payment_order", "R0", NEVER),
    _issuer("transaction_not_allowed", "57", NEVER, _NOT_SUPPORTED),
    _issuer("invalid_account", "14", CONFIRM, "Your card number is incorrect."),
    Decline("expired_card", "Your card has expired.", "expired_card", "54", CONFIRM),
    Decline("incorrect_cvc", "Your card's security code is incorrect.", "incorrect_cvc", "N7", CONFIRM),
    Decline(
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
        "processing_error",
        "96",
        AGAIN,
    ),
    Decline(
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
        "authentication_required",
        "1A",
    ),
)
_DEBITS = {
    "account_closed": "The customer's bank account has been closed.",
    "no_account": "The bank account could not be located.",
    "insufficient_funds": "The customer's account has insufficient funds to cover this payment.",
    "debit_not_authorized": "The customer has notified their bank that this payment was unauthorized.",
    "bank_account_restricted": "The customer's bank account cannot be used for this payment.",
    "invalid_currency": "The bank was unable to process this payment in this currency.",
    "charge_exceeds_source_limit": "This payment exceeds the weekly limit of the bank account.",
    "charge_exceeds_weekly_limit": "This payment exceeds the weekly limit of the bank account.",
    "refer_to_customer": "The customer's bank did not say why it returned the debit.",
    "debit_returned": "Your bank returned the debit.",
}
_BY_NAME = {decline.name: decline for decline in CARDS}


def card_decline(name: str) -> Decline:
    """A card's decline of that decline code (or code); one that we do not know is the issuer's own."""
    return _BY_NAME.get(name) or _issuer(name, "05", AGAIN)


def debit_failure(code: str) -> Decline:
    """How a bank debit comes back."""
    return Decline(code, _DEBITS.get(code, "The payment failed."), card=False)


def card_error(decline: Decline, more: Json) -> StripeError:
    """A bank's no, as an error answer that is stored under its key."""
    facts = decline.facts()
    message, code = facts.pop("message"), facts.pop("code")
    return StripeError(402, message, code, kind="card_error", stored=True, more=facts | more)
