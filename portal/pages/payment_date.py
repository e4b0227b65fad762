"""`/payments/{subscription}/ahead` and `/date`: what a customer can do about a subscription that pays at a bad time.

Both are behind the signed link of the notice "Your Payment Date". Paying ahead is paying the next invoice by hand, on
its own page: what the subscription brings then is credit, and pays the one after it. For another date the subscription
is moved at its processor, or ended where that moves none; only the button does that.
"""

from datetime import datetime
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dunning.calendar import instant, local
from dunning.ports.accounts import Accounts
from dunning.ports.invoices import Invoices
from dunning.ports.processors import ProcessorRecords
from dunning.records.processor_subscriptions import COMPANIES, ProcessorSubscription
from operations.cases.look import CaseOf
from operations.processors.doctor import Found, PaymentDoctor
from operations.processors.look import LookAtProcessor
from operations.processors.processors import Processors
from portal.http.body import body_of
from portal.http.errors import HttpRefusedError
from portal.http.html import Pages
from portal.http.presses import Presses
from portal.pages.link_check import Good, LinkCheck

_FORM_BYTES = 1000


class PaymentDateRecords(ProcessorRecords, Accounts, Invoices, Protocol):
    """The subscription, and what its account owes."""


class PaymentDatePages:
    """Raise OutageError while the processor, or a case, cannot be asked."""

    def __init__(
        self,
        check: LinkCheck,
        store: PaymentDateRecords,
        case_of: CaseOf,
        pages: Pages,
        *,
        processors: Processors,
        look: LookAtProcessor,
        doctor: PaymentDoctor,
        presses: Presses,
    ) -> None:
        self._check = check
        self._presses = presses
        self._store = store
        self._case_of = case_of
        self._pages = pages
        self._processors = processors
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
        link, good = await self._linked(request)
        account = await self._store.account(link.account)
        for each in await self._store.open_invoices(account.id):
            case = await self._case_of(each.number)
            if case and case.balance.minor > 0:
                brand = self._pages.readers.brands.of(account.brand)
                return self._pages.lead(self._check.links.at(brand.url).pay(each.number, good.term))
        return await self._shown(request, link, "ahead")

    async def _date(self, request: Request) -> Response:
        """Whoever pressed the button to move it twice has moved it; that never ends it.

        Whoever comes again by the mail's link, once it pays in time, finds no button that ends it, and an old one does
        nothing.
        """
        link = await self._look.refreshed((await self._linked(request))[0])
        found, processor = await self._doctor.look(link), self._processors.of(link.id)
        moves, is_right = _moves(link, found), link.moves and found is None and link.terms.expected is not None
        if request.method == "GET" or processor is None or is_right:
            active = "moved" if is_right else "move" if moves else "date"
            return await self._shown(request, link, active if link.terms.active else "ended")
        if b"move=" in await body_of(request, _FORM_BYTES):
            if found and moves:
                await processor.move(link.id, _in_the_day_of(found, link))
                link = await self._look.refreshed(link)
            return await self._shown(request, link, "moved" if link.terms.expected else "ended")
        await self._look.stopping(link)
        await processor.cancel(link.id, "The customer starts a new one that pays on another date")
        ended = await self._look.refreshed(link)
        return await self._shown(request, ended, "ended", found.habit.better if found else None)

    async def _linked(self, request: Request) -> tuple[ProcessorSubscription, Good]:
        name: str = request.path_params["subscription"]
        token = request.query_params.get("s", "")
        term = self._check.ours("payments", name, token)
        link = await self._store.processor_subscription(name)
        if link is None:
            raise HttpRefusedError(404, "no such page")
        self._pages.readers.of(await self._store.account(link.account), request)
        good = await self._check.good(term, "")
        if request.method == "POST":
            self._presses.check(token, "buttons behind one link")
        return link, good

    async def _shown(self, request: Request, link: ProcessorSubscription, what: str, better: object = None) -> Response:
        account = await self._store.account(link.account)
        reader, found = self._pages.readers.of(account, request), await self._doctor.look(link)
        habit, zone = (found.habit, found.zone) if found else (None, account.zone)
        day = better or (habit.better if habit else None)
        return self._pages.show(
            "payment_date",
            reader,
            what=what,
            link=link,
            habit=habit,
            better=day,
            next=link.expected_on(zone or "UTC"),
            processor=COMPANIES[link.processor],
            writes=reader.writes(zone),
        )


def _moves(link: ProcessorSubscription, found: Found | None) -> bool:
    """Whether another date is what it needs, and its processor can give it one."""
    wrong = found and (found.habit.late or found.habit.began)
    return bool(link.terms.active and wrong and found and found.habit.moves)


def _in_the_day_of(found: Found, link: ProcessorSubscription) -> datetime:
    """The better day, at the hour at which it pays."""
    expected = link.terms.expected
    assert expected
    return instant(found.habit.better, local(expected, found.zone).time(), found.zone)
