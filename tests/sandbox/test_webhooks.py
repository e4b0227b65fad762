"""The payment company's events, received by a real server."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.control import Sandbox
from sandbox.serving import Site

Events = asyncio.Queue[dict[str, Any]]


@pytest.fixture
async def events(sandbox: Sandbox) -> AsyncGenerator[Events]:
    got = Events()

    async def receive(request: Request) -> Response:
        got.put_nowait(await request.json())
        return Response(status_code=204)

    site = Site(Starlette(routes=[Route("/hook", receive, methods=["POST"])]), 0)
    serving = asyncio.create_task(site.serve())
    await sandbox.payments.webhook(f"{site.url}/hook")
    yield got
    await sandbox.payments.webhook("")
    site.stop()
    await serving


async def charge(sandbox: Sandbox, account: str) -> dict[str, Any]:
    body = {"account": account, "amount": 1999, "currency": "USD", "key": account, "at": "2026-03-01T12:00:00Z"}
    async with httpx2.AsyncClient(trust_env=False) as http:
        return (await http.post(f"{sandbox.addresses.payments}/charges", json=body)).json()


async def next_event(events: Events) -> dict[str, Any]:
    return await asyncio.wait_for(events.get(), 5)


async def test_each_movement_of_money_is_announced(sandbox: Sandbox, events: Events):
    charged = await charge(sandbox, "hook-1")
    event = await next_event(events)
    assert event["type"] == "charge.succeeded"
    assert event["charge"]["id"] == charged["id"]


async def test_a_doubled_event_has_one_id(sandbox: Sandbox, events: Events):
    await sandbox.payments.script("hook-2", "webhook:doubled")
    await charge(sandbox, "hook-2")
    assert await next_event(events) == await next_event(events)


async def test_a_lost_event_stands_in_the_books_only(sandbox: Sandbox, events: Events):
    await sandbox.payments.script("hook-3", "webhook:lost")
    await charge(sandbox, "hook-3")
    later = await charge(sandbox, "hook-4")
    assert (await next_event(events))["charge"]["id"] == later["id"]
    assert (await sandbox.payments.books()).hooks[-2].posted == 0


async def test_an_event_overtakes_the_answer(sandbox: Sandbox, events: Events):
    await sandbox.payments.script("hook-5", "ok:hold")
    charging = asyncio.create_task(charge(sandbox, "hook-5"))
    assert (await next_event(events))["charge"]["account"] == "hook-5"
    assert not charging.done()
    await sandbox.payments.release("hook-5")
    await charging


async def test_a_debit_that_settles_is_announced_then(sandbox: Sandbox, events: Events):
    await sandbox.payments.script("hook-6", "pending")
    await charge(sandbox, "hook-6")
    assert events.empty()
    await sandbox.payments.settle("hook-6")
    assert (await next_event(events))["charge"]["account"] == "hook-6"
