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

from adapters.signed_links import Term
from dunning.ports.outages import GatewayRefusedError
from operations.money.ask_gateway import Heard
from portal.http.errors import OUTAGES
from portal.http.html import Pages
from portal.http.presses import Presses
from portal.pages.invoice_view import InvoiceView, InvoiceViews
from portal.pages.link_check import LinkCheck, known

End = Literal["method", "paid", "in part", "under way", "left", "arrived", "asking", "elsewhere"]
"""What the page says. `elsewhere`: the invoice's own page says all that is true of it."""
OPEN: tuple[End, ...] = ("asking", "arrived")
"""It does not stay so."""
WAITS = (*(2,) * 15, *(10,) * 18, *(30,) * 30)
"""Seconds until the page is loaded anew, load by load: twenty minutes in all, then a mail says it."""
PATIENCE = 4.0
"""Seconds that the customer waits for our books; then the page says what is known, and is loaded anew."""

ASKED = 120
"""So often an hour the gateway is asked for one way back: twice as often as the page is loaded anew."""

log = structlog.stdlib.get_logger("reprieve.portal")


class Again(NamedTuple):
    """When the page is loaded anew, and from where."""

    seconds: int
    href: str


class BackPage:
    """`ask` has the gateway asked, and what it has brought to the case: `AskGateway.about`."""

    def __init__(
        self, check: LinkCheck, views: InvoiceViews, pages: Pages, ask: Callable[[str], Awaitable[Heard]]
    ) -> None:
        self._check = check
        self._links = check.links
        self._asked = Presses(ASKED)
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
        invoice, token = request.path_params["invoice"], request.query_params.get("s", "")
        did, had = request.query_params.get("did", ""), number(request.query_params.get("had", ""))
        term = known(self._links.opened_back(invoice, token, did, had), "back")
        await self._pages.readers.before(request, self._views.account_of(invoice))
        view = await self._view(invoice, term)
        end: End = "method" if did == "method" else known_end(view, had)
        if end == "asking" and view and not self._asked.wait(token) and await self.hears(invoice):
            view = await self._view(invoice, term) or view
            end = known_end(view, had)
            end = "arrived" if end == "asking" else end
        if end == "asking" and did == "left" and view:
            end = "left"
        return self._page(request, term, view, end)

    def _page(self, request: Request, term: Term, view: InvoiceView | None, end: End) -> Response:
        invoice = request.path_params["invoice"]
        home = f"../{quote(invoice, safe='')}?{urlencode({'s': self._links.token('pay', invoice, term)})}"
        if end == "elsewhere":
            return self._pages.lead(home)
        readers = self._pages.readers
        reader = readers.of(view.account, request) if view else readers.stranger(request)
        again = self._again(request) if end in OPEN else None
        owed = view.owed if view else None
        return self._pages.show("back", reader, invoice=invoice, end=end, owed=owed, again=again, href=home)

    async def _view(self, invoice: str, term: Term) -> InvoiceView | None:
        """Nothing of an invoice is shown before it is known that the link is good. Raises LinkEndedError."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._check.good(term, invoice)
                return await self._views.of(invoice)
        except OUTAGES:
            return None  # who has just paid must not read that something is broken

    def _again(self, request: Request) -> Again | None:
        loads = number(request.query_params.get("n", ""))
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


def number(given: str) -> int:
    """A small number of an address; 0 for what nobody of ours wrote."""
    return int(given) if given.isdecimal() and given.isascii() and len(given) < 6 else 0  # noqa: PLR2004 - no number of ours
