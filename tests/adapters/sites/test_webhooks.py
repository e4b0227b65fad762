"""News for customers' own sites, taken by a real server that verifies the signature, as Standard Webhooks says."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.ring import Ring
from adapters.settings.loopback import LOOPBACK
from adapters.settings.settings import Settings
from adapters.sites.tokens import SiteLinks, webhook_secret
from adapters.sites.webhooks import SilentSites, SiteMessenger, sites_from
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from operations.services.site_webhooks import TRIES, tell_sites
from portal.http.server import serving

SECRET = "a secret of the tests, forty characters."
PORTAL = "https://portal.example/"
MANY = 500
"""Pieces of an answer that would take half a second and more to read."""
AT = datetime(2026, 12, 11, 14, tzinfo=UTC)


@dataclass
class Site:
    """A customer's site: it believes only what is signed for it."""

    url: str = ""
    taken: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    refused: int = 0
    answer: Callable[[], Response] = lambda: Response(status_code=204)
    waits: float = 0.0

    async def take(self, request: Request) -> Response:
        body = await request.body()
        await asyncio.sleep(self.waits)
        try:
            said = Webhook(webhook_secret(SECRET, service(self).id)).verify(body, dict(request.headers))
        except WebhookVerificationError:
            self.refused += 1
            return Response(status_code=401)
        self.taken.append((request.headers["webhook-id"], said))
        return self.answer()


def service(at: Site, **more: Any) -> Service:
    facts = {"id": "sandbox:bakery:website", "account": "bakery", "user": "bakery", "site": at.url}
    return Service.model_validate({**facts, **more})


@pytest.fixture
async def site() -> AsyncGenerator[Site]:
    made = Site()
    app = Starlette(routes=[Route("/news", made.take, methods=["POST"])])
    async with serving(app, "127.0.0.1", 0) as port:
        made.url = f"http://127.0.0.1:{port}/news"
        yield made


@asynccontextmanager
async def messenger(patience: float = 5.0) -> AsyncGenerator[SiteMessenger]:
    made = SiteMessenger(SECRET, PORTAL, patience, LOOPBACK)
    try:
        yield made
    finally:
        await made.close()


@pytest.mark.req("S4-04", "S4-07", "S4-08")
async def test_a_site_hears_its_level_and_what_that_means_signed_and_without_any_reason(site: Site) -> None:
    async with messenger() as sites:
        await sites.tell(service(site), Level.WARNED, AT)
        await sites.tell(service(site), Level.LOCKED, AT)
    assert site.refused == 0
    assert [said for _, said in site.taken] == [
        {
            "type": "site.level",
            "timestamp": "2026-12-11T14:00:00+00:00",
            "data": {
                "service": "sandbox:bakery:website",
                "at": "2026-12-11T14:00:00+00:00",
                "state_url": "https://portal.example/sites/sandbox%3Abakery%3Awebsite/state",
                "level": level,
                "display": "normal",
                "login": login,
                "registration": login,
                "show_to": ["owners", "admins"],
            },
        }
        for level, login in (("warned", "allowed"), ("locked", "refused"))
    ]


async def test_the_same_news_has_the_same_id_and_other_news_another(site: Site) -> None:
    async with messenger() as sites:
        for level, at in (
            (Level.WARNED, AT),
            (Level.WARNED, AT),
            (Level.LOCKED, AT),
            (Level.WARNED, AT + timedelta(1)),
        ):
            await sites.tell(service(site), level, at)
    ids = [event for event, _ in site.taken]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


async def test_nobody_can_forge_news_with_another_sites_secret(site: Site) -> None:
    async with messenger() as sites:
        with pytest.raises(OutageError, match="the site of service other answered HTTP 401"):
            await sites.tell(service(site, id="other"), Level.LOCKED, AT)
    assert (site.taken, site.refused) == ([], 1)


@pytest.mark.parametrize("answer", [500, 404, 302, 100])
async def test_any_answer_but_2xx_is_an_outage(site: Site, answer: int) -> None:
    site.answer = lambda: Response(status_code=answer, headers={"Location": site.url})
    async with messenger() as sites:
        with pytest.raises(OutageError, match="the site of service sandbox:bakery:website"):
            await sites.tell(service(site), Level.LOCKED, AT)
    assert len(site.taken) == 1, "a redirect is not followed"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://[broken", "gopher://127.0.0.1/", "nonsense"])
