"""Many invoices that begin together: read at once, written at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from dunning.records.accounts import Account
from dunning.records.beginning import Beginning, Begun
from dunning.records.books import KnownInvoice


class AccountChangedError(Exception):
    """Somebody else wrote an account since it was read: read it again, or their change would be lost."""


class Beginnings(Protocol):
    """A few hundred at a time."""

    async def accounts(self, names: Collection[str]) -> Mapping[str, Account]:
        """Those of these accounts that are known, or what they were merged into, by id."""
        ...

    async def known_invoices(self, numbers: Collection[str]) -> Mapping[str, KnownInvoice]:
        """Those of these invoices that are known, open or not, by number."""
        ...

    async def begin(self, several: Sequence[Beginning], at: datetime) -> tuple[Begun, ...]:
        """Note that they are open, with their accounts, and issue a generation for each; all or nothing.

        What waits for the account's next invoice (rests, credit) is taken, once however often it begins. No account may
        come twice: the second would have to see what the first one took. Raises LookupError for an unknown account, and
        AccountChangedError for one that is not as it was `before` any more.
        """
        ...
