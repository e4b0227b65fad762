"""Payment methods, charge attempts and consents, as the store keeps them."""

from typing import Literal

from dunning.case.facts import CardOnFile
from dunning.case.outcomes import AttemptWord
from dunning.money import Money
from dunning.wire import Instant, Wire


class Method(Wire):
    """A payment method on file. `id` and `payer` are the company's; `network` is a card's (visa, mastercard, ...).

    `label` may be shown: "Visa ending 4242". It never holds more of a number than that. `card` says when a card ends.
    """

    id: str
    payer: str
    kind: Literal["card", "debit"] = "card"
    network: str = ""
    label: str = ""
    card: CardOnFile = CardOnFile()


class Attempt(Wire):
    """A charge attempt, written before the call. `outcome` is the result's kind, empty while it is not known.

    `payer`, `method` and `network` are what it was tried with: a retry under the same key must send the same.
    """

    key: str
    invoice: str
    account: str
    amount: Money
    at: Instant
    outcome: AttemptWord | Literal["refused", "found", ""] = ""
    payment: str = ""
    detail: str = ""
    payer: str = ""
    method: str = ""
    network: str = ""


class Consent(Wire):
    """The customer agreed that a payment method may be charged later (S3-07): to which words, and when.

    `id` is the company's id of the act (Stripe: the Checkout Session).
    """

    kind: Literal["consent"] = "consent"
    id: str
    account: str
    text: str
    at: Instant
    method: str = ""
