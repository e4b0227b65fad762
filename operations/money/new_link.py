"""A new link for a customer whose link is over: mailed to the addresses that we know, and to nobody else."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from dunning.notices.new_link import new_link_notice
from dunning.ports.accounts import Accounts
from dunning.ports.companies import NoticeStarter
from dunning.ports.invoices import Invoices
from dunning.ports.links import LinkEnds


class NewLinkRecords(Accounts, Invoices, LinkEnds, Protocol):
    """Whose invoice it is, and since when its links are good."""


class MailNewLink:
    """Whoever has an old link may ask; who reads the answer is the customer. `clock` is the wall's."""

    def __init__(self, store: NewLinkRecords, notices: NoticeStarter, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._notices = notices
        self._clock = clock

    async def send(self, invoice: str) -> bool:
        """Have it mailed, five times a day at the most; False: nobody knows the invoice, or an address of its customer.

        Raises OutageError.
        """
        known = await self._store.invoice(invoice)
        if known is None:
            return False
        try:
            account = await self._store.account(known.account)
        except LookupError:
            return False
        if all(each.bounced_at for each in account.contacts):
            return False
        now = self._clock()
        since = await self._store.links_ended(invoice)
        await self._notices.send(new_link_notice(known, account, now, since or now))
        return True
