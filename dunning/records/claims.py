"""Where a payment lies: it counts once, for whoever came first, whatever else hears of it."""

from typing import NamedTuple

from dunning.case.facts import Restored, Reversal
from dunning.wire import Wire

TakenBackNews = Reversal | Restored
"""News that money was taken back, or came again after that."""

UNDERWAY = ""
"""Somebody brings it to its case, or has."""
GIVEN = "given"
"""An order of the case found it, and its answer gives it to the case."""
REFUSED = "refused"
"""Its case said no; a person has a ticket."""


class Claim(NamedTuple):
    """One payment of one invoice, by ids; of no invoice: `credit.UNMATCHED`.

    `place` is one of the words above, or else the id of the credit that it became. `version` grows with each claim.
    `worth` is so much of it, in minor units, as is the case's; None: all. `taken_back`: news came of it before.
    """

    invoice: str
    payment: str
    version: int
    place: str
    worth: int | None = None
    taken_back: bool = False

    @property
    def credited(self) -> bool:
        """Whether it is credit, so that no case may count it."""
        return self.place not in (UNDERWAY, GIVEN, REFUSED)


class Unhandled(Wire):
    """What the portal accepted and no case has heard: a webhook in the inbox, or a payment on its way.

    `source` is the webhook's, empty for a payment; invoice and account are empty where nobody knows them yet.
    """

    source: str
    id: str
    invoice: str = ""
    account: str = ""

    @property
    def key(self) -> str:
        """What it is remembered by while a step waits for it."""
        return f"{self.source}:{self.id}"
