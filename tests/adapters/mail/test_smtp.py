"""How the SMTP mailer meets servers that want, or lack, encryption and logins."""

import asyncio
import os
import shutil
import ssl
import subprocess
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from adapters.mail.smtp import MailConfigurationError, SmtpMailer
from dunning.ports.outages import OutageError
from dunning.records.mail import Mail, NoticeText

SECRET = "correct horse battery staple"
CONTENT = NoticeText(subject="s", text="t\n", html="<p>t</p>\n", template="t@1")
MAIL = Mail(message_id="n-1", recipient="anna@c.example", content=CONTENT, at=datetime(2026, 3, 1, tzinfo=UTC))


class Handler:
    async def handle_DATA(self, _server: SMTP, session: Session, _envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        return f"250 taken, encrypted={session.ssl is not None}, login={bool(session.authenticated)}"


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=data.password == SECRET.encode(), handled=False)


@asynccontextmanager
async def listening(protocol: Callable[[], asyncio.Protocol], **options: Any) -> AsyncGenerator[int]:
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, **options)
    async with server:
        yield server.sockets[0].getsockname()[1]


LOGIN: dict[str, Any] = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
# aiosmtpd warns of exactly that; nothing leaves this machine.
plain_login = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def smtp(**options: Any) -> Callable[[], SMTP]:
    return lambda: SMTP(Handler(), hostname="test", loop=asyncio.get_running_loop(), **options)


def mailer(port: int, **options: Any) -> SmtpMailer:
    return SmtpMailer("localhost", port, "billing@host.example", timeout=options.pop("timeout", 5.0), **options)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if shutil.which("openssl") is None and not os.environ.get("CI"):
        pytest.skip("openssl is missing here: `apt-get install openssl` to test TLS, too")
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    options = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command, *options], check=True, capture_output=True)
    return key, cert


@pytest.fixture
def server_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate[1], certificate[0])
    return context


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))


@pytest.mark.usefixtures("trusted")
async def test_starttls_encrypts(server_tls: ssl.SSLContext):
    async with listening(smtp(tls_context=server_tls, require_starttls=True)) as port:
        delivery = await mailer(port, security="starttls").send(MAIL)
    assert (delivery.status, delivery.detail) == ("delivered", "250 taken, encrypted=True, login=False")


@plain_login
@pytest.mark.usefixtures("trusted")
async def test_tls_from_the_first_byte_works_with_a_login(server_tls: ssl.SSLContext):
    async with listening(smtp(**LOGIN), ssl=server_tls) as port:
        options: dict[str, Any] = {"security": "tls", "username": "u", "password": SecretStr(SECRET)}
        delivery = await mailer(port, **options).send(MAIL)
    assert delivery.status == "delivered"
    assert delivery.detail.endswith("login=True")


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_nobody_vouches_for_gets_no_mail(server_tls: ssl.SSLContext, security: str):
    options: dict[str, Any] = {"ssl": server_tls} if security == "tls" else {}
    async with listening(smtp(tls_context=None if options else server_tls), **options) as port:
        with pytest.raises(OutageError):
            await mailer(port, security=security).send(MAIL)


async def test_starttls_wanted_but_not_offered_is_a_wrong_setting():
    async with listening(smtp()) as port:
        with pytest.raises(MailConfigurationError, match="STARTTLS"):
            await mailer(port, security="starttls").send(MAIL)


async def test_a_login_wanted_but_not_offered_is_a_wrong_setting():
    async with listening(smtp()) as port:
        with pytest.raises(MailConfigurationError, match="AUTH") as wrong:
            await mailer(port, username="u", password=SecretStr(SECRET)).send(MAIL)
    assert SECRET not in repr(wrong.value)


@plain_login
@pytest.mark.parametrize("options", [{}, {"username": "u", "password": SecretStr("guess")}])
async def test_a_login_that_is_missing_or_refused_is_a_wrong_setting(options: dict[str, Any]):
    async with listening(smtp(**LOGIN)) as port:
        with pytest.raises(MailConfigurationError) as wrong:
            await mailer(port, **options).send(MAIL)
    assert "guess" not in repr(wrong.value)


class Script(asyncio.Protocol):
    """Says these lines, one per line it hears, and hangs up when it has no more."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.data_received(b"")

    def data_received(self, data: bytes) -> None:
        del data
        if self._lines:
            self._transport.write(self._lines.pop(0).encode() + b"\r\n")
        else:
            self._transport.close()


@pytest.mark.parametrize(
    "lines",
    [(), ("554 go away",), ("220 hello",), ("220 hello", "250 hello"), ("220 hello", "250 hello", "250 go on")],
    ids=["greeting", "unwelcome", "helo", "sender", "recipient"],
)
async def test_hanging_up_before_the_message_is_an_outage(lines: tuple[str, ...]):
    async with listening(lambda: Script(*lines)) as port:
        with pytest.raises(OutageError) as outage:
            await mailer(port).send(MAIL)
    assert MAIL.recipient not in repr(outage.value)


async def test_a_silent_server_is_an_outage():
    async with listening(asyncio.Protocol) as port:
        with pytest.raises(OutageError):
            await mailer(port, timeout=0.1).send(MAIL)


async def test_nobody_there_is_an_outage(unused_tcp_port: int):
    with pytest.raises(OutageError):
        await mailer(unused_tcp_port).send(MAIL)


def test_no_header_writes_a_line_end_that_hides_in_an_encoded_word():
    hidden = "=?utf-8?q?Hi=0d=0aBcc:x@y.example?="
    content = CONTENT.model_copy(update={"subject": f"Hello {hidden}\r\nBcc: z@y.example"})
    sent = mailer(1).compose(MAIL.model_copy(update={"content": content, "answers": f"<a{hidden}@c>"})).as_bytes()
    assert b"\nBcc" not in sent
