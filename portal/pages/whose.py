"""Whose link it is that somebody opens, before any page is asked: to speak to them in their language and zone."""

from starlette.requests import Request

from adapters.signed_links import Links, Term
from dunning.records.accounts import Account
from portal.pages.back import number
from portal.pages.invoice_view import InvoiceRecords

_PAY = "/pay/"
_BACK = "/back"
_ENDS = ("", "/method", "/fresh", "/why", _BACK)
"""What may follow an invoice's number in the address of its pages."""


class WhoseLink:
    """Knows the signed links of invoices. One that is over says whose it was, too: only the language is used here."""

    def __init__(self, links: Links, store: InvoiceRecords) -> None:
        self._links = links
        self._store = store

    async def account(self, request: Request) -> Account | None:
        """The account of the invoice that the address names; None without its signature. Raises the store's errors."""
        path = request.scope["path"]
        if not path.startswith(_PAY):
            return None
        names = [(path.removeprefix(_PAY).removesuffix(end), end) for end in _ENDS if path.endswith(end)]
        signed = next((name for name, end in names if self._opened(request, name, end)), None)
        known = await self._store.invoice(signed) if signed else None
        try:
            return await self._store.account(known.account) if known else None
        except LookupError:
            return None

    def _opened(self, request: Request, invoice: str, end: str) -> Term | None:
        given = request.query_params
        token = given.get("s", "")
        if end == _BACK:
            return self._links.opened_back(invoice, token, given.get("did", ""), number(given.get("had", "")))
        return self._links.opened("pay", invoice, token)
