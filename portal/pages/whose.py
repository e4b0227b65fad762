"""Whose link it is that somebody opens, before any page is asked: to speak to them in their language and zone."""

from starlette.requests import Request

from adapters.signed_links import Links
from dunning.records.accounts import Account
from portal.pages.invoice_view import InvoiceRecords

_PAY = "/pay/"
_ENDS = ("", "/method", "/back", "/why")
"""What may follow an invoice's number in the address of its pages."""


class WhoseLink:
    """Knows the signed links of invoices."""

    def __init__(self, links: Links, store: InvoiceRecords) -> None:
        self._links = links
        self._store = store

    async def account(self, request: Request) -> Account | None:
        """The account of the invoice that the address names; None without its signature. Raises the store's errors."""
        path, signature = request.scope["path"], request.query_params.get("s", "")
        if not path.startswith(_PAY):
            return None
        names = [path.removeprefix(_PAY).removesuffix(end) for end in _ENDS if path.endswith(end)]
        signed = next((name for name in names if self._links.valid(name, signature)), None)
        known = await self._store.invoice(signed) if signed else None
        try:
            return await self._store.account(known.account) if known else None
        except LookupError:
            return None
