"""The whole store, put together from its topics."""

from adapters.store.accounts import Accounts
from adapters.store.beginnings import Beginnings
from adapters.store.carried import CarriedRests
from adapters.store.claims import Claims
from adapters.store.closed_cases import ClosedCases
from adapters.store.consequences import Consequences
from adapters.store.digests import DigestCopies
from adapters.store.effects import Effects
from adapters.store.holds import Holds
from adapters.store.inbox import Inbox
from adapters.store.invoices import Invoices
from adapters.store.mailbox import Mailbox
from adapters.store.merging import Merging
from adapters.store.notices import Notices
from adapters.store.open_cases import OpenCases
from adapters.store.payments import PaymentRecords
from adapters.store.search import Search
from adapters.store.tickets import Tickets


class SqlStore(
    Accounts,
    Beginnings,
    CarriedRests,
    Claims,
    ClosedCases,
    Consequences,
    DigestCopies,
    Effects,
    Holds,
    Inbox,
    Invoices,
    Mailbox,
    Merging,
    Notices,
    OpenCases,
    PaymentRecords,
    Search,
    Tickets,
):
    """All topics of `dunning.ports` in an SQLite file (`sqlite+aiosqlite:///path`) or PostgreSQL (`postgresql+psycopg://...`).

    Run `migrate(url)` once before. Several stores, in several processes, may use one database. Raises ValueError for
    any other URL; every method raises StoreOutageError once the database has been away or locked for `patience`
    seconds, or is full. A row that the database refuses is a fault of ours, and comes as SQLAlchemy's own error.
    """
