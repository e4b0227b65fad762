"""The pay page: what a customer sees of an invoice, and the way to the gateway's own page.

It works in every phase, suspended or locked, too: it is no part of the customer's site (S3-30, S4-15). Nobody has to
log in; the signature in the link is the key. It never says that something is paid before the books do.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl, quote, urlencode

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.signed_links import Term
from adapters.templates.locale import tag
from dunning.ports import companies as ports
from dunning.ports.accounts import Accounts
from dunning.ports.notices import Reached
from dunning.ports.outages import GatewayRefusedError
from dunning.records.accounts import Account
from portal.http.body import body_of
from portal.http.errors import LinkEndedError
from portal.http.html import Pages
from portal.http.presses import Presses
from portal.http.readers import Reader
from portal.pages.back import BackPage
from portal.pages.invoice_view import InvoiceView, InvoiceViews
from portal.pages.link_check import Good, LinkCheck

log = structlog.stdlib.get_logger("reprieve.portal")
_FORM_BYTES = 16_384


class CompanyPage(ports.HostedPages, Protocol):
    """The gateway's page, which also knows its own id of the customer."""

    async def payer(self, account: Account) -> str:
        """The account's `payer`; one is made for an account that has none."""
        ...


class PayRecords(Accounts, Reached, Protocol):
    """Whose invoice it is, and that a person was here."""


class Opened(NamedTuple):
    """An invoice's page as somebody opened it: by which link, and what that is good for."""

    invoice: str
    token: str
    good: Good


