"""Stripe's published test cards and bank accounts, by number and by the name of their ready-made PaymentMethod.

Sources: docs.stripe.com/testing, docs.stripe.com/payments/ach-direct-debit, docs.stripe.com/payments/sepa-debit.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["card", "us_bank_account", "sepa_debit"]
Authentication = Literal["", "unless_set_up", "always"]


@dataclass(frozen=True)
class Instrument:
    """A card or a bank account. `number` never leaves the company; `fails` is the code that every charge fails with.

    `refuses_attachment`: it cannot even be put on file.
    """

    number: str
    kind: Kind = "card"
    brand: str = "visa"
    fails: str = ""
    refuses_attachment: bool = False
    authentication: Authentication = ""

    @property
    def last4(self) -> str:
        """All of the number that anybody may see."""
        return self.number[-4:]

    @property
    def label(self) -> str:
        """In words, for the books."""
        brand = {"amex": "American Express"}.get(self.brand, self.brand.title())
        return f"{brand} ending {self.last4}" if self.kind == "card" else f"bank debit ending {self.last4}"


def _bad(number: str, code: str) -> Instrument:
    return Instrument(number, fails=code, refuses_attachment=True)


_CARDS = (
    Instrument("4242424242424242"),
    Instrument("4000056655665556"),
    Instrument("5555555555554444", brand="mastercard"),
    Instrument("378282246310005", brand="amex"),
    Instrument("6011111111111117", brand="discover"),
    _bad("4000000000000002", "generic_decline"),
    _bad("4000000000009995", "insufficient_funds"),
    _bad("4000000000009987", "lost_card"),
    _bad("4000000000009979", "stolen_card"),
    _bad("4000000000000069", "expired_card"),
    _bad("4000000000000127", "incorrect_cvc"),
    _bad("4000000000000119", "processing_error"),
    _bad("4000000000006975", "card_velocity_exceeded"),
    _bad("4100000000000019", "fraudulent"),
    Instrument("4000000000000341", fails="generic_decline"),
    Instrument("4000002500003155", authentication="unless_set_up"),
    Instrument("4000002760003184", authentication="always"),
)
_ACH = {"success": "000123456789", "insufficientFunds": "000222222227", "accountClosed": "000111111113"}
_SEPA = {"success": "DE89370400440532013000", "failed": "DE62370400440532013001"}
_DEBITS = (
    *(Instrument(number, "us_bank_account") for number in _ACH.values()),
    *(Instrument(number, "sepa_debit") for number in _SEPA.values()),
)
_BY_NUMBER = {instrument.number: instrument for instrument in (*_CARDS, *_DEBITS)}
_NAMED = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_discover": "6011111111111117",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_chargeDeclinedFraudulent": "4100000000000019",
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": "4000000000006975",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequired": "4000002760003184",
    **{f"pm_usBankAccount_{name}": number for name, number in _ACH.items()},
    **{f"pm_{name}_de": number for name, number in _SEPA.items()},
}
# These names were published without the brand first, and with it later; both work.
for _infix in ("", "visa_"):
    for _name, _number in (
        ("", "4000000000000002"),
        ("InsufficientFunds", "4000000000009995"),
        ("LostCard", "4000000000009987"),
        ("StolenCard", "4000000000009979"),
    ):
        _NAMED[f"pm_card_{_infix}chargeDeclined{_name}"] = _number
BY_NAME = {name: _BY_NUMBER[number] for name, number in _NAMED.items()}
"""The ready-made PaymentMethods: each use of such a name makes a new PaymentMethod."""
