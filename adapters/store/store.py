"""The whole store, put together from its topics."""

from adapters.store.audit import AuditEntries
from adapters.store.beginnings import Beginnings
from adapters.store.closed_cases import ClosedCases
from adapters.store.customers.accounts import Accounts
from adapters.store.customers.consequences import Consequences
from adapters.store.customers.effects import Effects
from adapters.store.customers.holds import Holds
from adapters.store.customers.merging import Merging
from adapters.store.customers.search import Search
from adapters.store.invoices import Invoices
from adapters.store.keeping.erasing import Erasing
from adapters.store.keeping.exporting import Exporting
from adapters.store.keeping.purging import Purging
from adapters.store.link_ends import LinkEnds
from adapters.store.messages.digests import DigestCopies
from adapters.store.messages.inbox import Inbox
from adapters.store.messages.mailbox import Mailbox
from adapters.store.messages.notices import Notices
from adapters.store.messages.tickets import Tickets
from adapters.store.money.carried import CarriedRests
from adapters.store.money.claims import Claims
from adapters.store.money.payments import PaymentRecords
from adapters.store.money.processors import Processors
from adapters.store.open_cases import OpenCases
from adapters.store.outage_ledger import OutageLedger
from adapters.store.staff import Staff
from adapters.store.subscriptions import Subscriptions
from adapters.store.windows import Windows


class SqlStore(
    Accounts,
    AuditEntries,
    Beginnings,
    CarriedRests,
    Claims,
    ClosedCases,
    Consequences,
    DigestCopies,
    Effects,
    Erasing,
    Exporting,
    Holds,
    Inbox,
    Invoices,
    LinkEnds,
    Mailbox,
    Merging,
    Notices,
    OpenCases,
    OutageLedger,
    PaymentRecords,
    Processors,
    Purging,
    Search,
    Staff,
    Subscriptions,
    Tickets,
    Windows,
):
    """All topics of `dunning.ports` in an SQLite file (`sqlite+aiosqlite:///path`) or PostgreSQL (`postgresql+psycopg://...`).

    Run `migrate(url)` once before. Several stores, in several processes, may use one database. Raises ValueError for
    any other URL; every method raises StoreOutageError once the database has been away or locked for `patience`
    seconds, or is full. A row that the database refuses is a fault of ours, and comes as SQLAlchemy's own error.
    """
