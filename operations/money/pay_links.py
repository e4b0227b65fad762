"""The link to an invoice's pay page, as its mails have it: for whoever writes or telephones to the customer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from dunning.ports.accounts import Accounts
from dunning.ports.invoices import Invoices
from dunning.ports.links import LinkEnds
from dunning.records.books import KnownInvoice
from operations.accounts.write import Deed, kept, note_deed
from operations.errors import NoSuchInvoiceError, RefusedError

CLOCKS = timedelta(minutes=1)
"""The clock of whoever gave a link out may be ahead of ours by so much."""


class LinkRecords(Accounts, Invoices, LinkEnds, Protocol):
    """Whose invoice it is, under which brand, and since when its links are good."""


class Signed(Protocol):
    """Makes links of one portal."""

    def pay(self, invoice: str, when: datetime) -> str:
        """The invoice's own page, by a link that is given out then."""
        ...


class PayLinks:
    """`links_of` are a brand's; None where nobody can be led to a pay page. `clock` is the wall's."""

    def __init__(
        self, store: LinkRecords, links_of: Callable[[str], Signed | None], clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._links_of = links_of
        self._clock = clock

    async def of(self, invoice: str) -> str:
        """A new link, under the account's brand. It is as good as a key: only its customer may have it.

        Raises NoSuchInvoiceError, and RefusedError where no secret is set.
        """
        known = await self._known(invoice)
        links = self._links_of((await self._store.account(known.account)).brand)
        if links is None:
            raise RefusedError(
                "there are no pay links: set REPRIEVE_LINK_SECRETS, the same for worker, portal and here "
                "(`starter.py secrets` makes one)"
            )
        now = self._clock()
        return links.pay(invoice, max(now, await self._store.links_ended(invoice) or now))

    async def end(self, invoice: str, by: str, reason: str) -> None:
        """End all links of the invoice that were given out so far; who did it and why is kept with the account.

        Whoever asks again ends what was given out meanwhile; within a minute that is kept once. Raises
        NoSuchInvoiceError, and RefusedError when nobody says who and why.
        """
        known, now = await self._known(invoice), self._clock()
        account, deed = (await self._store.account(known.account)).id, Deed(by, reason, now)
        what = f"links to invoice {invoice} ended"
        kept(account, (what,), deed)
        await self._store.end_links(invoice, (now + CLOCKS).replace(microsecond=0))
        known_already = await self._store.account_changes(account)
        if not any((each.what, each.by) == ((what,), by) and each.at > now - CLOCKS for each in known_already):
            await note_deed(self._store, account, what, deed)

    async def _known(self, invoice: str) -> KnownInvoice:
        known = await self._store.invoice(invoice)
        if known is None:
            raise NoSuchInvoiceError(invoice)
        return known