class PayPage:
    """The pages of an invoice; `back` is where the gateway leads to afterwards. `presses` are those of each link.

    `mail_new` has a new link mailed to the customer of an invoice, whoever asks: `MailNewLink.send`.
    """

    def __init__(
        self,
        check: LinkCheck,
        views: InvoiceViews,
        pages: Pages,
        *,
        store: PayRecords,
        company: CompanyPage,
        back: BackPage,
        clock: Callable[[], datetime],
        presses: Presses,
        mail_new: Callable[[str], Awaitable[object]],
    ) -> None:
        self._check = check
        self._links = check.links
        self._views = views
        self._store = store
        self._company = company
        self._pages = pages
        self._back = back
        self._clock = clock
        self._presses = presses
        self._mail_new = mail_new

    def routes(self) -> list[Route]:
        """All under /pay. A number may have slashes in it, so what follows one comes first."""
        return [
            Route("/pay/help", self._help),
            self._back.route(),
            Route("/pay/{invoice:path}/method", self._put_on_file, methods=["POST"]),
            Route("/pay/{invoice:path}/fresh", self._fresh, methods=["POST"]),
            Route("/pay/{invoice:path}", self._page, methods=["GET", "POST"]),
        ]

    async def _help(self, request: Request) -> Response:
        reader = self._pages.readers.stranger(request)
        return self._pages.show("help", reader, terms=reader.terms)

    async def _page(self, request: Request) -> Response:
        return await (self._pay(request) if request.method == "POST" else self._show(request))

    async def _show(self, request: Request) -> Response:
        opened = await self._opened(request, request.query_params)
        invoice, view = opened.invoice, await self._views.of(opened.invoice)
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
            signature=opened.token,
            again="again" in request.query_params,
            link_to=partial(self._link_to, opened.good.term),
            help_href=_help_of(reader),
        )

    async def _pay(self, request: Request) -> Response:
        opened, form = await self._pressed(request)
        invoice, view = opened.invoice, await self._views.of(opened.invoice)
        if view is None:
            return self._again(opened, "")
        await self._store.note_reached(invoice, self._clock())
        reader = self._pages.readers.of(view.account, request)
        if not view.payable or _changed(view, reader, form):
            return self._again(opened, "")
        consent = reader.terms if form.get("consent") else ""
        visit = self._visit(opened, reader, consent, "pay", view.payments)
        if await self._back.hears(invoice):  # paid a moment ago, or in another window: nobody pays twice
            return self._pages.lead(visit.back)
        owed = view.owed
        return await self._led(view, reader, lambda account: self._company.checkout(account, invoice, owed, visit))

    async def _put_on_file(self, request: Request) -> Response:
        opened, form = await self._pressed(request)
        view = await self._views.of(opened.invoice)
        if view is None:
            return self._again(opened, "../")
        await self._store.note_reached(opened.invoice, self._clock())
        reader = self._pages.readers.of(view.account, request)
        if _changed(view, reader, form):
            return self._again(opened, "../")
        visit = self._visit(opened, reader, reader.terms, "method", view.payments)
        return await self._led(view, reader, lambda account: self._company.setup(account, visit))

    async def _fresh(self, request: Request) -> Response:
        """Mail a new link to whom it belongs; who asks learns nothing by it. A link that is good leads to its page."""
        given = await _form(request)
        invoice, token = request.path_params["invoice"], given.get("s", "")
        term = self._check.ours("pay", invoice, token)
        self._presses.check(token, "buttons behind one link")
        await self._pages.readers.before(request, self._views.account_of(invoice))
        try:
            return self._again(Opened(invoice, token, await self._check.good(term, invoice)), "../")
        except LinkEndedError:
            await self._mail_new(invoice)
        return self._pages.show("mailed", self._pages.readers.stranger(request))

    async def _led(self, view: InvoiceView, reader: Reader, page: Callable[[Account], Awaitable[str]]) -> Response:
        """To the gateway's page; what the gateway does not take is our fault, and no customer sees an error for it."""
        try:
            return self._pages.lead(await page(await self._with_payer(view.account)))
        except (GatewayRefusedError, ValueError) as error:
            log.error("the gateway refuses a page for an invoice", invoice=view.number, error=str(error))  # noqa: TRY400
            return self._pages.show("refused", reader, invoice=view.number)

    def _visit(self, opened: Opened, reader: Reader, consent: str, did: str, had: int) -> ports.Visit:
        links, invoice, (term, since) = self._links.at(reader.brand.url), opened.invoice, opened.good
        way, page = term.for_a_way_back(self._clock(), since), did == "method"
        return ports.Visit(
            title=reader.words["product"].format(invoice=invoice),
            language=tag(reader.language),
            consent=consent,
            back=links.back(invoice, way, did, had),
            left=links.pay(invoice, term) if page else links.back(invoice, way, "left", had),
        )

    async def _pressed(self, request: Request) -> tuple[Opened, Mapping[str, str]]:
        """Raises HttpRefusedError, too, for one press too many: only what a link of ours leads to is counted."""
        form = await _form(request)
        opened = await self._opened(request, {**request.query_params, **form})
        self._presses.check(opened.token, "buttons behind one link")
        return opened, form

    async def _opened(self, request: Request, given: Mapping[str, str]) -> Opened:
        """Raises HttpRefusedError for a link that is none of ours, or is good no more."""
        invoice, token = request.path_params["invoice"], given.get("s", "")
        term = self._check.ours("pay", invoice, token)
        await self._pages.readers.before(request, self._views.account_of(invoice))
        beside = "" if request.scope["path"].endswith("/method") else f"{quote(invoice, safe='')}/"
        return Opened(invoice, token, await self._check.good(term, invoice, fresh=f"{beside}fresh", token=token))

    def _link_to(self, term: Term, invoice: str) -> str:
        """The page of another invoice, by a link that is as good as the one that led here."""
        return _beside(invoice, self._links.token("pay", invoice, term))

    def _again(self, opened: Opened, way: str) -> Response:
        """Something changed since the page was opened: show it anew, before anybody agrees to anything."""
        return self._pages.lead(way + _beside(opened.invoice, opened.token, again="1"))

    async def _with_payer(self, account: Account) -> Account:
        """The account with its customer at the company, written down before anything is paid there."""
        payer = await self._company.payer(account)
        if payer == account.payer:
            return account
        await self._store.set_payer(account.id, payer)
        return account.model_copy(update={"payer": payer})


async def _form(request: Request) -> Mapping[str, str]:
    body = await body_of(request, _FORM_BYTES)
    return dict(parse_qsl(body.decode(errors="replace")))


def _beside(invoice: str, token: str, **more: str) -> str:
    """A link beside the page: it also works behind a proxy that puts a prefix before our paths."""
    return f"{quote(invoice, safe='')}?{urlencode({'s': token, **more})}"


def _changed(view: InvoiceView, reader: Reader, form: Mapping[str, str]) -> bool:
    return "seen" in form and form["seen"] != _seen(view, reader)


def _seen(view: InvoiceView, reader: Reader) -> str:
    """What the customer had before their eyes: the amount, and the words to agree to."""
    return hashlib.sha256(f"{view.owed} {reader.terms}".encode()).hexdigest()[:16]


def _help_of(reader: Reader) -> str:
    asked = {"lang": tag(reader.language), "brand": reader.brand.name}
    return f"help?{urlencode({key: value for key, value in asked.items() if value})}"
