"""The portal as it serves, over a real socket and a real store. Only the cases behind it are played here."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from pydantic import SecretStr
from standardwebhooks import Webhook
from stripe import WebhookSignature

from adapters.gateways.stripe.gateway import StripeGateway
from adapters.gateways.stripe.news import TYPES
from adapters.ring import Ring
from adapters.settings.brands import Brand, Brands
from adapters.settings.settings import HOLD_CONTACTS, ROOT
from adapters.signed_links import Links
from adapters.sites.tokens import SiteLinks
from adapters.store import SqlStore
from adapters.templates.languages import Languages
from adapters.templates.renderer import TemplateRenderer
from composition import now
from dunning.case.case import Case
from dunning.case.facts import Payment
from dunning.case.results import Found
from dunning.money import Money
from dunning.ports.companies import Visit
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.inbox import COMMAND, InboxEvent, News, Outcome
from dunning.windows.window import Window
from operations.audit.bounded import BoundedAudit
from operations.audit.log import AuditLog
from operations.cases.why import Why
from operations.money.ask_gateway import AskGateway
from operations.money.deliver_news import Deliver
from operations.windows.shut import shut_by
from operations.windows.windows import current_window
from portal.http.app import application
from portal.http.html import Pages
from portal.http.limits import Limits
from portal.http.presses import Presses
from portal.http.readers import Readers
from portal.http.ready import Ready
from portal.http.server import serving
from portal.inbox import processor_api
from portal.inbox.accept import WebhookIntake
from portal.inbox.deliver import InboxDelivery
from portal.inbox.handle import WebhookHandler, read_given
from portal.inbox.keep import InboxWriter
from portal.inbox.key_uses import KeyUses
from portal.inbox.webhooks import PAYMENTS, STRIPE, PaymentWebhooks, StripeWebhooks
from portal.pages.back import BackPage
from portal.pages.invoice_view import InvoiceViews
from portal.pages.link_check import LinkCheck
from portal.pages.notice import NoticePage
from portal.pages.pay import PayPage
from portal.pages.sites import SitesOfUsers, SiteStates, SuspendedPages
from portal.pages.ticket import TicketPage
from portal.pages.whose import WhoseLink
from portal.pages.why import WhyPage
from tests.portal.mailed import Mailed

NEW, OLD, STRANGE = (f"whsec_{age}_of_the_portal_under_test" for age in ("new", "old", "strange"))
PAYMENTS_NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PAYMENTS_OLD = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
LINK_SECRET = "a secret of the tests, forty characters."
RING = Ring((LINK_SECRET,))
COMPANY, CONTACT = "Example Hosting", "billing@hosting.example"
CLIENT_PORTAL = "https://clients.hosting.example"
BRANDS = Brands(
    Brand(company=COMPANY, contact=CONTACT, url="https://pay.example"),
    {
        "acme": Brand(
            company="Acme Web",
            contact="hello@acme.example",
            url="https://acme.example",
            colour="#7a1f5c",
            legal="Acme Web Ltd, London\nReg. 123",
            name="acme",
        )
    },
)
LANGUAGES = Languages(ROOT / "notices" / "common")
READERS = Readers(LANGUAGES, BRANDS)
TERMS = READERS.of(Account(id="a", name="")).terms
MOST = 4_000

PATIENCE = 20.0


def paid(event: str, invoice: str = "INV-1", payment: str = "", **more: Any) -> str:
    """A Stripe event: a payment of the customer's own succeeded."""
    intent = {
        "id": payment or f"pi_{event}",
        "object": "payment_intent",
        "amount": 1999,
        "amount_received": 1999,
        "currency": "usd",
        "status": "succeeded",
        "customer": "cus_1",
        "created": 1_764_000_000,
        "metadata": {"invoice": invoice, "account": "bakery"},
    }
    told = {
        "id": event,
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": 1_764_000_001,
        "livemode": False,
    }
    return json.dumps({**told, "data": {"object": intent}, **more})


def signed(body: str | bytes, secret: str = NEW, at: float | None = None) -> dict[str, str]:
    """Stripe's header, made by Stripe's own SDK."""
    text = body if isinstance(body, str) else body.decode()
    stamp = int(at if at is not None else now().timestamp())
    header = WebhookSignature.generate_signature_header(text, secret, stamp)  # pyright: ignore[reportUnknownMemberType]
    return {"Stripe-Signature": header}


