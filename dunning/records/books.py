"""Books that outlive a case: open invoices, closed ledgers, credits."""

from datetime import date

from dunning.case.orders import CloseOrder
from dunning.case.outcomes import Ending
from dunning.money import Money
from dunning.wire import Instant, Wire


class KnownInvoice(Wire):
    """What other invoices of the account need to know of an open one."""

    number: str
    account: str
    policy: str
    due: date
    status: str = "open"


class Credit(Wire):
    """Money of the account that belongs to no open invoice. `id` is the payment's: it is credited once."""

    id: str
    account: str
    amount: Money
    at: Instant
    reason: str


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
