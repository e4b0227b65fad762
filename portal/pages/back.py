"""`GET /pay/{invoice}/back`: where the gateway leads to after a payment. It says what is true, or not known yet.

What the books do not know the gateway is asked about, whatever became of its webhook. While nothing is known the page
asks again by itself, with no script: it is loaded anew, ever more slowly, until there is an end.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple
from urllib.parse import quote, urlencode

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.signed_links import Links
from dunning.ports.outages import GatewayRefusedError
from operations.money.ask_gateway import Heard
from portal.http.errors import OUTAGES, HttpRefusedError
from portal.http.html import Pages
from portal.pages.invoice_view import InvoiceView, InvoiceViews

End = Literal["method", "paid", "in part", "under way", "left", "arrived", "asking", "elsewhere"]
"""What the page says. `elsewhere`: the invoice's own page says all that is true of it."""
OPEN: tuple[End, ...] = ("asking", "arrived")
"""It does not stay so."""
WAITS = (*(2,) * 15, *(10,) * 18, *(30,) * 30)
"""Seconds until the page is loaded anew, load by load: twenty minutes in all, then a mail says it."""
PATIENCE = 4.0
"""Seconds that the customer waits for our books; then the page says what is known, and is loaded anew."""

log = structlog.stdlib.get_logger("reprieve.portal")


class Again(NamedTuple):
    """When the page is loaded anew, and from where."""

    seconds: int
    href: str


class BackPage:
    """`ask` has the gateway asked, and what it has brought to the case: `AskGateway.about`."""

    def __init__(self, links: Links, views: InvoiceViews, pages: Pages, ask: Callable[[str], Awaitable[Heard]]) -> None:
        self._links = links
        self._views = views
        self._pages = pages
        self._ask = ask

    def route(self) -> Route:
        """Beside the pay page."""
        return Route("/pay/{invoice:path}/back", self._show, methods=["GET"])

    async def hears(self, invoice: str) -> bool:
        """Whether the gateway has money of which the case did not know. False where it cannot be asked now."""
        try:
            return await self._ask(invoice) != "nothing"
        except OUTAGES as error:
            log.info("the gateway or a case cannot be asked now", error=type(error).__name__)
        except (GatewayRefusedError, ValueError) as refused:
            log.warning("the gateway refuses to say what was paid; look at the key's rights", why=str(refused))
        return False

    async def _show(self, request: Request) -> Response:
        invoice = request.path_params["invoice"]
        if not self._links.valid(invoice, request.query_params.get("s", "")):
            raise HttpRefusedError(404, "no such page", note="a pay link without its signature")
        await self._pages.readers.before(request, self._views.account_of(invoice))
        did, had = request.query_params.get("did", ""), _number(request, "had")
        view = await self._view(invoice)
        end: End = "method" if did == "method" else known_end(view, had)
        if end == "asking" and view and await self.hears(invoice):
            view = await self._view(invoice) or view
            end = known_end(view, had)
            end = "arrived" if end == "asking" else end
        if end == "asking" and did == "left" and view:
            end = "left"
        return self._page(request, invoice, view, end)

    def _page(self, request: Request, invoice: str, view: InvoiceView | None, end: End) -> Response:
        home = f"../{quote(invoice, safe='')}?{urlencode({'s': self._links.signature(invoice)})}"
        if end == "elsewhere":
            return self._pages.lead(home)
        readers = self._pages.readers
        reader = readers.of(view.account, request) if view else readers.stranger(request)
        again = self._again(request) if end in OPEN else None
        owed = view.owed if view else None
        return self._pages.show("back", reader, invoice=invoice, end=end, owed=owed, again=again, href=home)

    async def _view(self, invoice: str) -> InvoiceView | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._views.of(invoice)
        except OUTAGES:
            return None  # who has just paid must not read that something is broken

    def _again(self, request: Request) -> Again | None:
        loads = _number(request, "n")
        if loads >= len(WAITS):
            return None
        return Again(WAITS[loads], f"back?{urlencode({**request.query_params, 'n': loads + 1})}")


def known_end(view: InvoiceView | None, had: int) -> End:
    """What our own books say: `had` payments were known when the customer set out."""
    if view is None:
        return "asking"
    if view.state == "paid":
        return "paid"
    if view.state == "in-transit":
        return "under way"
    if not view.payable:
        return "elsewhere"
    return "in part" if view.payments > had else "asking"


def _number(request: Request, name: str) -> int:
    given = request.query_params.get(name, "")
    return int(given) if given.isdecimal() and given.isascii() and len(given) < 6 else 0  # noqa: PLR2004 - no number of ours