def message(kind: str = "payment.received", **data: Any) -> str:
    """A message of any other processor."""
    facts = {"invoice": "INV-1", "id": "bank-1", "amount": "19.99", "currency": "USD"} if "." in kind else {}
    facts = {key: value for key, value in {**facts, **data}.items() if value is not None}
    return json.dumps({"type": kind, "timestamp": "2026-11-25T10:00:00Z", "data": facts})


def standard(body: str, event: str = "msg_1", secret: str = PAYMENTS_NEW, at: float | None = None) -> dict[str, str]:
    """The headers of Standard Webhooks, made by its own library."""
    stamp = datetime.fromtimestamp(int(at if at is not None else now().timestamp()), UTC)
    signature = Webhook(secret).sign(event, stamp, body)
    return {
        "webhook-id": event,
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": signature,
    }


@dataclass
class PlayedCases:
    """Stands for the operations on cases: says what it is told to, and keeps what it is brought."""

    cases: dict[str, Case] = field(default_factory=dict[str, Case])
    brought: list[News] = field(default_factory=list[News])
    troubles: dict[str, Exception] = field(default_factory=dict[str, Exception])
    """By invoice; `*` stands for all."""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    holds: set[str] = field(default_factory=set[str])
    """Invoices whose delivery waits for `held`."""
    under_way: int = 0
    most_at_once: int = 0

    async def deliver(self, news: News) -> Outcome:
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            if news.invoice in self.holds:
                await self.held.wait()
            await asyncio.sleep(0)
            self._trouble(news.invoice)
        finally:
            self.under_way -= 1
        self.brought.append(news)
        return Outcome(outcome="applied", invoice=news.invoice, balance=Money.zero("USD"), state="paid")

    async def case(self, invoice: str) -> Case | None:
        self._trouble(invoice)
        return self.cases.get(invoice)

    def _trouble(self, invoice: str) -> None:
        for trouble in (self.troubles.get(invoice), self.troubles.get("*")):
            if trouble:
                raise trouble

    @property
    def payments(self) -> list[str]:
        return [news.fact.id for news in self.brought if isinstance(news.fact, Payment)]


@dataclass
class PlayedCompany:
    """Stands for Stripe's pages: keeps what it was asked for."""

    url: str
    asked: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    away: bool = False
    refuses: Exception | None = None
    has: list[Payment] = field(default_factory=list[Payment])
    """Money that it has for whatever invoice it is asked about."""
    underway: tuple[str, ...] = ()
    questions: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def payer(self, account: Account) -> str:
        self._answer()
        return account.payer or f"cus_of_{account.id}"

    async def checkout(self, account: Account, invoice: str, amount: Money, visit: Visit) -> str:
        self._answer()
        self.asked.append(("checkout", account.id, account.payer, invoice, str(amount), visit))
        return f"{self.url}/pay-here"

    async def setup(self, account: Account, visit: Visit) -> str:
        self._answer()
        self.asked.append(("setup", account.id, account.payer, visit))
        return f"{self.url}/put-here"

    async def received(self, account: Account, invoice: str, known: Sequence[str]) -> Found:
        self._answer()
        self.questions.append((account.id, invoice))
        return Found(payments=tuple(each for each in self.has if each.id not in known), underway=self.underway)

    def _answer(self) -> None:
        if self.away:
            raise OutageError("Stripe is away")
        if self.refuses:
            raise self.refuses


@dataclass
class Delivers:
    """What brings to its case what the gateway was asked about; a test may change it."""

    of: Deliver

    async def bring(self, news: News) -> Outcome:
        return await self.of(news)


@dataclass
class Portal:
    url: str
    http: httpx2.AsyncClient
    store: SqlStore
    cases: PlayedCases
    company: PlayedCompany
    links: Mailed
    delivery: InboxDelivery
    back_delivers: Delivers
    asked_for: list[str]
    """Invoices to which a new link was asked for."""

    async def stripe(self, body: str | bytes, headers: dict[str, str] | None = None) -> httpx2.Response:
        given = signed(body) if headers is None else headers
        return await self.http.post("/webhooks/stripe", content=body, headers=given)

    async def payment(self, body: str, headers: dict[str, str] | None = None) -> httpx2.Response:
        given = standard(body) if headers is None else headers
        return await self.http.post("/webhooks/payments", content=body, headers=given)

    async def page(self, invoice: str) -> httpx2.Response:
        return await self.http.get(f"/pay/{invoice}?s={self.links.signature(invoice)}")

    async def submit(self, invoice: str, way: str = "", **form: str) -> httpx2.Response:
        return await self.http.post(f"/pay/{invoice}{way}", data={"s": self.links.signature(invoice), **form})

    async def inbox(self) -> tuple[InboxEvent, ...]:
        """What nobody handled yet."""
        return await self.store.waiting(10_000)

    async def until_handled(self, event: str, source: str = STRIPE) -> str:
        outcome = ""

        async def over() -> bool:
            nonlocal outcome
            kept = await self.store.event(source, event)
            outcome = kept.outcome if kept else ""
            return bool(outcome)

        await until(over)
        return outcome


