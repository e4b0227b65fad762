"""`GET /pay/{invoice}/why`: the receipt of an invoice as JSON, behind the same signed link as its pay page.

It is for programs that have that link, such as the customer area of the hosting company: no page and no mail leads
here, and its words are English. People read the pay page, in their language, and staff `starter.py why`.
It holds what its customer may know: no names or notes of staff, no tickets, no whole addresses
(`dunning.explain.receipt`).
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from operations.cases.why import Why
from portal.pages.link_check import LinkCheck

_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


class WhyPage:
    """Raises what the operation raises."""

    def __init__(self, check: LinkCheck, why: Why) -> None:
        self._check = check
        self._why = why

    def route(self) -> Route:
        """Beside the pay page."""
        return Route("/pay/{invoice:path}/why", self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        invoice = request.path_params["invoice"]
        term = self._check.ours("pay", invoice, request.query_params.get("s", ""))
        await self._check.good(term, invoice)
        made = await self._why.of_invoice(invoice, for_customer=True)
        if made is None:
            return JSONResponse({"error": "no such invoice"}, 404, _HEADERS)
        return JSONResponse(made.model_dump(mode="json"), headers=_HEADERS)