async def test_a_site_that_cannot_be_reached_is_an_outage(url: str) -> None:
    async with messenger() as sites:
        with pytest.raises(OutageError, match="did not take the news"):
            await sites.tell(service(Site(url=url)), Level.LOCKED, AT)


async def test_a_slow_site_is_an_outage_after_its_patience(site: Site) -> None:
    site.waits = 0.5
    async with messenger(0.05) as sites:
        with pytest.raises(OutageError, match="Timeout"):
            await sites.tell(service(site), Level.LOCKED, AT)


async def test_an_endless_answer_is_not_read(site: Site) -> None:
    class Endless(Response):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            del scope, receive
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(MANY):
                await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
                await asyncio.sleep(0.001)

    site.answer = Endless
    async with messenger(0.4) as sites:
        await sites.tell(service(site), Level.LOCKED, AT)
    assert len(site.taken) == 1


async def test_a_service_without_a_site_is_told_nothing_and_neither_is_any_without_a_secret(site: Site) -> None:
    async with messenger() as sites:
        await sites.tell(service(site, site=""), Level.LOCKED, AT)
    silent = sites_from(Settings())
    assert isinstance(silent, SilentSites)
    await silent.tell(service(site), Level.LOCKED, AT)
    assert site.taken == []
    with pytest.raises(ValueError, match="at least 32 characters"):
        SiteMessenger("short", PORTAL, 1.0)
    with pytest.raises(ValueError, match=r"site_webhook_secret\s.*it needs at least 32 characters"):
        Settings.model_validate({"site_webhook_secret": "short"})


def test_each_site_has_a_token_and_a_secret_of_its_own() -> None:
    links = SiteLinks(Ring((SECRET,)), PORTAL)
    mine, other = links.token("a"), links.token("b")
    assert (links.valid("a", mine), links.valid("a", other), links.valid("a", ""), links.valid("a", "\udc80")) == (
        True, False, False, False,
    )  # fmt: skip
    assert webhook_secret(SECRET, "a") != webhook_secret(SECRET, "b")
    assert mine not in webhook_secret(SECRET, "a")
    with pytest.raises(ValueError, match="at least 32 characters"):
        SiteLinks(Ring(("short",)), PORTAL)


async def test_every_service_hears_its_own_level_and_a_silent_site_keeps_no_other_from_it(site: Site) -> None:
    mine = service(site)
    broken = service(site, id="b", site="http://127.0.0.1:1/")
    async with messenger() as sites:
        with pytest.raises(OutageError, match="the site of service b"):
            await tell_sites(sites, [(broken, Level.LOCKED), (mine, Level.LOCKED)], AT)
        await tell_sites(sites, [(mine, Level.ACTIVE), (service(site, id="d", site=""), Level.LOCKED)], AT)
    assert [said["data"]["level"] for _, said in site.taken] == ["locked", "active"]


@pytest.mark.parametrize(
    ("level", "number", "raises"),
    [
        (Level.WARNED, 1, True),
        (Level.LOCKED, TRIES - 1, True),
        (Level.LOCKED, TRIES, False),
        (Level.ACTIVE, TRIES - 1, True),
        (Level.ACTIVE, TRIES, False),
        (Level.SUSPENDED, 1, False),
        (Level.INACTIVE, 1, False),
    ],
)
async def test_only_what_no_panel_shows_is_tried_again_and_not_for_ever(
    level: Level, number: int, raises: bool
) -> None:
    broken = service(Site(url="http://127.0.0.1:1/"))
    async with messenger() as sites:
        telling = tell_sites(sites, [(broken, level)], AT, attempt=number)
        if raises:
            with pytest.raises(OutageError):
                await telling
        else:
            await telling


async def test_the_body_is_json_without_personal_data(site: Site) -> None:
    async with messenger() as sites:
        await sites.tell(service(site, domain="bakery.example"), Level.SUSPENDED, AT)
    assert "bakery.example" not in json.dumps(site.taken)
