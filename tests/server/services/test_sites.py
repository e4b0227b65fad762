"""A site's own software, from the first warning to normal running: told by signed news, and asked over HTTP."""

import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.ring import Ring
from adapters.settings.settings import Settings
from adapters.sites.tokens import SiteLinks, webhook_secret
from portal.composition import compose
from portal.http.server import serving
from sandbox.stage.stage import Stage
from tests.server.playing import begin

NAME, USER = "SITE-story", "u-site-story"
SERVICE = f"sandbox:{USER}:website"
BOTH = ["owners", "admins"]


@dataclass
class Site:
    """A customer's site that keeps the news it is sent, if it is signed for it."""

    secret: str
    url: str = ""
    news: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    async def take(self, request: Request) -> Response:
        said = Webhook(self.secret).verify(await request.body(), dict(request.headers))
        self.news.append(said["data"])
        return Response(status_code=204)

    @property
    def levels(self) -> list[str]:
        """Each change of the level, once: news may come twice."""
        told = [each["level"] for each in self.news]
        return [level for place, level in enumerate(told) if place == 0 or told[place - 1] != level]


@pytest.fixture
async def site(a_stage: Stage) -> AsyncGenerator[Site]:
    made = Site(webhook_secret(a_stage.env["REPRIEVE_SITE_WEBHOOK_SECRET"], SERVICE))
    app = Starlette(routes=[Route("/news", made.take, methods=["POST"])])
    async with serving(app, "127.0.0.1", 0) as port:
        made.url = f"http://127.0.0.1:{port}/news"
        yield made


@pytest.fixture
async def asked(a_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[httpx2.AsyncClient]:
    """Give the way to a portal over the stage's store."""
    for name, value in a_stage.env.items():
        monkeypatch.setenv(name, value)
    async with AsyncExitStack() as stack:
        made = compose(Settings(), stack)
        port = await stack.enter_async_context(serving(made.app, "127.0.0.1", 0))
        yield await stack.enter_async_context(
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}/sites/{SERVICE}", trust_env=False)
        )


@pytest.mark.req("S4-04", "S4-05", "S4-07", "S4-08", "S4-09", "S4-15")
async def test_a_site_lives_through_every_phase_and_comes_back_when_it_is_paid(
    a_stage: Stage, site: Site, asked: httpx2.AsyncClient
) -> None:
    token = SiteLinks(Ring(json.loads(a_stage.env["REPRIEVE_LINK_SECRETS"])), "").token(SERVICE)

    async def state() -> tuple[Any, ...]:
        said = (await asked.get("/state", headers={"Authorization": f"Bearer {token}"})).json()
        page = (await asked.get("/suspended")).status_code
        return said["level"], said["show_to"], said["login"], said["display"], bool(said["message"]), page

    services = [{"kind": "website", "user": USER, "site": site.url}]
    playing = await begin(a_stage, NAME, "hotdoodle", services=services)
    await playing.to_day(9)
    assert (await state(), site.levels) == (("active", [], "allowed", "normal", False, 404), [])
    await playing.to_day(10)
    assert await state() == ("warned", BOTH, "allowed", "normal", True, 404)
    await playing.to_day(20)
    assert await state() == ("locked", BOTH, "refused", "normal", True, 404)
    await playing.to_day(30)
    assert await state() == ("suspended", BOTH, "refused", "suspended", True, 200)
    assert site.levels == ["warned", "locked", "suspended"]
    await playing.signal("USD 94.99")
    assert await playing.outcome() == "paid"
    assert await state() == ("active", [], "allowed", "normal", False, 404)
    assert site.levels == ["warned", "locked", "suspended", "active"]
