"""The link to an invoice's pay page, as its mails have it: for whoever writes or telephones to the customer."""

from collections.abc import Callable
from typing import Protocol

from dunning.ports.accounts import Accounts
from dunning.ports.invoices import Invoices
from operations.errors import NoSuchInvoiceError, RefusedError


class LinkRecords(Accounts, Invoices, Protocol):
    """Whose invoice it is, and under which brand."""


class Signed(Protocol):
    """Makes links of one portal."""

    def pay(self, invoice: str) -> str:
        """The invoice's own page."""
        ...


class PayLinks:
    """`links_of` are a brand's; None where nobody can be led to a pay page."""

    def __init__(self, store: LinkRecords, links_of: Callable[[str], Signed | None]) -> None:
        self._store = store
        self._links_of = links_of

    async def of(self, invoice: str) -> str:
        """The link, under the account's brand. It is as good as a key: only its customer may have it.

        Raises NoSuchInvoiceError, and RefusedError where no secret is set.
        """
        known = await self._store.invoice(invoice)
        if known is None:
            raise NoSuchInvoiceError(invoice)
        links = self._links_of((await self._store.account(known.account)).brand)
        if links is None:
            raise RefusedError(
                "there are no pay links: set REPRIEVE_LINK_SECRET (32 characters or more), the same for worker, portal "
                "and here"
            )
        return links.pay(invoice)
