"""The codec endpoint shows what is encrypted to whoever has the token, and to nobody else."""

import base64
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from temporalio.api.common.v1 import Payload

from adapters.store import SqlStore, migrate
from adapters.temporal.codec import Encrypting
from composition import now
from dunning.audit.words import read
from operations.audit.bounded import BoundedAudit
from operations.audit.log import AuditLog
from portal.http.codec import CodecEndpoint
from portal.inbox.key_uses import KeyUses
from tests.portal.world import Portal

TOKEN, ORIGIN = "a token of the tests, forty characters..", "https://temporal.host.example"
STAFF = {"Authorization": f"Bearer {TOKEN}"}
CLEAR = Payload(metadata={"encoding": b"json/plain"}, data=b'"Example Bakery"')
CODEC = Encrypting([bytes(range(32))])


@dataclass
class Door:
    """The endpoint, and the store that its audit log lies in."""

    http: httpx2.AsyncClient
    store: SqlStore

    async def written(self) -> list[tuple[str, str, str]]:
        found = [read(each.words) async for each in self.store.entries()]
        return [(each.what, each.by, each.outcome) for each in found]


@pytest_asyncio.fixture(loop_scope="session")
async def made(tmp_path: Path) -> AsyncGenerator[Door]:
    url = f"sqlite+aiosqlite:///{tmp_path}/audit.db"
    await migrate(url)
    store = SqlStore(url)
    uses = KeyUses(BoundedAudit(AuditLog(store, now), now), "codec endpoint")
    app = Starlette(routes=[CodecEndpoint(CODEC, TOKEN, ORIGIN, 10_000, uses).route()])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://codec") as http:
        yield Door(http, store)
    await store.close()


@pytest.fixture
def door(made: Door) -> httpx2.AsyncClient:
    return made.http


async def hidden(codec: Encrypting = CODEC) -> dict[str, Any]:
    (payload,) = await codec.encode([CLEAR])
    return {"payloads": [_json(payload), _json(CLEAR)]}


def _json(payload: Payload) -> dict[str, Any]:
    metadata = {name: base64.b64encode(value).decode() for name, value in payload.metadata.items()}
    return {"metadata": metadata, "data": base64.b64encode(payload.data).decode()}


async def test_who_has_the_token_reads_it(door: httpx2.AsyncClient) -> None:
    answer = await door.post("/codec/decode", json=await hidden(), headers=STAFF)
    assert (answer.status_code, answer.json()) == (200, {"payloads": [_json(CLEAR), _json(CLEAR)]})
    assert (answer.headers["cache-control"], answer.headers["access-control-allow-origin"]) == ("no-store", ORIGIN)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer \xe9"},
    ],
)
async def test_nobody_else_does(door: httpx2.AsyncClient, given: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in given.items()]
    answer = await door.post("/codec/decode", json=await hidden(), headers=raw)
    assert answer.status_code == 401
    assert "Bakery" not in answer.text


@pytest.mark.parametrize("body", ["", "no json", '{"payloads": 3}', '{"payloads": [{"data": 1}]}', "[" * 5000])
async def test_what_is_no_list_of_payloads_is_told(door: httpx2.AsyncClient, body: str) -> None:
    answer = await door.post("/codec/decode", content=body, headers=STAFF)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_what_another_key_encrypted_names_the_setting(door: httpx2.AsyncClient) -> None:
    answer = await door.post("/codec/decode", json=await hidden(Encrypting([bytes(32)])), headers=STAFF)
    assert (answer.status_code, "REPRIEVE_CODEC_KEYS has no key" in answer.text) == (400, True)


async def test_who_opened_it_stands_in_the_audit_log_once_an_hour(made: Door) -> None:
    for headers in (STAFF, STAFF, {}, {"Authorization": "Bearer guessed"}):
        await made.http.post("/codec/decode", json=await hidden(), headers=headers)
    assert await made.written() == [
        ("codec endpoint", "key 1", "accepted"),
        ("codec endpoint", "", "refused: no key fits"),
    ]


async def test_a_large_body_is_refused(door: httpx2.AsyncClient) -> None:
    assert (await door.post("/codec/decode", content="x" * 10_001, headers=STAFF)).status_code == 413


async def test_temporals_pages_may_ask_first(door: httpx2.AsyncClient) -> None:
    answer = await door.request("OPTIONS", "/codec/decode", headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, ORIGIN)
    assert "Authorization" in answer.headers["access-control-allow-headers"]


async def test_without_a_key_there_is_no_such_door(bank: Portal) -> None:
    """And another site's page is told so like any program, as it is for Temporal's pages that the layer makes way."""
    answer = await bank.http.post("/codec/decode", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})
