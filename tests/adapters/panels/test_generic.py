"""An operator's own endpoint: what it is sent, and how closely its answer is looked at."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.panels import Panels
from adapters.settings.panels import SANDBOX_SECRET, PanelSettings
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from dunning.records.effects import PanelState
from portal.http.server import serving

SERVICE = Service(
    id="own:bakery:email", account="bakery", kind="email", panel="own", user="bakery", domain="bakery.example"
)


class Endpoint:
    """Answers whatever `answer` is, and keeps what it was asked."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.asked: list[tuple[str, Any]] = []

    async def __call__(self, request: Request) -> Response:
        body = await request.body()
        event = Webhook(SANDBOX_SECRET).verify(body, dict(request.headers))
        self.asked.append((f"{request.method} {request.url.path}", event))
        return Response(self.answer, media_type="application/json")


@asynccontextmanager
async def own(endpoint: Endpoint, port: int, levels: tuple[Level, ...] = tuple(Level)) -> AsyncGenerator[Panels]:
    app = Starlette(routes=[Route("/panel", endpoint.__call__, methods=["POST"])])
    url = f"http://127.0.0.1:{port}/panel"
    settings = PanelSettings(kind="generic", url=url, secret=SecretStr(SANDBOX_SECRET), levels=levels)
    async with serving(app, "127.0.0.1", port):
        panels = Panels({"own": settings}, 5)
        yield panels
        await panels.close()


async def test_it_is_told_of_whom_and_what_at_the_very_address(unused_tcp_port: int):
    endpoint = Endpoint('{"level": "suspended", "tag": "hold:abuse", "locked": true, "backups": false}')
    async with own(endpoint, unused_tcp_port) as panel:
        assert await panel.state(SERVICE) == PanelState(
            level=Level.SUSPENDED, tag="hold:abuse", locked=True, backups=False
        )
        await panel.restrict(SERVICE, Level.LOCKED, "non-payment dun:INV-1")
        await panel.loosen(SERVICE, "")
        await panel.delete(SERVICE, backups=True)
    assert {where for where, _ in endpoint.asked} == {"POST /panel"}
    assert [event["type"] for _, event in endpoint.asked] == [
        "service.state",
        "service.restrict",
        "service.loosen",
        "service.delete",
    ]
    names = {"service": "own:bakery:email", "kind": "email", "user": "bakery", "domain": "bakery.example"}
    assert [event["data"] for _, event in endpoint.asked] == [
        names | {"level": "", "tag": "", "backups": False},
        names | {"level": "locked", "tag": "non-payment dun:INV-1", "backups": False},
        names | {"level": "active", "tag": "", "backups": False},
        names | {"level": "deleted", "tag": "", "backups": True},
    ]


async def test_an_endpoint_that_keeps_no_reasons_and_knows_no_backups_says_so(unused_tcp_port: int):
    endpoint = Endpoint('{"level": "active", "tag": null}')
    async with own(endpoint, unused_tcp_port, levels=(Level.SUSPENDED,)) as panel:
        assert await panel.state(SERVICE) == PanelState(level=Level.ACTIVE, tag=None, backups=None)
        assert panel.expresses(SERVICE) == {Level.ACTIVE, Level.SUSPENDED, Level.DELETED}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("", "no JSON"),
        ("OK", "no JSON"),
        ("[]", "no JSON"),
        ("{}", "level"),
        ({"level": "running"}, "level"),
        ({"level": "active", "Locked": True}, "Locked"),
        ({"level": "suspended", "locked": 1}, "locked"),
        ({"level": "suspended", "backups": "yes"}, "backups"),
        ({"level": "suspended", "tag": 7}, "tag"),
    ],
)
async def test_anything_else_is_an_outage_that_says_what_is_wrong(unused_tcp_port: int, answer: Any, why: str):
    text = answer if isinstance(answer, str) else json.dumps(answer)
    async with own(Endpoint(text), unused_tcp_port) as panel:
        with pytest.raises(OutageError, match=f"^panel own: unreadable answer: .*{why}"):
            await panel.state(SERVICE)
