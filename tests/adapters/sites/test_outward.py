"""Attacks with probes and sites on our own network, over real sockets: what must not be asked is a server that listens.

The name server is a function that answers as it likes. `bakery.example` is at 127.0.0.1, which is allowed here;
127.0.0.2, where our own network is played, is not.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.sites.outward import Outward, Resolve, by_system
from adapters.sites.probes import OutsideProbes
from adapters.sites.webhooks import SiteMessenger
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from dunning.records.effects import ProbeResult

ALLOWED = (ip_network("127.0.0.1/32"), ip_network("127.0.0.3/32"))
SECRET = "a secret of the tests, forty characters."
WORDS = "the words of our own network"


class Server:
    """Answers every request with the same, and keeps what it heard."""

    def __init__(self, answer: str = "", *, status: str = "200 OK", headers: Iterable[str] = ()) -> None:
        lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(answer)}", "Connection: close", "", answer]
        self.answer = "\r\n".join(lines).encode()
        self.heard: list[str] = []
        self.connections = 0
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            self.heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(self.answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def at(self, host: str, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncGenerator[int]:
        async with await asyncio.start_server(self.talk, host, port, ssl=tls) as server:
            self.port = server.sockets[0].getsockname()[1]
            yield self.port


class Names:
    """A name server whose answers change from one question to the next; the last one stays."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self._answers = {name.replace("_", "."): list(each) for name, each in answers.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host not in self._answers:
            return await by_system(host, port)
        answers = self._answers[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


BAKERY = ("127.0.0.1",)
OURS = ("127.0.0.2",)


async def look(probe: str, resolve: Resolve = by_system, allowed: Iterable[object] = ALLOWED) -> ProbeResult:
    nets = tuple(ip_network(str(each)) for each in allowed)
    service = Service(id="s", account="bakery", user="bakery", probe=probe)
    seen = await OutsideProbes(5, nets, resolve).look(service)
    assert seen
    assert WORDS not in seen.detail
    return seen


@asynccontextmanager
async def two(site: Server, ours: Server) -> AsyncGenerator[int]:
    """The attacker's site, and what must not be asked, at the same port of two addresses."""
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(site.at("127.0.0.1"))
        await stack.enter_async_context(ours.at("127.0.0.2", port))
        yield port


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("http://127.0.0.2:{port}/", "leads to another site"),
        ("http://127.2:{port}/", "leads to another site"),
        ("http://2130706434:{port}/", "leads to another site"),
        ("http://0x7f000002:{port}/", "leads to another site"),
        ("//127.0.0.2:{port}/", "leads to another site"),
        ("http://[::ffff:127.0.0.2]:{port}/", "leads to another site"),
        ("http://ours.example:{port}/", "leads to another site"),
        ("http://bakery.example@127.0.0.2:{port}/", "leads to another site"),
        ("http://me:secret@bakery.example:{port}/", "leads to another site"),
        ("http://bakery.example.ours.example:{port}/", "leads to another site"),
        ("http://bakery.example:22/", "leads to another site"),
        ("ftp://bakery.example/", "leads to another site"),
        ("file:///etc/passwd", "leads to another site"),
        ("http://www.bakery.example:{port}/", "not looked at, its address is not public (loopback),"),
        ("https://www.bakery.example:{port}/", "not looked at, its address is not public (loopback),"),
        ("http://0177.0.0.2:{port}/", "RemoteProtocolError"),
        ("http://[", ""),
        ("http://bakery.example\\@127.0.0.2:{port}/", ""),
    ],
)
async def test_a_redirect_into_our_network_is_not_followed(to: str, told: str) -> None:
    names = Names(bakery_example=[BAKERY], www_bakery_example=[OURS], ours_example=[OURS])
    site, ours = Server(status="302 Found"), Server(f"<h1>account suspended</h1>{WORDS}")
    async with two(site, ours) as port:
        site.answer = f"HTTP/1.1 302 Found\r\nLocation: {to.format(port=port)}\r\nContent-Length: 0\r\n\r\n".encode()
        seen = await look(f"http://bakery.example:{port}/", names.resolve)
    assert (len(site.heard), ours.connections) == (1, 0)
    assert seen.shows == "unclear"
    assert seen.detail.startswith(told)


@pytest.mark.parametrize("host", ["127.0.0.2", "127.2", "2130706434", "0x7f.2", "[::ffff:127.0.0.2]", "localhost"])
async def test_a_probe_of_our_own_network_asks_nobody(host: str) -> None:
    ours = Server(WORDS)
    async with ours.at("127.0.0.2") as port, Server(WORDS).at("127.0.0.1", port):
        seen = await look(f"http://{host}:{port}/", allowed=())
    assert ours.connections == 0
    assert seen.shows == "unclear"
    assert seen.detail.startswith("not looked at, its address is not public (loopback), at http://")


async def test_a_mailbox_in_our_own_network_is_not_asked() -> None:
    ours = Server()
    async with ours.at("127.0.0.2") as port:
        names = Names(mail_example=[OURS])
        seen = await look(f"smtp://mail.example:{port}/a@mail.example", names.resolve)
    assert (ours.connections, names.asked) == (0, ["mail.example"])
    told = f"not looked at, its address is not public (loopback), at smtp://mail.example:{port}"
    assert seen == ProbeResult(shows="unclear", detail=told)


async def test_a_name_that_moves_between_two_questions_is_asked_for_once_and_called_where_it_was_checked() -> None:
    names = Names(bakery_example=[BAKERY, OURS])
    site, ours = Server("Fresh bread"), Server(WORDS)
    async with two(site, ours) as port:
        seen = await look(f"http://bakery.example:{port}/", names.resolve)
    assert (names.asked, len(site.heard), ours.connections) == (["bakery.example"], 1, 0)
    assert seen == ProbeResult(shows="running", detail=f"HTTP 200 at http://bakery.example:{port}/")


