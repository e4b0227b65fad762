"""`GET /pay/{invoice}/why`: the receipt of an invoice as JSON, behind the same signed link as its pay page.

It holds what its customer may know: no names or notes of staff, no tickets, no whole addresses
(`dunning.explain.receipt`).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.signed_links import Links
from dunning.explain.model import Receipt
from dunning.explain.receipt import attempt_keys, receipt
from dunning.ports.companies import Cases
from dunning.ports.invoices import Invoices
from dunning.ports.notices import Notices
from dunning.ports.payments import Attempts
from portal.http.errors import RefusedError


class ProofRecords(Attempts, Invoices, Notices, Protocol):
    """What proves how a case came to stand where it stands."""


_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


class Why:
    """Asks the case, running or closed, and the archive of its notices. Raises what both raise."""

    def __init__(self, links: Links, store: ProofRecords, cases: Cases, clock: Callable[[], datetime]) -> None:
        self._links = links
        self._store = store
        self._cases = cases
        self._clock = clock

    def route(self) -> Route:
        """Beside the pay page."""
        return Route("/pay/{invoice}/why", self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        invoice = request.path_params["invoice"]
        if not self._links.valid(invoice, request.query_params.get("s", "")):
            raise RefusedError(404, "no such page", note="a link to a receipt without its signature")
        made = await self._receipt(invoice)
        if made is None:
            return JSONResponse({"error": "no such invoice"}, 404, _HEADERS)
        return JSONResponse(made.model_dump(mode="json"), headers=_HEADERS)

    async def _receipt(self, invoice: str) -> Receipt | None:
        case = await self._cases.case(invoice)
        if case is None:
            return None
        notices = await self._store.notices(invoice)
        attempts = [await self._store.attempt(key) for key in attempt_keys(case)]
        known = [each for each in attempts if each]
        return receipt(case, max(self._clock(), case.opened_at), notices, known, for_customer=True)
