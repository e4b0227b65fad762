"""Settings -> adapters -> operations -> the portal: the only place where its parts are put together."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr
from standardwebhooks import Webhook
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from adapters import signed_links
from adapters.gateways.paypal.signatures import PayPalSignatures
from adapters.gateways.stripe.gateway import StripeGateway
from adapters.gateways.stripe.news import TYPES
from adapters.gateways.stripe.pages import StripePages
from adapters.settings.modes import is_live
from adapters.settings.panels import by_user
from adapters.settings.policies import PolicyFolder
from adapters.settings.settings import Settings
from adapters.sites import tokens
from adapters.store import SqlStore
from adapters.templates import renderer
from adapters.templates.files import COMMON
from adapters.templates.languages import Languages
from adapters.temporal.codec import codec_from, converter_from
from adapters.temporal.connection import Connection
from composition import Composition, now
from dunning.case.case import Case
from dunning.records.inbox import COMMAND
from operations.cases.look import CaseOf
from operations.cases.why import Why
from operations.money.ask_gateway import AskGateway
from operations.processors.received import WithProcessor
from operations.windows.windows import current_window
from portal.http import maintenance
from portal.http.app import application
from portal.http.codec import CodecEndpoint
from portal.http.html import Pages
from portal.http.presses import Presses
from portal.http.readers import Readers
from portal.http.ready import Ready
from portal.inbox import processor_api
from portal.inbox.accept import WebhookIntake
from portal.inbox.deliver import InboxDelivery
from portal.inbox.handle import Reader, WebhookHandler, read_given
from portal.inbox.keep import InboxWriter
from portal.inbox.key_uses import KeyUses
from portal.inbox.paypal_webhooks import PAYPAL, PayPalWebhooks, reader
from portal.inbox.webhooks import PAYMENTS, STRIPE, PaymentWebhooks, StripeWebhooks
from portal.pages.back import BackPage
from portal.pages.invoice_view import InvoiceViews
from portal.pages.link_check import LinkCheck
from portal.pages.notice import NoticePage
from portal.pages.pay import PayPage
from portal.pages.payment_date import PaymentDatePages
from portal.pages.policy import PolicyPage
from portal.pages.sites import SitesOfUsers, SiteStates, SuspendedPages
from portal.pages.ticket import TicketPage
from portal.pages.whose import WhoseLink
from portal.pages.why import WhyPage

log = structlog.stdlib.get_logger("reprieve.portal")


class Portal(NamedTuple):
    """What runs: the application, the delivery behind it, and the connection that both wait for."""

    app: ASGIApp
    routes: Sequence[Route]
    delivery: InboxDelivery
    connection: Connection


def compose(settings: Settings, stack: AsyncExitStack) -> Portal:
    """Settings -> adapters -> application; `stack` closes the adapters."""
    secrets = [Webhook(secret) for secret in texts(settings.payment_webhook_secrets)]
    connection = Connection(settings.outage_seconds, converter_from(settings))
    made = Composition(settings, connection, stack)
    store, deliver = made.store, made.deliver_news.deliver
    gateway = StripeGateway(settings.stripe_key, settings.stripe_url, settings.call_seconds)
    stack.push_async_callback(gateway.close)
    readers: dict[str, Reader] = {
        STRIPE: WithProcessor(gateway, store, made.look_at_processor, made.subscription_news).news,
        PAYMENTS: processor_api.read_message,
        COMMAND: read_given,
        PAYPAL: reader(made.look_at_processor.at),
    }
    delivery = InboxDelivery(store, WebhookHandler(store, deliver, readers, now))
    intake = WebhookIntake(InboxWriter(store, settings.outage_seconds), settings.webhook_bytes, now)
    uses = KeyUses(made.audit_of_strangers, "processors' API")
    people = Readers(Languages(settings.notices / COMMON), settings.all_brands())
    pages = Pages(people, _leads_to(settings))
    routes = [
        StripeWebhooks(
            intake, delivery, texts(settings.stripe_webhook_secrets), TYPES, live=is_live(settings.stripe_key)
        ).route(),
        PaymentWebhooks(intake, delivery, secrets, store=store, case_of=made.look.case, uses=uses).route(),
        PayPalWebhooks(intake, delivery, _paypal_signatures(settings, stack), store).route(),
        Ready({"store": lambda: store.waiting(1), "temporal": connection.check}).route(),
        *_pay_routes(made, _patiently(made, connection), pages, gateway, stack),
        *_site_routes(settings, store, pages),
        PolicyPage(PolicyFolder(settings.policies, lambda _: []), pages).route(),
        *_codec_routes(made),
    ]
    app = application(
        routes,
        pages,
        lambda: current_window(store, now()),
        _whose(settings, store),
        now,
        https=settings.portal_url.startswith("https://"),
        presses=Presses(settings.portal_address_presses),
        proxies=settings.portal_proxies,
    )
    return Portal(app, routes, delivery, connection)


def _codec_routes(made: Composition) -> list[Route]:
    settings = made.settings
    codec, token = codec_from(settings), settings.codec_token.get_secret_value()
    if codec is None or not token:
        return []
    uses = KeyUses(made.audit_of_strangers, "codec endpoint")
    return [CodecEndpoint(codec, token, settings.codec_origin, settings.webhook_bytes * 2, uses).route()]


def _paypal_signatures(settings: Settings, stack: AsyncExitStack) -> PayPalSignatures | None:
    if not (settings.paypal_client and settings.paypal_webhook):
        return None
    made = PayPalSignatures(
        settings.paypal_webhook, settings.paypal_url, settings.paypal_ca_file, settings.call_seconds
    )
    stack.push_async_callback(made.close)
    return made


def _whose(settings: Settings, store: SqlStore) -> maintenance.WhoseLink:
    signed = signed_links.links_from(settings)

    async def nobody_knows(_: Request) -> None:
        return None

    return WhoseLink(signed, store).account if signed else nobody_knows


def _patiently(made: Composition, connection: Connection) -> CaseOf:
    """Who looks at a page waits also for a Temporal that was never there."""

    async def case_of(invoice: str) -> Case | None:
        await connection.there()
        return await made.look.case(invoice)

    return case_of


def _pay_routes(
    made: Composition, case_of: CaseOf, pages: Pages, gateway: StripeGateway, stack: AsyncExitStack
) -> list[Route]:
    settings, store = made.settings, made.store
    signed = signed_links.links_from(settings)
    if signed is None:
        log.warning("pay pages are off: set REPRIEVE_LINK_SECRETS, the same for worker and portal")
        return []
    company = StripePages(settings.stripe_key, settings.stripe_url, settings.call_seconds)
    stack.push_async_callback(company.close)
    views = InvoiceViews(
        store, case_of, renderer.renderer_from(settings), now, shut=made.shut, by_user=by_user(settings.panels)
    )
    ask = AskGateway(store, case_of, gateway, made.deliver_news.deliver, now).about
    check, presses = LinkCheck(signed, store, now), Presses(settings.portal_link_presses)
    back = BackPage(check, views, pages, ask)
    why = WhyPage(check, Why(store, case_of, made.shut, now)).route()
    dates = _payment_dates(made, check, case_of, pages, presses)
    ticket, notice = TicketPage(check, store, pages).route(), NoticePage(check, store, settings.all_brands()).route()
    pay = PayPage(
        check,
        views,
        pages,
        store=store,
        company=company,
        back=back,
        clock=now,
        presses=presses,
        mail_new=made.new_link.send,
    )
    return [why, ticket, notice, *dates, *pay.routes()]


def _payment_dates(made: Composition, check: LinkCheck, case_of: CaseOf, pages: Pages, presses: Presses) -> list[Route]:
    return PaymentDatePages(
        check,
        made.store,
        case_of,
        pages,
        processors=made.processors,
        look=made.look_at_processor,
        doctor=made.payment_doctor,
        presses=presses,
    ).routes()


def _site_routes(settings: Settings, store: SqlStore, pages: Pages) -> list[Route]:
    """What customers' own sites ask for; the page for visitors needs no secret, and is always there."""
    sites = SitesOfUsers(store, by_user(settings.panels))
    suspended = SuspendedPages(sites, pages, settings.hold_contacts, settings.client_url)
    signed, own = signed_links.links_from(settings), tokens.site_links_from(settings)
    if signed is None or own is None:
        return [suspended.route()]
    states = SiteStates(own, signed, sites, settings.hold_contacts, pages.readers, clock=now)
    return [states.route(), suspended.route()]


def texts(secrets: tuple[SecretStr, ...]) -> list[str]:
    """The secrets themselves."""
    return [secret.get_secret_value() for secret in secrets]


def _leads_to(settings: Settings) -> list[str]:
    """The origins of the gateway's page: Stripe's own or a domain of yours there, or the stand-in's."""
    place = urlsplit(settings.stripe_url)
    return ["https:"] if place.scheme == "https" or not place.netloc else ["https:", f"{place.scheme}://{place.netloc}"]
