"""All books, as they are when a life is quiet."""

from dataclasses import dataclass

from dunning.case.case import Case
from dunning.holds import Hold
from dunning.level import Level
from dunning.records.carried import Carried
from dunning.records.credit import Credit
from dunning.records.mail import NoticeCopy
from sandbox.mail.books import Message
from sandbox.panel.books import PanelBooks
from sandbox.payments.books import PaymentBooks
from tests.chaos.draw import DrawnInvoice
from tests.chaos.life import Life

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

    def drawn(self, number: str) -> DrawnInvoice:
        return self.life.drawn.invoices[self.life.numbers.index(number)]

    def is_settled(self, number: str) -> bool:
        """Closed, and the customer owes nothing for it: neither by the policy's own voiding."""
        case = self.cases[number]
        return number not in self.open and case.outcome in SETTLED and not case.lapsed

    @property
    def expresses(self) -> frozenset[Level]:
        """The levels that the life's panel can show."""
        return AT_ALL_LEVELS if self.life.drawn.panel == "sandbox" else AT_WHM
