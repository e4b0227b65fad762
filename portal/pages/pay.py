"""The pay page: what a customer sees of an invoice, and the way to the gateway's own page.

It works in every phase, suspended or locked, too: it is no part of the customer's site (S3-30, S4-15). Nobody has to
log in; the signature in the link is the key. It never says that something is paid before the books do.
"""

import hashlib
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.signed_links import Links
from dunning.ports import companies as ports
from dunning.ports.accounts import Accounts
from dunning.records.accounts import Account
from portal.http.body import body_of
from portal.http.errors import OUTAGES, HttpRefusedError
from portal.http.html import Pages
from portal.pages.invoice_view import InvoiceView, InvoiceViews

_FORM_BYTES = 16_384


class CompanyPage(ports.HostedPages, Protocol):
    """The gateway's page, which also knows its own id of the customer."""

    async def payer(self, account: Account) -> str:
        """The account's `payer`; one is made for an account that has none."""
        ...


class PayPage:
    """`terms` are the words that a customer agrees to before a payment method is kept (S3-07)."""

    def __init__(
        self, links: Links, views: InvoiceViews, pages: Pages, *, store: Accounts, company: CompanyPage, terms: str
    ) -> None:
        self._links = links
        self._views = views
        self._store = store
        self._company = company
        self._pages = pages
        self._terms = terms

    def routes(self) -> list[Route]:
        """All under /pay."""
        return [
            Route("/pay/help", self._help),
            Route("/pay/{invoice}", self._page, methods=["GET", "POST"]),
            Route("/pay/{invoice}/method", self._put_on_file, methods=["POST"]),
            Route("/pay/{invoice}/back", self._back, methods=["GET"]),
        ]

    async def _help(self, request: Request) -> Response:
        del request
        return self._pages.show("help", terms=self._terms)

    async def _page(self, request: Request) -> Response:
        return await (self._pay(request) if request.method == "POST" else self._show(request))

    async def _show(self, request: Request) -> Response:
        invoice = self._checked(request, request.query_params)
        view = await self._views.of(invoice)
        if view is None:
            return self._pages.show("unknown", 404, invoice=invoice)
        return self._pages.show(
            "invoice",
            view=view,
            terms=self._terms,
            seen=self._seen(view),
            signature=self._links.signature(invoice),
            again="again" in request.query_params,
            link=self._link,
        )

    async def _pay(self, request: Request) -> Response:
        invoice, form = await self._form(request)
        view = await self._views.of(invoice)
        if view is None or not view.payable or self._changed(view, form):
            return self._again(invoice, "")
        consent = self._terms if form.get("consent") else ""
        account = await self._with_payer(view.account)
        back = self._links.back(invoice)
        return self._pages.lead(await self._company.checkout(account, invoice, view.owed, consent, back))

    async def _put_on_file(self, request: Request) -> Response:
        invoice, form = await self._form(request)
        view = await self._views.of(invoice)
        if view is None or self._changed(view, form):
            return self._again(invoice, "../")
        account = await self._with_payer(view.account)
        return self._pages.lead(await self._company.setup(account, self._terms, self._links.back(invoice, "method")))

    async def _back(self, request: Request) -> Response:
        invoice = self._checked(request, request.query_params)
        try:
            view = await self._views.of(invoice)
        except OUTAGES:
            view = None  # who has just paid must not read that something is broken
        did = "method" if request.query_params.get("did") == "method" else "pay"
        settled = view is not None and view.state == "paid"
        return self._pages.show("back", invoice=invoice, did=did, settled=settled, href=f"../{self._link(invoice)}")

    async def _form(self, request: Request) -> tuple[str, Mapping[str, str]]:
        body = await body_of(request, _FORM_BYTES)
        form = dict(parse_qsl(body.decode(errors="replace")))
        return self._checked(request, {**request.query_params, **form}), form

    def _checked(self, request: Request, given: Mapping[str, str]) -> str:
        invoice = request.path_params["invoice"]
        if not self._links.valid(invoice, given.get("s", "")):
            raise HttpRefusedError(404, "no such page", note="a pay link without its signature")
        return invoice

    def _link(self, invoice: str, **more: str) -> str:
        """A link beside the page: it also works behind a proxy that puts a prefix before our paths."""
        return f"{quote(invoice, safe='')}?{urlencode({'s': self._links.signature(invoice), **more})}"

    def _again(self, invoice: str, way: str) -> Response:
        """Something changed since the page was opened: show it anew, before anybody agrees to anything."""
        return self._pages.lead(way + self._link(invoice, again="1"))

    def _changed(self, view: InvoiceView, form: Mapping[str, str]) -> bool:
        return "seen" in form and form["seen"] != self._seen(view)

    def _seen(self, view: InvoiceView) -> str:
        """What the customer had before their eyes: the amount, and the words to agree to."""
        return hashlib.sha256(f"{view.owed} {self._terms}".encode()).hexdigest()[:16]

    async def _with_payer(self, account: Account) -> Account:
        """The account with its id at the gateway, which is written down before anything is paid.

        So the payment is found there though every webhook of it is lost.
        """
        payer = await self._company.payer(account)
        if payer == account.payer:
            return account
        named = account.model_copy(update={"payer": payer})
        try:
            await self._store.account(account.id)
        except LookupError:
            return named
        await self._store.put_account(named)
        return named


def terms(company: str, contact: str) -> str:
    """What a customer agrees to before a payment method is kept."""
    return (
        f"{company} may keep this payment method with its gateway and charge it for my invoices: on their due "
        "dates, and again when a charge did not go through, as each invoice's notices say. "
        f"I can take this back at any time by writing to {contact}."
    )
