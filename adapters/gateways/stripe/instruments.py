"""Payment methods as Stripe describes them, and what may be shown of one."""

from calendar import monthrange
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from dunning.case.facts import CardOnFile
from dunning.wire import Instant

Text = Annotated[str, BeforeValidator(lambda value: value or "")]
"""A text; empty for null."""

_BRANDS = {"amex": "American Express", "diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay"}
_DEBITS = {
    "us_bank_account": "US bank account",
    "sepa_debit": "SEPA account",
    "bacs_debit": "UK bank account",
    "au_becs_debit": "Australian bank account",
    "acss_debit": "Canadian bank account",
}
DEBITS = frozenset(_DEBITS)
"""Types of payment methods that take days, and may come back."""

CHARGEABLE = frozenset({"card", *_DEBITS})
"""Types that we charge without the customer."""


class StripeModel(BaseModel):
    """Base of what we read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Details(StripeModel):
    brand: Text = ""
    last4: Text = ""
    fingerprint: Text = ""
    exp_month: int | None = None
    exp_year: int | None = None


class Instrument(StripeModel):
    """A card or bank account, as payment methods, charges and errors describe it."""

    type: str
    card: _Details | None = None
    us_bank_account: _Details | None = None
    sepa_debit: _Details | None = None
    bacs_debit: _Details | None = None
    au_becs_debit: _Details | None = None
    acss_debit: _Details | None = None

    @property
    def is_debit(self) -> bool:
        """Whether it is a bank debit."""
        return self.type in DEBITS

    @property
    def network(self) -> str:
        """A card's network, e.g. visa."""
        return self.card.brand if self.card else ""

    @property
    def label(self) -> str:
        """`Visa ending 4242`: all of a number that may be shown."""
        details: _Details | None = getattr(self, self.type, None)
        if details is None:
            return self.type.replace("_", " ")
        brand = _DEBITS.get(self.type) or _BRANDS.get(details.brand) or details.brand.replace("_", " ").title()
        return f"{brand or 'Card'} ending {details.last4}"


class PaymentMethod(Instrument):
    """A payment method."""

    id: str
    created: Instant

    @property
    def on_file(self) -> CardOnFile:
        """When it ends: a card is good through the last day of its month. The same number is the same card."""
        card = self.card
        if card is None or not (card.exp_month and card.exp_year):
            return CardOnFile(id=self.id)
        last = date(card.exp_year, card.exp_month, monthrange(card.exp_year, card.exp_month)[1])
        return CardOnFile(id=card.fingerprint or self.id, last4=card.last4, ends=last)
