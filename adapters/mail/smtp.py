"""Mail over SMTP: one message to one recipient over one connection, so that one answer is about one notice.

The steps are taken one by one because their failures differ: before DATA nothing was delivered; once the message
is out, a lost connection leaves it unknown.
"""

import re
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Literal, cast
from urllib.parse import quote

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException, SMTPServerDisconnected, SMTPTimeoutError
from pydantic import SecretStr

from adapters.mail.envelope import Envelopes
from adapters.settings.brands import LOGO, Brand, Brands
from dunning.ports.outages import OutageError
from dunning.records.mail import Delivery, Mail

_PERMANENT = 500
_AUTH_WANTED = 530
_GOODBYE = 2.0
# What SMTP without its UTF-8 extension can carry; everything else could also smuggle headers or commands.
_ADDRESS = re.compile(r"[^\s<>(),;:\\\"@\x00-\x1f\x7f-\U0010ffff]+@[A-Za-z0-9.\-\[\]:]+")
# Seven bits need no extension of the server. Long ids stay on one line: folding them changes them.
_POLICY = policy.SMTP.clone(cte_type="7bit", max_line_length=900)

# RFC 5322 atext: with any other notice, such as the colon of our keys, readers cut the id short.
_ID_LETTERS = "!#$&'*+/=?^`{|}~."

Security = Literal["none", "starttls", "tls"]


class MailConfigurationError(Exception):
    """Our settings and the mail server do not fit (no STARTTLS or AUTH offered, login refused): retrying is useless."""


class SmtpMailer:
    """Fits `dunning.ports.companies.Mailer`. `sender` is the From address, `name` its display name.

    `brands` have their own; a mail of theirs carries their logo. The envelope's senders are the same for all.

    `reply_to` is where answers go to mail that does not say it; empty: no-reply at the sender's domain. `envelopes`
    are the envelope's senders, where mail that cannot be delivered comes back to; None: `sender`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        name: str = "",
        reply_to: str = "",
        envelopes: Envelopes | None = None,
        security: Security = "none",
        username: str | None = None,
        password: SecretStr | None = None,
        timeout: float = 30.0,
        brands: Brands | None = None,
    ) -> None:
        self._host, self._port, self._timeout = host, port, timeout
        self._sender = Address(name, addr_spec=sender)
        self._brands = brands or Brands(Brand(company=name, contact=sender))
        self._reply_to = reply_to or f"no-reply@{self._sender.domain}"
        self._envelopes = envelopes or Envelopes(sender, self._sender.domain, None)
        self._security, self._username, self._password = security, username, password

    async def send(self, mail: Mail) -> Delivery:
        """Hand one message to the mail server."""
        if not _ADDRESS.fullmatch(mail.recipient):
            return Delivery(status="refused", detail="not an address that SMTP can carry")
        client = self._client()
        try:
            await _connect(client)
            return await self._deliver(client, mail)
        finally:
            await _leave(client)

    async def greet(self) -> None:
        """Connect and log in as for a message, and send none. Raises OutageError and MailConfigurationError."""
        client = self._client()
        try:
            await _connect(client)
        finally:
            await _leave(client)

    async def close(self) -> None:
        """Nothing stays open between two messages."""

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            timeout=self._timeout,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            username=self._username,
            password=self._password.get_secret_value() if self._password else None,
        )

    async def _deliver(self, client: aiosmtplib.SMTP, mail: Mail) -> Delivery:
        try:
            await client.mail(self._envelopes.sender(mail.message_id))
            await client.rcpt(mail.recipient)
        except SMTPResponseException as error:
            return _refusal(error, mail.recipient)
        except (SMTPException, OSError) as error:
            raise OutageError(f"mail server: {type(error).__name__}") from None
        return await _hand_over(client, self.compose(mail).as_bytes(), mail.recipient)

    def compose(self, mail: Mail) -> EmailMessage:
        """The message as it goes out: plain text, and the same as HTML."""
        message = EmailMessage(policy=_POLICY)
        brand = self._brands.of(mail.brand)
        message["From"] = Address(brand.company, addr_spec=brand.contact)
        message["To"] = mail.recipient
        message["Reply-To"] = mail.reply_to or brand.reply_to or self._reply_to
        message["Subject"] = _literal(mail.content.subject)
        message["Date"] = mail.at
        message["Message-ID"] = self._message_id(mail.message_id)
        message["Auto-Submitted"] = "auto-replied" if mail.answers else "auto-generated"
        if mail.answers and "=?" not in mail.answers:
            message["In-Reply-To"] = message["References"] = mail.answers
        message.set_content(mail.content.text, charset="utf-8")
        message.add_alternative(mail.content.html, subtype="html", charset="utf-8")
        if brand.logo and f"cid:{LOGO}" in mail.content.html:
            html = cast("EmailMessage", message.get_payload(1))
            html.add_related(brand.logo.data, "image", brand.logo.type, cid=f"<{LOGO}>", disposition="inline")
        return message

    def _message_id(self, given: str) -> str:
        local, _, domain = given.strip("<>").partition("@")
        return f"<{quote(local, safe=_ID_LETTERS)}@{domain or self._sender.domain}>"


def _literal(text: str) -> str:
    """One line that means itself: headers decode encoded words, and would write out the line ends inside of them."""
    return " ".join(text.split()).replace("=?", "= ?")


async def _connect(client: aiosmtplib.SMTP) -> None:
    """Greeting, STARTTLS and login. Nothing about the recipient was said yet."""
    try:
        await client.connect()
    except SMTPResponseException as error:
        if isinstance(error, aiosmtplib.SMTPConnectResponseError) or error.code < _PERMANENT:
            raise OutageError(f"mail server: {error.code} on connecting") from None
        raise MailConfigurationError(f"mail server: {error.code}, it refuses our greeting or login") from None
    except (OSError, SMTPTimeoutError, SMTPServerDisconnected) as error:
        raise OutageError(f"mail server: {type(error).__name__}") from None
    except SMTPException as error:
        raise MailConfigurationError(f"mail server: {error.message}") from None


async def _hand_over(client: aiosmtplib.SMTP, content: bytes, recipient: str) -> Delivery:
    try:
        answer = await client.data(content)
    except SMTPResponseException as error:
        return _refusal(error, recipient)
    except (SMTPException, OSError) as error:
        # The server had the message, or enough of it: only its own log knows.
        return Delivery(status="unknown", detail=type(error).__name__)
    return Delivery(status="delivered", detail=_detail(answer.code, answer.message, recipient))


def _refusal(error: SMTPResponseException, recipient: str) -> Delivery:
    """A permanent answer is a value; the text of a temporary one stays out of the exception: it may name people."""
    if error.code == _AUTH_WANTED:
        raise MailConfigurationError(f"mail server: {error.code}, it wants a login or encryption") from None
    if error.code < _PERMANENT:
        raise OutageError(f"mail server: {error.code}, try again later") from None
    return Delivery(status="refused", detail=_detail(error.code, error.message, recipient))


def _detail(code: int, text: str, recipient: str) -> str:
    return f"{code} {text.replace(recipient, 'recipient')}"


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Say goodbye if there is still somebody there; the message's fate is settled by now."""
    try:
        if client.is_connected:
            await client.quit(timeout=_GOODBYE)
    except (SMTPException, OSError):
        pass
    finally:
        client.close()
