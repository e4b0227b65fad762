"""Books that outlive a case: open invoices, closed ledgers."""

from datetime import date

from dunning.case.orders import CloseOrder
from dunning.case.outcomes import Ending
from dunning.money import Money
from dunning.wire import Instant, Wire


class KnownInvoice(Wire):
    """What other invoices of the account need to know of an open one.

    `pays_for` was named when its account was merged, for a case that names none; empty: as its case says.
    """

    number: str
    account: str
    policy: str
    due: date
    status: str = "open"
    pays_for: tuple[str, ...] = ()


class ClosedLedger(Wire):
    """The books of a finished invoice, as they were closed last."""

    invoice: str
    account: str
    outcome: Ending
    policy: str
    due: date
    balance: Money
    closed_at: Instant
    order: CloseOrder
