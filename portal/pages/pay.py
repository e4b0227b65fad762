"""The pay page: what a customer sees of an invoice, and the way to the gateway's own page.

It works in every phase, suspended or locked, too: it is no part of the customer's site (S3-30, S4-15). Nobody has to
log in; the signature in the link is the key. It never says that something is paid before the books do.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol
from urllib.parse import parse_qsl, quote, urlencode

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.signed_links import Links
from adapters.templates.locale import tag
from dunning.ports import companies as ports
from dunning.ports.accounts import Accounts
from dunning.ports.notices import Reached
from dunning.ports.outages import GatewayRefusedError
from dunning.records.accounts import Account
from portal.http.body import body_of
from portal.http.errors import HttpRefusedError
from portal.http.html import Pages
from portal.http.readers import Reader
from portal.pages.back import BackPage
from portal.pages.invoice_view import InvoiceView, InvoiceViews

log = structlog.stdlib.get_logger("reprieve.portal")
_FORM_BYTES = 16_384


class CompanyPage(ports.HostedPages, Protocol):
    """The gateway's page, which also knows its own id of the customer."""

    async def payer(self, account: Account) -> str:
        """The account's `payer`; one is made for an account that has none."""
        ...


class PayRecords(Accounts, Reached, Protocol):
    """Whose invoice it is, and that a person was here."""


class PayPage:
    """The pages of an invoice; `back` is where the gateway leads to afterwards."""

    def __init__(
        self,
        links: Links,
        views: InvoiceViews,
        pages: Pages,
        *,
        store: PayRecords,
        company: CompanyPage,
        back: BackPage,
        clock: Callable[[], datetime],
    ) -> None:
        self._links = links
        self._views = views
        self._store = store
        self._company = company
        self._pages = pages
        self._back = back
        self._clock = clock

    def routes(self) -> list[Route]:
        """All under /pay. A number may have slashes in it, so what follows one comes first."""
        return [
            Route("/pay/help", self._help),
            self._back.route(),
            Route("/pay/{invoice:path}/method", self._put_on_file, methods=["POST"]),
            Route("/pay/{invoice:path}", self._page, methods=["GET", "POST"]),
        ]

    async def _help(self, request: Request) -> Response:
        reader = self._pages.readers.stranger(request)
        return self._pages.show("help", reader, terms=reader.terms)

    async def _page(self, request: Request) -> Response:
        return await (self._pay(request) if request.method == "POST" else self._show(request))

    async def _show(self, request: Request) -> Response:
        invoice = self._checked(request, request.query_params)
        view = await self._view(request, invoice)
        if view is None:
            return self._pages.show("unknown", self._pages.readers.stranger(request), 404, invoice=invoice)
        reader = self._pages.readers.of(view.account, request)
        return self._pages.show(
            "invoice",
            reader,
            view=view,
            terms=reader.terms,
            seen=_seen(view, reader),
            here=quote(invoice, safe=""),
            signature=self._links.signature(invoice),
            again="again" in request.query_params,
            link_to=self._link,
            help_href=_help_of(reader),
        )

    async def _pay(self, request: Request) -> Response:
        invoice, form = await self._form(request)
        view = await self._view(request, invoice)
        if view is None:
            return self._again(invoice, "")
        await self._store.note_reached(invoice, self._clock())
        reader = self._pages.readers.of(view.account, request)
        if not view.payable or _changed(view, reader, form):
            return self._again(invoice, "")
        if await self._back.hears(invoice):  # paid a moment ago, or in another window: nobody pays twice
            return self._pages.lead(self._links.at(reader.brand.url).back(invoice, had=view.payments))
        visit = self._visit(invoice, reader, reader.terms if form.get("consent") else "", "pay", view.payments)
        owed = view.owed
        return await self._led(view, reader, lambda account: self._company.checkout(account, invoice, owed, visit))

    async def _put_on_file(self, request: Request) -> Response:
        invoice, form = await self._form(request)
        view = await self._view(request, invoice)
        if view is None:
            return self._again(invoice, "../")
        await self._store.note_reached(invoice, self._clock())
        reader = self._pages.readers.of(view.account, request)
        if _changed(view, reader, form):
            return self._again(invoice, "../")
        visit = self._visit(invoice, reader, reader.terms, "method", view.payments)
        return await self._led(view, reader, lambda account: self._company.setup(account, visit))

    async def _led(self, view: InvoiceView, reader: Reader, page: Callable[[Account], Awaitable[str]]) -> Response:
        """To the gateway's page; what the gateway does not take is our fault, and no customer sees an error for it."""
        try:
            return self._pages.lead(await page(await self._with_payer(view.account)))
        except (GatewayRefusedError, ValueError) as error:
            log.error("the gateway refuses a page for an invoice", invoice=view.number, error=str(error))  # noqa: TRY400
            return self._pages.show("refused", reader, invoice=view.number)

    async def _view(self, request: Request, invoice: str) -> InvoiceView | None:
        await self._pages.readers.before(request, self._views.account_of(invoice))
        return await self._views.of(invoice)

    def _visit(self, invoice: str, reader: Reader, consent: str, did: str, had: int) -> ports.Visit:
        links, page = self._links.at(reader.brand.url), did == "method"
        return ports.Visit(
            title=reader.words["product"].format(invoice=invoice),
            language=tag(reader.language),
            consent=consent,
            back=links.back(invoice, did, had),
            left=links.pay(invoice) if page else links.back(invoice, "left", had),
        )

    async def _form(self, request: Request) -> tuple[str, Mapping[str, str]]:
        body = await body_of(request, _FORM_BYTES)
        form = dict(parse_qsl(body.decode(errors="replace")))
        return self._checked(request, {**request.query_params, **form}), form

    def _checked(self, request: Request, given: Mapping[str, str]) -> str:
        return checked(self._links, request, given)

    def _link(self, invoice: str, **more: str) -> str:
        """A link beside the page: it also works behind a proxy that puts a prefix before our paths."""
        return f"{quote(invoice, safe='')}?{urlencode({'s': self._links.signature(invoice), **more})}"

    def _again(self, invoice: str, way: str) -> Response:
        """Something changed since the page was opened: show it anew, before anybody agrees to anything."""
        return self._pages.lead(way + self._link(invoice, again="1"))

    async def _with_payer(self, account: Account) -> Account:
        """The account with its customer at the company, written down before anything is paid there."""
        payer = await self._company.payer(account)
        if payer == account.payer:
            return account
        await self._store.set_payer(account.id, payer)
        return account.model_copy(update={"payer": payer})


def checked(links: Links, request: Request, given: Mapping[str, str]) -> str:
    """The invoice of the address. Raises HttpRefusedError for a link without its signature."""
    invoice = request.path_params["invoice"]
    if not links.valid(invoice, given.get("s", "")):
        raise HttpRefusedError(404, "no such page", note="a pay link without its signature")
    return invoice


def _changed(view: InvoiceView, reader: Reader, form: Mapping[str, str]) -> bool:
    return "seen" in form and form["seen"] != _seen(view, reader)


def _seen(view: InvoiceView, reader: Reader) -> str:
    """What the customer had before their eyes: the amount, and the words to agree to."""
    return hashlib.sha256(f"{view.owed} {reader.terms}".encode()).hexdigest()[:16]


def _help_of(reader: Reader) -> str:
    asked = {"lang": tag(reader.language), "brand": reader.brand.name}
    return f"help?{urlencode({key: value for key, value in asked.items() if value})}"