async def test_a_name_that_moves_before_the_redirect_to_itself_is_refused_there() -> None:
    names = Names(bakery_example=[BAKERY, OURS])
    site, ours = Server(status="302 Found", headers=["Location: /again"]), Server(WORDS)
    async with two(site, ours) as port:
        seen = await look(f"http://bakery.example:{port}/", names.resolve)
    assert (len(site.heard), ours.connections, seen.shows) == (1, 0, "unclear")


async def test_one_refused_address_among_others_refuses_them_all() -> None:
    site, ours = Server("Fresh bread"), Server(WORDS)
    async with two(site, ours) as port:
        for answer in ((*BAKERY, *OURS), (*OURS, *BAKERY)):
            seen = await look(f"http://bakery.example:{port}/", Names(bakery_example=[answer]).resolve)
            assert seen.shows == "unclear"
    assert (site.connections, ours.connections) == (0, 0)


async def test_the_second_address_is_asked_when_nobody_listens_at_the_first() -> None:
    site = Server("Fresh bread")
    async with site.at("127.0.0.1") as port:
        names = Names(bakery_example=[("127.0.0.3", "127.0.0.1")])
        assert (await look(f"http://bakery.example:{port}/", names.resolve)).shows == "running"


async def test_a_redirect_of_the_site_to_itself_brings_no_cookie_and_no_login() -> None:
    names = Names(bakery_example=[BAKERY], www_bakery_example=[BAKERY])
    site = Server(
        status="302 Found", headers=["Location: http://www.bakery.example:{port}/", "Set-Cookie: a=b; Path=/"]
    )
    async with site.at("127.0.0.1") as port:
        site.answer = site.answer.replace(b"{port}", str(port).encode())
        seen = await look(f"http://bakery.example:{port}/", names.resolve)
    assert seen.detail.startswith("TooManyRedirects")
    assert f"Host: www.bakery.example:{port}\r\n" in site.heard[1]
    assert len(site.heard) == 6
    assert not any("cookie" in each.lower() or "authorization" in each.lower() for each in site.heard)


async def test_a_suspended_page_of_the_house_elsewhere_is_known_by_its_address() -> None:
    site = Server(status="302 Found", headers=["Location: https://portal.example/sites/s/suspended"])
    async with site.at("127.0.0.1") as port:
        seen = await look(f"http://127.0.0.1:{port}/")
    told = f"leads to another site, HTTP 302 at http://127.0.0.1:{port}/"
    assert seen == ProbeResult(shows="restricted", detail=told)


async def test_an_address_that_a_redirect_chose_is_told_up_to_a_bound() -> None:
    site = Server(status="302 Found", headers=[f"Location: /{'x' * 9000}"])
    async with site.at("127.0.0.1") as port:
        assert len((await look(f"http://127.0.0.1:{port}/")).detail) < 300


async def tell(site: str, resolve: Resolve = by_system) -> None:
    messenger = SiteMessenger(SECRET, "https://portal.example", 5, ALLOWED, resolve)
    service = Service(id="s", account="bakery", user="bakery", site=site)
    await messenger.tell(service, Level.LOCKED, datetime(2026, 12, 11, tzinfo=UTC))


@pytest.mark.parametrize("host", ["127.0.0.2", "2130706434", "ours.example"])
async def test_news_is_not_sent_into_our_own_network(host: str) -> None:
    ours = Server()
    async with ours.at("127.0.0.2") as port:
        with pytest.raises(OutageError, match=r"service s is not told: its address is not public \(loopback\)"):
            await tell(f"http://{host}:{port}/", Names(ours_example=[OURS]).resolve)
    assert ours.connections == 0


async def test_news_goes_to_the_address_that_was_checked_and_past_the_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    site, ours, names = Server(), Server(), Names(bakery_example=[BAKERY, OURS])
    async with two(site, ours) as port:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.2:{port}")
        await tell(f"http://bakery.example:{port}/hook", names.resolve)
    assert (names.asked, len(site.heard), ours.connections) == (["bakery.example"], 1, 0)
    assert f"Host: bakery.example:{port}\r\n" in site.heard[0]


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    """A server's side of TLS for that name; whoever trusts `cert.pem` there believes it."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins, ends = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
    built = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number(), begins, ends)
    built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    pem = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    private = serialization.PrivateFormat.PKCS8
    words = key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption())
    (folder / "both.pem").write_bytes(words + pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "both.pem")
    return context


@pytest.mark.parametrize("name", ["bakery.example", "other.example"])
async def test_tls_is_spoken_with_the_name_and_not_with_the_address(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, site = certificate(tmp_path, name), Server()
    asked: list[str | None] = []
    tls.set_servername_callback(lambda _, asked_for, __: asked.append(asked_for))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    async with site.at("127.0.0.1", tls=tls) as port:
        telling = tell(f"https://bakery.example:{port}/", Names(bakery_example=[BAKERY]).resolve)
        if name == "bakery.example":
            await telling
        else:
            with pytest.raises(OutageError, match="ConnectError"):
                await telling
    assert asked == ["bakery.example"]
    assert len(site.heard) == (name == "bakery.example")


async def test_a_client_keeps_no_connection_for_another_site_at_the_same_address() -> None:
    site, way = Server("Fresh bread"), Outward(5, ALLOWED)
    async with site.at("127.0.0.1") as port:
        for _ in range(2):
            async with way.http() as http:
                assert (await http.get(f"http://127.0.0.1:{port}/")).status_code == 200
    assert site.connections == 2