async def until(true: Callable[[], Any]) -> None:
    """Wait until the condition, asked again and again, is true."""
    async with asyncio.timeout(PATIENCE):
        while True:
            said = true()
            if await said if asyncio.iscoroutine(said) else said:
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def portal(
    url: str,
    *,
    cases: PlayedCases | None = None,
    store: SqlStore | None = None,
    delivering: bool = True,
    patience: float = PATIENCE,
    stripe_secrets: Sequence[str] = (NEW, OLD),
    payment_secrets: Sequence[str] = (PAYMENTS_NEW, PAYMENTS_OLD),
    most: int = MOST,
    leads_to: str = "https://checkout.example",
    limits: Limits | None = None,
    presses: int = 100_000,
    address_presses: int = 100_000,
    clock: Callable[[], datetime] = now,
) -> AsyncGenerator[Portal]:
    """A portal over that database. `store` may stand before it, to fail; `delivering`: what is kept is delivered.

    `leads_to` is the origin of the gateway's page.
    """
    behind = SqlStore(url)
    gateway = StripeGateway(SecretStr("sk_test_nobody"), "http://127.0.0.1:1", 1.0)
    played, company, links = cases or PlayedCases(), PlayedCompany(leads_to), Links(RING, "https://pay.example")
    used = store or behind
    readers = {STRIPE: gateway.news, PAYMENTS: processor_api.read_message, COMMAND: read_given}
    delivery = InboxDelivery(used, WebhookHandler(used, played.deliver, readers, now))
    intake = WebhookIntake(InboxWriter(used), most, now)
    pages = Pages(READERS, ["https:", leads_to])
    secrets = [Webhook(secret) for secret in payment_secrets]
    renderer = TemplateRenderer(
        ROOT / "notices", COMPANY, "", links=links, contacts=HOLD_CONTACTS, contact=CONTACT, brands=BRANDS
    )
    shut = shut_by(used, timedelta(hours=12))
    views = InvoiceViews(used, played.case, renderer, now, shut=shut)
    delivers = Delivers(played.deliver)
    asking = AskGateway(used, played.case, company, delivers.bring, now)
    check, asked_for = LinkCheck(links, used, clock), list[str]()
    back = BackPage(check, views, pages, asking.about)

    async def mail_new(invoice: str) -> None:
        asked_for.append(invoice)

    sites = SitesOfUsers(used, lambda each: each.panel == "whm")
    uses = KeyUses(BoundedAudit(AuditLog(behind, now), now), "processors' API")
    routes = [
        StripeWebhooks(intake, delivery, stripe_secrets, TYPES, live=False).route(),
        PaymentWebhooks(
            intake, delivery, secrets, store=used, case_of=played.case, uses=uses, patience=patience
        ).route(),
        Ready({"store": lambda: used.waiting(1)}).route(),
        WhyPage(check, Why(used, played.case, shut, now)).route(),
        TicketPage(check, used, pages).route(),
        NoticePage(check, used, BRANDS).route(),
        *PayPage(
            check,
            views,
            pages,
            store=used,
            company=company,
            back=back,
            clock=clock,
            presses=Presses(presses),
            mail_new=mail_new,
        ).routes(),
        SiteStates(SiteLinks(RING, "https://pay.example"), links, sites, HOLD_CONTACTS, READERS, clock=clock).route(),
        SuspendedPages(sites, pages, HOLD_CONTACTS, CLIENT_PORTAL).route(),
    ]

    async def window() -> Window | None:
        return await current_window(used, now())

    loop = asyncio.create_task(delivery.run()) if delivering else None
    app = application(
        routes,
        pages,
        window,
        WhoseLink(links, used).account,
        now,
        https=True,
        presses=Presses(address_presses),
        proxies=limits.proxies if limits else (),
    )
    async with (
        serving(app, "127.0.0.1", 0, limits) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=PATIENCE) as http,
    ):
        yield Portal(
            f"http://127.0.0.1:{port}", http, behind, played, company, Mailed(links), delivery, delivers, asked_for
        )
    delivery.stop()
    if loop:
        await loop
    await gateway.close()
    await behind.close()
