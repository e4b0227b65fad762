"""`GET /notices/{id}`: a notice as it was sent, for its customer, behind a signed link (S1-21)."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from adapters.settings.brands import Brand, Brands, with_logo
from dunning.ports.accounts import Accounts
from dunning.ports.notices import Notices
from portal.http.errors import HttpRefusedError
from portal.pages.link_check import LinkCheck

# The archived words are shown untouched, in a sandbox: no script, no form, nothing remote. Their links lead on.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",  # the address carries the signature
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class NoticeRecords(Accounts, Notices, Protocol):
    """The notice, and whose it is."""


class NoticePage:
    """Shows the archived HTML, whatever became of the mail, with its brand's logo, which travelled beside it."""

    def __init__(self, check: LinkCheck, store: NoticeRecords, brands: Brands) -> None:
        self._check = check
        self._store = store
        self._brands = brands

    def route(self) -> Route:
        """An id may hold anything that an invoice's number and a step may."""
        return Route("/notices/{notice:path}", self._show, methods=["GET"])

    async def _show(self, request: Request) -> Response:
        notice: str = request.path_params["notice"]
        term = self._check.ours("notice", notice, request.query_params.get("s", ""))
        copy = await self._store.notice(notice)
        if copy is None:
            raise HttpRefusedError(404, "no such page")
        await self._check.good(term, copy.invoice)
        return HTMLResponse(with_logo(copy.content.html, await self._brand(copy.account)), headers=_HEADERS)

    async def _brand(self, account: str) -> Brand:
        try:
            return self._brands.of((await self._store.account(account)).brand)
        except LookupError:
            return self._brands.house
