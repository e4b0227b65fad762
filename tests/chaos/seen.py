"""All books, as they are when a life is quiet."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from dunning.case.case import Case
from dunning.case.ledger import Kind
from dunning.holds import Hold
from dunning.level import Level
from dunning.payments.awaited import WORDS
from dunning.records.accounts import Contact
from dunning.records.books import KnownInvoice
from dunning.records.carried import Carried
from dunning.records.credit import Credit
from dunning.records.mail import NoticeCopy
from dunning.subscriptions.renewals import Renewal
from dunning.subscriptions.subscription import Subscription
from dunning.tickets.ticket import Ticket
from dunning.windows.outage import Outage
from dunning.windows.window import Window
from sandbox.mail.books import Message
from sandbox.panel.books import PanelBooks
from sandbox.payments.books import PaymentBooks
from tests.chaos.drawn import DrawnInvoice
from tests.chaos.life import Life

CARD_TITLE = "Your Card Expires"
SETTLED = ("paid", "waived", "renewed", "void")
AT_ALL_LEVELS = frozenset(Level)
AT_WHM = frozenset({Level.ACTIVE, Level.SUSPENDED, Level.DELETED})


@dataclass(frozen=True)
class Seen:
    """Of one life: the companies' books and ours."""

    life: Life
    payments: PaymentBooks
    panel: PanelBooks
    mails: list[Message]
    cases: dict[str, Case]
    open: frozenset[str]
    holds: tuple[Hold, ...]
    credits: tuple[Credit, ...]
    carried: tuple[Carried, ...]
    notices: tuple[NoticeCopy, ...]
    tickets: tuple[Ticket, ...]
    of_account: tuple[KnownInvoice, ...]
    contacts: tuple[Contact, ...] = ()
    of_outages: tuple[Ticket, ...] = ()
    """Tickets of no account."""
    outages: tuple[Outage, ...] = ()
    windows: tuple[Window, ...] = ()
    """Of all lives."""
    renewals: tuple[Renewal, ...] = ()
    subscription: Subscription | None = None
    subscription_at: datetime | None = None
    """Its own time."""

    def drawn(self, number: str) -> DrawnInvoice:
        return self.life.invoices[self.life.numbers.index(number)]

    def is_settled(self, number: str) -> bool:
        """Closed, and the customer owes nothing for it: neither by the policy's own voiding."""
        case = self.cases[number]
        return number not in self.open and case.outcome in SETTLED and not case.lapsed

    def came_about(self) -> Counter[str]:
        """How many there were of what is rare, and of what is checked."""
        lines = Counter(entry.kind for case in self.cases.values() for entry in case.entries)
        cards = sum(copy.content.subject == CARD_TITLE for copy in self.notices)
        waiting = sum(bool(payment.back) and not payment.told for payment in self.life.told.bank)
        return Counter(
            {
                "forged reports": self.life.told.forged,
                "notices that came back": len(self.life.told.came_back),
                "approvals of who may not": self.life.told.not_agreed,
                "merges": bool(self.life.told.merged),
                "steps put off by windows": sum(
                    "maintenance window" in each.reason for case in self.cases.values() for each in case.deferrals
                ),
                "reversals that no worker could check": self.life.told.unchecked,
                "invoices moved to another policy": sum(bool(case.replans) for case in self.cases.values()),
                "renewals billed": len(self.renewals),
                "payments by a company's own subscription": len(self.life.told.sales),
                "steps put off for such a payment": sum(
                    each.reason.startswith(WORDS) for case in self.cases.values() for each in case.deferrals
                ),
                "invoices with lines": sum(bool(case.invoice.lines) for case in self.cases.values()),
                "steps put off by outages": sum(
                    each.moved_days > 0 for case in self.cases.values() for each in case.deferrals
                ),
                "outages written down or seen": len(self.life.told.outages),
                "days given for outages": sum(
                    each.moved_days for case in self.cases.values() for each in case.deferrals
                ),
                "exemptions": sum(bool(said.until) for said in self.life.told.exempt),
                "late fees": lines[Kind.LATE_FEE],
                "notices of cards that end": cards,
                "payments parked": lines[Kind.PARKED],
                "reversals that wait": waiting,
            }
        )

    @property
    def expresses(self) -> frozenset[Level]:
        """The levels that the life's panel can show."""
        return AT_ALL_LEVELS if self.life.drawn.panel == "sandbox" else AT_WHM
