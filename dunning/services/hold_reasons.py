"""Why an account is restricted, in the few words that may be said to anybody, and where to write about it."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from dunning.holds import Hold
from dunning.wire import Wire


class Category(StrEnum):
    """The category of a hold's reason (S2-18). It names no invoice, no amount, and nothing that staff noted."""

    NON_PAYMENT = "non-payment"
    ABUSE = "abuse"
    DMCA = "dmca"
    TOS = "tos"
    OTHER = "other"


_OF_SOURCE = {"abuse": Category.ABUSE, "dmca": Category.DMCA, "tos": Category.TOS, "manual": Category.OTHER}
NAMES = {
    Category.NON_PAYMENT: "non-payment",
    Category.ABUSE: "abuse report",
    Category.DMCA: "copyright notice (DMCA)",
    Category.TOS: "terms of service",
    Category.OTHER: "other reason",
}
BECAUSE = {
    Category.NON_PAYMENT: "an unpaid invoice",
    Category.ABUSE: "a report of abuse",
    Category.DMCA: "a copyright notice (DMCA)",
    Category.TOS: "our terms of service",
    Category.OTHER: "a decision of our staff",
}


def category(source: str) -> Category:
    """The category of a hold by its source: an invoice's number means non-payment.

    What somebody restricted at the panel itself (`panel:<service>`) has a reason that we do not know.
    """
    return _OF_SOURCE.get(source, Category.OTHER if source.startswith("panel:") else Category.NON_PAYMENT)


def categories(holds: Iterable[Hold]) -> tuple[Category, ...]:
    """The categories of these holds, each once, in the order of the class."""
    found = {category(hold.source) for hold in holds}
    return tuple(each for each in Category if each in found)


def name(reason: Category) -> str:
    """As a heading says it: `Service Suspended: abuse report`."""
    return NAMES[reason]


def because_of(reason: Category) -> str:
    """As a sentence says it: `suspended because of a report of abuse`."""
    return BECAUSE[reason]


class HoldContact(BaseModel):
    """Where a customer writes about a hold (S2-17). `read` is the address of a page that explains it, if any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    write_to: str
    read: str = ""


class Remaining(Wire):
    """A reason that no payment lifts, with where to write about it: what notices and pages say."""

    category: Category
    because: str
    write_to: str
    read: str = ""


Contacts = dict[str, HoldContact]
"""By the source of the hold: abuse, dmca, tos, manual."""


def remaining(sources: Iterable[str], contacts: Contacts, otherwise: str) -> tuple[Remaining, ...]:
    """Each reason among these sources that is no invoice, once, with its contact, or `otherwise` where none is named.

    Sources are as `dunning.case.results.Reinstated.remaining` has them.
    """
    found = {category(source): contacts.get(_kind(source)) for source in sources}
    return tuple(
        Remaining(
            category=each,
            because=because_of(each),
            write_to=contact.write_to if contact else otherwise,
            read=contact.read if contact else "",
        )
        for each in Category
        if each is not Category.NON_PAYMENT and each in found
        for contact in [found[each]]
    )


def _kind(source: str) -> str:
    return "manual" if source.startswith("panel:") else source
