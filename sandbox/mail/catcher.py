"""A mail catcher: takes every message over SMTP, shows it to people and tests, and fails as scripted.

Scripts per recipient: `refuse:550` (answer to RCPT), `defer:451` (same, temporary), `reject:554` (answer to DATA),
`drop_after_data` (stored, then the connection closes), `hold` (stored, the answer waits for its release).
"""

import asyncio
import logging
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sandbox.control.clock import wall_clock
from sandbox.control.routes import company, get, say
from sandbox.control.scripts import Scripts
from sandbox.control.site import LOOPBACK
from sandbox.mail.books import MailBooks, Message
from sandbox.mail.pages import mail_list, mail_page

_AT_RCPT = frozenset({"refuse", "defer"})
_AT_DATA = frozenset({"ok", "reject", "drop_after_data"})

# It reports every connection that we drop on purpose.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)


class MailCatcher:
    """State and rules; `listen` opens the SMTP port, `app` is its web site. It is its own aiosmtpd handler."""

    def __init__(self) -> None:
        self.scripts = Scripts(_AT_RCPT | _AT_DATA)
        self.books = MailBooks()
        self._known: dict[str, Message] = {}

    def app(self) -> Starlette:
        """The web site: pages for people, JSON, and the control interface."""
        routes = [
            get("/", self._list),
            get("/messages.json", self._json),
            get("/messages/{number:int}", self._message),
        ]
        return company(self.scripts, self.books, [get("/control/mails", self._to), *routes])

    async def listen(self, port: int) -> asyncio.Server:
        """Take mail on the loopback port from now on."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: SMTP(self, hostname="sandbox", loop=loop), LOOPBACK, port)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to RCPT TO."""
        del server, session, options
        how = self.scripts.take(address.lower(), _AT_RCPT)
        if how.word == "ok":
            envelope.rcpt_tos.append(address)
            return "250 OK"
        code = how.argument or ("550" if how.word == "refuse" else "451")
        return f"{code} <{address}>: {'unknown here' if how.word == 'refuse' else 'come back later'}"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Answer to the message itself."""
        del session
        recipient = envelope.rcpt_tos[0].lower()
        how = self.scripts.take(recipient, _AT_DATA)
        if how.word == "reject":
            return f"{how.argument or 554} message not wanted"
        message = self._store(envelope)
        if how.hold_before or how.hold_after:
            await self.scripts.hold(recipient, message.message_id)
        if how.word == "drop_after_data":
            await _drop(server)
        return f"250 2.0.0 Ok: queued as {message.number}"

    def _store(self, envelope: Envelope) -> Message:
        new = _read(envelope, len(self.books.messages) + 1)
        known = self._known.get(new.message_id)
        if known is None or not new.message_id:
            self.books.messages.append(new)
            self._known[new.message_id] = new
            return new
        known.copies += 1
        known.recipients += [to for to in new.recipients if to not in known.recipients]
        return known

    async def _to(self, request: Request) -> Response:
        return say(MailBooks(messages=self.books.to(request.query_params["to"])))

    async def _list(self, request: Request) -> Response:
        del request
        return HTMLResponse(mail_list(self.books))

    async def _json(self, request: Request) -> Response:
        del request
        return JSONResponse([message.model_dump(mode="json") for message in self.books.messages])

    async def _message(self, request: Request) -> Response:
        number = request.path_params["number"]
        found = next((message for message in self.books.messages if message.number == number), None)
        return HTMLResponse(mail_page(found)) if found else HTMLResponse("No such message.", 404)


async def _drop(server: SMTP) -> None:
    # Not asked by isinstance: uvloop's transports are no subclasses.
    cast("asyncio.Transport", server.transport).abort()
    await asyncio.Event().wait()  # the lost connection cancels us here


def _read(envelope: Envelope, number: int) -> Message:
    mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
    return Message(
        number=number,
        message_id=_header(mail, "Message-ID"),
        recipients=[address.lower() for address in envelope.rcpt_tos],
        sender=envelope.mail_from or "",
        subject=_header(mail, "Subject"),
        date=_header(mail, "Date"),
        headers=[(name, str(value)) for name, value in mail.items()],
        text=_part(mail, "plain"),
        html=_part(mail, "html"),
        at=wall_clock(),
    )


def _header(mail: EmailMessage, name: str) -> str:
    return str(mail.get(name, "")).strip()


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
