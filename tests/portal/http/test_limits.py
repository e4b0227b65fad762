"""Attacks on the portal's door over real sockets: one client stops nobody else, and nothing is taken without end."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network

import httpx2
import pytest
from structlog.testing import capture_logs

from dunning.case.case import Case
from dunning.records.accounts import Account
from portal.http import guarded
from portal.http.limits import Limits
from portal.http.room import client_of
from tests.portal.bills import case_of
from tests.portal.world import PlayedCases, Portal, portal, until

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
ATTACKER, CUSTOMER = "127.0.0.1", "127.0.0.2"
NEVER = 60.0
HALF = b"GET /pay/help HTTP/1.1\r\nHost: x\r\nX-A: "
WHOLE = b"GET /pay/help HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nStripe-Signature: t=1,v1=0\r\n"


@asynccontextmanager
async def attacked(url: str, cases: PlayedCases | None = None, **limits: object) -> AsyncGenerator["Door"]:
    """A portal where no limit of time matters unless a test says so, and a customer with an open invoice."""
    patient: dict[str, object] = {"header_seconds": NEVER, "body_seconds": NEVER, "idle_seconds": NEVER, "proxies": ()}
    async with portal(url, cases=cases, limits=Limits(**{**patient, **limits})) as made:  # pyright: ignore[reportArgumentType]
        await made.store.put_account(Account(id="bakery", name="Example Bakery", locale="en_US", payer="cus_1"))
        made.cases.cases["INV-1"] = case_of()
        door = Door(made)
        try:
            yield door
        finally:
            for writer in door.opened:
                writer.close()


class SlowCases(PlayedCases):
    """Tell nothing before `held` is set."""

    async def case(self, invoice: str) -> Case | None:
        self.under_way += 1
        await self.held.wait()
        return await super().case(invoice)


class Door:
    def __init__(self, made: Portal) -> None:
        self.portal = made
        self.port = int(made.url.rpartition(":")[2])
        self.opened: list[asyncio.StreamWriter] = []

    async def connect(self, said: bytes = b"", *, of: str = ATTACKER) -> Streams:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(of, 0))
        self.opened.append(writer)
        writer.write(said)
        return reader, writer

    async def customer_pays(self, of: str = CUSTOMER) -> None:
        """Another customer sees what they owe."""
        link = f"/pay/INV-1?s={self.portal.links.signature('INV-1')}"
        way = httpx2.AsyncHTTPTransport(local_address=of)
        async with httpx2.AsyncClient(transport=way, base_url=self.portal.url, timeout=10) as http:
            page = await http.get(link)
        assert (page.status_code, "USD 19.99" in page.text or "$19.99" in page.text) == (200, True), page.text


async def ends(reader: asyncio.StreamReader) -> bytes:
    """All that is said until the door ends the connection; it must."""
    said = b""
    async with asyncio.timeout(20):
        try:
            while more := await reader.read(65_536):
                said += more
        except ConnectionError:
            return said
    return said


async def pours(writer: asyncio.StreamWriter, more: Callable[[int], bytes], most: int = 150_000_000) -> int:
    """How many bytes the door takes before it stops; `most` is what was swallowed once."""
    sent = 0
    try:
        while sent < most:
            piece = more(sent)
            writer.write(piece)
            await writer.drain()
            sent += len(piece)
            await asyncio.sleep(0)
    except ConnectionError:
        return sent
    return sent


def status(said: bytes) -> int:
    found = re.match(rb"HTTP/1.1 (\d+) ", said)
    return int(found[1]) if found else 0


async def test_hundreds_of_half_open_requests_of_one_address_keep_nobody_else_out(url: str) -> None:
    async with attacked(url, connections=100, per_address=40) as door:
        half = [await door.connect(HALF) for _ in range(421)]
        await door.customer_pays()
        answers = [await ends(reader) for reader, _ in half[40:]]
        refused = [each for each in answers if each]
        assert refused
        assert {status(each) for each in refused} == {503}
        assert b"retry-after: 5" in refused[0]
        assert b"too many connections from one address" in refused[0]
        assert not any(reader.at_eof() for reader, _ in half[:40])


async def test_half_open_requests_of_a_thousand_addresses_give_way_to_whoever_says_something(url: str) -> None:
    async with attacked(url, connections=50, per_address=5) as door:
        first = await door.connect(HALF, of="127.9.9.9")
        for number in range(200):
            await door.connect(HALF, of=f"127.1.{number}.1")
        await door.customer_pays()
        assert status(await ends(first[0])) == 503


async def test_who_is_being_answered_gives_way_to_nobody(url: str) -> None:
    cases = SlowCases()
    async with attacked(url, cases, connections=3, per_address=3) as door:
        link = f"GET /pay/INV-1?s={door.portal.links.signature('INV-1')} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        readers = [(await door.connect(link))[0] for _ in range(3)]
        await until(lambda: cases.under_way == 3)
        one_more, _ = await door.connect(WHOLE, of=CUSTOMER)
        assert status(await ends(one_more)) == 503
        cases.held.set()
        for reader in readers:
            assert b" 200 " in await asyncio.wait_for(reader.readline(), 10)


async def test_a_connection_that_ends_makes_room(url: str) -> None:
    async with attacked(url, per_address=1) as door:

        async def is_let_in() -> bool:
            reader, writer = await door.connect(WHOLE)
            said = await reader.readline()
            writer.close()
            return b" 200 " in said

        for _ in range(5):
            await until(is_let_in)


async def test_connections_of_a_proxy_are_many_clients(url: str) -> None:
    async with attacked(url, per_address=2, proxies=(ip_network("127.0.0.1/32"),)) as door:
        for _ in range(20):
            await door.connect(HALF)
        await door.customer_pays(of="127.0.0.1")


def test_an_ipv6_network_of_one_line_is_one_client() -> None:
    assert client_of("2001:db8::1") == client_of("2001:db8::ffff:2%eth0") != client_of("2001:db8:0:1::1")
    assert client_of("::ffff:192.0.2.1") == client_of("192.0.2.1") != client_of("192.0.2.2")


ENDLESS: dict[str, tuple[bytes, Callable[[int], bytes], int]] = {
    "one header": (HALF, lambda _: b"x" * 65_536, 431),
    "many headers": (b"GET /pay/help HTTP/1.1\r\n", lambda _: b"x-a: b\r\n" * 8_000, 431),
    "a name of a header": (b"GET /pay/help HTTP/1.1\r\n", lambda _: b"x" * 65_536, 431),
    "an address": (b"GET /", lambda _: b"x" * 65_536, 431),
    "blank lines": (b"", lambda _: b"\r\n" * 32_000, 431),
    "a body that was announced": (POST + b"Content-Length: 9999999999\r\n\r\n", lambda _: b"x" * 65_536, 413),
    "chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n", lambda _: b"4\r\nxxxx\r\n" * 8_000, 413),
    "an extension of a chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\n4;", lambda _: b"x" * 65_536, 413),
    "trailers": (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", lambda _: b"x-a: b\r\n" * 8_000, 413),
    "a body of a page that reads none": (
        b"GET /pay/help HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n", lambda _: b"x" * 65_536, 200
    ),
    "another protocol": (b"\x16\x03\x01\x02\x00\x01", lambda _: b"\x00" * 65_536, 400),
}  # fmt: skip


@pytest.mark.parametrize("kind", ENDLESS)
async def test_what_never_ends_is_cut(url: str, kind: str) -> None:
    begin, more, expected = ENDLESS[kind]
    async with attacked(url) as door:
        reader, writer = await door.connect(begin)
        reading = asyncio.create_task(ends(reader))
        sent = await pours(writer, more)
        # What lies in buffers of the system was sent, too, and read by nobody.
        assert sent < 20_000_000, sent
        said = await reading
        assert status(said) in (expected, 0), said
        await door.customer_pays()


SHORT: dict[str, tuple[bytes, int]] = {
    "headers": (HALF + b"x" * 20_000, 431),
    "body": (POST + b"Content-Length: 600000\r\n\r\n" + b"x" * 3_000, 413),
    "what is no HTTP": (b"EHLO mail.example\r\n\r\n", 400),
}


@pytest.mark.parametrize("kind", SHORT)
async def test_who_is_turned_away_is_told_why(url: str, kind: str) -> None:
    said, expected = SHORT[kind]
    async with attacked(url) as door:
        reader, _ = await door.connect(said)
        answer = await asyncio.wait_for(reader.read(65_536), 10)
        assert status(answer) == expected
        head, _, words = answer.partition(b"\r\n\r\n")
        assert words.strip()
        assert b"json" in head or b"text/plain" in head


@pytest.mark.parametrize(
    ("begin", "drop", "words"),
    [
        (HALF, b"x", b"the headers did not arrive within 0.3 seconds"),
        (b"GET /", b"x", b"the headers did not arrive within 0.3 seconds"),
        (POST + b"Content-Length: 3000\r\n\r\n", b"x", b"the body did not arrive within 0.3 seconds"),
    ],
)
async def test_who_drips_is_given_up(url: str, begin: bytes, drop: bytes, words: bytes) -> None:
    async with attacked(url, header_seconds=0.3, body_seconds=0.3) as door:
        reader, writer = await door.connect(begin)
        reading = asyncio.create_task(ends(reader))
        async with asyncio.timeout(20):
            while not reading.done():
                writer.write(drop)
                await asyncio.sleep(0.01)
        said = await reading
        assert status(said) == 408
        assert words in said
        assert await door.portal.inbox() == ()
        await door.customer_pays()


async def test_who_says_nothing_is_given_up_without_a_word(url: str) -> None:
    async with attacked(url, header_seconds=0.1) as door:
        reader, _ = await door.connect()
        assert await ends(reader) == b""


async def test_blank_lines_keep_no_connection_alive(url: str) -> None:
    async with attacked(url, idle_seconds=0.3) as door:
        reader, writer = await door.connect(WHOLE)
        reading = asyncio.create_task(ends(reader))
        async with asyncio.timeout(20):
            while not reading.done():
                writer.write(b"\r\n")
                await asyncio.sleep(0.01)
        assert status(await reading) == 200


async def test_a_few_requests_at_once_are_answered_in_their_order(url: str) -> None:
    async with attacked(url, idle_seconds=0.3) as door:
        reader, _ = await door.connect(WHOLE * 8 + b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
        said = await ends(reader)
        assert re.findall(rb"HTTP/1.1 (\d+)", said) == [b"200"] * 8 + [b"404"]


async def test_thousands_of_requests_at_once_are_not_kept(url: str) -> None:
    async with attacked(url) as door:
        with capture_logs() as lines:
            reader, _ = await door.connect(b"GET / HTTP/1.1\r\n\r\n" * 3_000)
            said = await ends(reader)
        assert said.count(b"HTTP/1.1 ") <= 2
        assert sum(line["event"] == "request" for line in lines) <= 2
        assert {"too many requests at once": 1} in [line.get("why") for line in lines]
        await door.customer_pays()


async def test_a_client_that_does_not_read_is_given_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "SENDING", 0.3)
    async with attacked(url, per_address=1) as door:
        _, writer = await door.connect()
        assert isinstance(writer.transport, asyncio.Transport)
        writer.transport.pause_reading()
        asked = asyncio.create_task(pours(writer, lambda _: WHOLE))
        async with asyncio.timeout(20):
            await asked
        assert asked.result() < 150_000_000
        await door.customer_pays(of=ATTACKER)


async def test_a_flood_is_one_line_of_the_log_and_names_no_address(url: str) -> None:
    async with attacked(url, per_address=1) as door:
        with capture_logs() as lines:
            for _ in range(300):
                await door.connect(HALF)
            await door.customer_pays()
        told = [line for line in lines if line["event"] == "clients were turned away"]
        assert [line["why"] for line in told] == [{"too many connections from one address": 1}]
        assert ATTACKER not in str(told)
