"""Settings -> adapters -> the portal: the only place where its parts are put together."""

import asyncio
from contextlib import AsyncExitStack
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr
from standardwebhooks import Webhook
from starlette.routing import Route
from starlette.types import ASGIApp

from adapters import links
from adapters.cases import Cases
from adapters.gateways.stripe import StripeGateway
from adapters.gateways.stripe_news import TYPES
from adapters.gateways.stripe_pages import StripePages
from adapters.settings import Settings
from adapters.store import SqlStore
from adapters.templates import TemplateRenderer
from portal import payments
from portal.app import application
from portal.clock import now
from portal.delivery import Delivery
from portal.handling import Handling
from portal.keeper import Keeper
from portal.pages import Pages
from portal.pay import PayPage, terms
from portal.ready import Ready
from portal.sheet import Sheets
from portal.taking import Taking
from portal.temporal import LateCases
from portal.webhooks import PAYMENTS, STRIPE, PaymentWebhooks, StripeWebhooks

log = structlog.stdlib.get_logger("reprieve.portal")


class Portal(NamedTuple):
    """What runs: the application, the delivery behind it, and the connection that both wait for."""

    app: ASGIApp
    delivery: Delivery
    cases: LateCases


def compose(settings: Settings, stack: AsyncExitStack) -> Portal:
    """Settings -> adapters -> application; `stack` closes the adapters."""
    secrets = [Webhook(secret) for secret in texts(settings.payment_webhook_secrets)]
    store = SqlStore(settings.store_url)
    gateway = StripeGateway(settings.stripe_key, settings.stripe_url, settings.call_seconds)
    for adapter in (store, gateway):
        stack.push_async_callback(adapter.close)
    cases = LateCases(lambda client: Cases(client, store, settings.task_queue))
    writing = asyncio.Lock()
    readers = {STRIPE: gateway.news, PAYMENTS: payments.read}
    delivery = Delivery(store, Handling(store, cases, readers, writing, now))
    keeper = Keeper(store, writing)
    stack.push_async_callback(keeper.close)
    taking = Taking(keeper, settings.webhook_bytes, now)
    pages = Pages(settings.company, settings.mail_from, _leads_to(settings))
    routes = [
        StripeWebhooks(taking, delivery, texts(settings.stripe_webhook_secrets), TYPES).route(),
        PaymentWebhooks(taking, delivery, secrets, store=store, cases=cases).route(),
        Ready({"store": lambda: store.waiting(1), "temporal": cases.check}).route(),
        *_pay_routes(settings, store, cases, pages, stack),
    ]
    return Portal(application(routes, pages), delivery, cases)


def _pay_routes(
    settings: Settings, store: SqlStore, cases: LateCases, pages: Pages, stack: AsyncExitStack
) -> list[Route]:
    signed = links.chosen(settings)
    if signed is None:
        log.warning(
            "pay pages are off: set REPRIEVE_LINK_SECRET, the same for worker and portal", shortest=links.SHORTEST
        )
        return []
    company = StripePages(settings.stripe_key, settings.stripe_url, settings.call_seconds)
    stack.push_async_callback(company.close)
    renderer = TemplateRenderer(settings.notices, settings.company, settings.pay_url, links=signed)
    words = terms(settings.company, settings.mail_from)
    sheets = Sheets(store, cases, renderer, now)
    return PayPage(signed, sheets, pages, store=store, company=company, terms=words).routes()


def texts(secrets: tuple[SecretStr, ...]) -> list[str]:
    """The secrets themselves."""
    return [secret.get_secret_value() for secret in secrets]


def _leads_to(settings: Settings) -> list[str]:
    """The origins of the payment company's page: Stripe's own or a domain of yours there, or the stand-in's."""
    place = urlsplit(settings.stripe_url)
    return ["https:"] if place.scheme == "https" or not place.netloc else ["https:", f"{place.scheme}://{place.netloc}"]
