"""The portal's whole door: whatever bytes come in over a socket, there is no fault of ours, and it goes on."""

import asyncio
import re
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from adapters.store.schema import upgrade
from dunning.records.accounts import Account
from portal.http.limits import Limits
from tests.fuzz.target import Check, Target
from tests.portal.bills import case_of
from tests.portal.mailed import Mailed
from tests.portal.world import RING, Links, PlayedCases, message, paid, portal, signed, standard

_FAULT = re.compile(rb"HTTP/1\.[01] 5(?!03)\d\d")
_MOST = 4_194_304
_LINKS = Mailed(Links(RING, "https://pay.example"))
_QUICK = Limits(header_seconds=2.0, body_seconds=2.0, idle_seconds=0.2)


@contextmanager
def _opened() -> Generator[Check]:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as loop:
        url = f"sqlite+aiosqlite:///{Path(folder)}/store.db"
        upgrade(url)
        cases = PlayedCases({"INV-1": case_of()})
        made = portal(url, cases=cases, delivering=False, limits=_QUICK, patience=0.05)
        door = loop.run(made.__aenter__())
        loop.run(door.store.put_account(Account(id="bakery", name="Bäckerei", locale="de_DE", payer="cus_1")))
        port = int(door.url.rpartition(":")[2])
        yield lambda data: loop.run(_sent(port, data))
        loop.run(made.__aexit__(None, None, None))


async def _sent(port: int, data: bytes) -> None:
    async with asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(data)
            writer.write_eof()
            answer = await reader.read(_MOST + 1)
        except ConnectionError:
            return
        finally:
            writer.close()
    assert _FAULT.search(answer) is None, answer[:300]
    assert len(answer) <= _MOST


def _get(path: str, **headers: str) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: pay.example",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


def _post(path: str, body: str, kind: str = "application/x-www-form-urlencoded", **headers: str) -> bytes:
    more = {"Content-Type": kind, "Content-Length": str(len(body)), **headers}
    lines = [f"POST {path} HTTP/1.1", "Host: pay.example", *(f"{name}: {value}" for name, value in more.items())]
    return "\r\n".join([*lines, "Connection: close", "", body]).encode("latin-1")


def _path(link: str) -> str:
    return link.removeprefix("https://pay.example")


DOOR = Target(
    _opened,
    (
        _get(_path(_LINKS.pay("INV-1")), Accept_Language="de-DE,de;q=0.9,en;q=0.8", Cookie="a=b; c=d"),
        _get(_path(_LINKS.pay("INV-1")).replace("?", "/why?")),
        _get(_path(_LINKS.back("INV-1"))),
        _get(_path(_LINKS.notice("INV-1:issue:0"))),
        _get(_path(_LINKS.ticket("INV-1:t"))),
        _get("/pay/help?lang=de&brand=acme"),
        _get("/sites/sandbox%3Au%3Awebsite/state", Authorization="Bearer x", If_None_Match='W/"x", *'),
        _get("/sites/sandbox%3Au%3Awebsite/suspended"),
        _post("/pay/INV-1", f"s={_LINKS.signature('INV-1')}&seen=x&consent=yes", Origin="https://pay.example"),
        _post("/pay/INV-1/method", f"s={_LINKS.signature('INV-1')}", **{"Sec-Fetch-Site": "same-origin"}),
        _post("/pay/INV-1/fresh", f"s={_LINKS.signature('INV-1')}"),
        _post("/webhooks/stripe", paid("evt_1"), "application/json", **signed(paid("evt_1"))),
        _post("/webhooks/payments", message(), "application/json", **standard(message())),
        b"POST /pay/INV-1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ns=12\r\n0\r\nX: y\r\n\r\n",
    ),
    (
        b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"Expect: 100-continue\r\n",
        b"Upgrade: websocket\r\n", b"HEAD ", b"OPTIONS * ", b"CONNECT ", b"HTTP/1.0", b"HTTP/2.0",
        b"%2e%2e%2f", b"%00", b"//", b"/back", b"/why",
        b"Host: acme.example\r\n", b"Host: [::1\r\n", b"?s=", b"&did=pay", b"&n=99999", b"&had=1", b"&lang=", b"q=nan",
        b"Accept-Language: ", b"Origin: ", b"If-None-Match: ", b"\r\n",
    ),
    calls=None,  # it answers from the loop, beside what asks
)  # fmt: skip
