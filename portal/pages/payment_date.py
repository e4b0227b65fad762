"""`/payments/{subscription}/ahead` and `/date`: what a customer can do about a subscription that pays at a bad time.

Both are behind the signed link of the notice "Your Payment Date". Paying ahead is paying the next invoice by hand, on
its own page: what the subscription brings then is credit, and pays the one after it. For another date the subscription
is ended at its processor; only the button does that.
"""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.signed_links import Links
from dunning.ports.accounts import Accounts
from dunning.ports.invoices import Invoices
from dunning.ports.processors import Processor, ProcessorRecords
from dunning.records.processor_subscriptions import ProcessorSubscription
from operations.cases.look import CaseOf
from operations.processors.doctor import PaymentDoctor
from operations.processors.look import LookAtProcessor
from portal.http.errors import HttpRefusedError
from portal.http.html import Pages


class PaymentDateRecords(ProcessorRecords, Accounts, Invoices, Protocol):
    """The subscription, and what its account owes."""


class PaymentDatePages:
    """Raise OutageError while the processor, or a case, cannot be asked."""

    def __init__(
        self,
        links: Links,
        store: PaymentDateRecords,
        case_of: CaseOf,
        pages: Pages,
        *,
        processor: Processor,
        look: LookAtProcessor,
        doctor: PaymentDoctor,
    ) -> None:
        self._links = links
        self._store = store
        self._case_of = case_of
        self._pages = pages
        self._processor = processor
        self._look = look
        self._doctor = doctor

    def routes(self) -> list[Route]:
        """Both cures."""
        return [
            Route("/payments/{subscription}/ahead", self._ahead, methods=["GET"]),
            Route("/payments/{subscription}/date", self._date, methods=["GET", "POST"]),
        ]

    async def _ahead(self, request: Request) -> Response:
        """To the page of what is owed; when nothing is, it says since when something will be."""
        link = await self._linked(request)
        account = await self._store.account(link.account)
        for each in await self._store.open_invoices(account.id):
            case = await self._case_of(each.number)
            if case and case.balance.minor > 0:
                brand = self._pages.readers.brands.of(account.brand)
                return self._pages.lead(self._links.at(brand.url).pay(each.number))
        return await self._shown(request, link, "ahead")

    async def _date(self, request: Request) -> Response:
        link = await self._linked(request)
        if request.method == "GET":
            return await self._shown(request, link, "date" if link.terms.active else "ended")
        await self._processor.cancel(link.id, "The customer starts a new one that pays on another date")
        found = await self._doctor.look(link)
        ended = await self._look.refreshed(link)
        return await self._shown(request, ended, "ended", found.habit.better if found else None)

    async def _linked(self, request: Request) -> ProcessorSubscription:
        name: str = request.path_params["subscription"]
        if not self._links.valid_payments(name, request.query_params.get("s", "")):
            raise HttpRefusedError(404, "no such page", note="a link to a subscription without its signature")
        link = await self._store.processor_subscription(name)
        if link is None:
            raise HttpRefusedError(404, "no such page")
        return link

    async def _shown(self, request: Request, link: ProcessorSubscription, what: str, better: object = None) -> Response:
        account = await self._store.account(link.account)
        reader, found = self._pages.readers.of(account, request), await self._doctor.look(link)
        habit, zone = (found.habit, found.zone) if found else (None, account.zone)
        day = better or (habit.better if habit else None)
        return self._pages.show(
            "payment_date", reader, what=what, link=link, habit=habit, better=day, writes=reader.writes(zone)
        )
