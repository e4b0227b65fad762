"""The door for mail: an SMTP listener to which the operator's mail server hands bounces and answers to no-reply.

A mail is answered with 250 only when it is committed, and with 451 when that fails: then the mail server keeps it and
comes again. Whatever is killed in between, either side has it (S1-18). Only our own addresses are taken: it relays
nothing.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, cast

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.mail.envelope import untagged
from dunning.notices.inbound_mail import id_of
from dunning.ports.inbox import Mailbox
from dunning.records.mail import InboundMail

CONNECTIONS = 100
"""So many may be open at once; one more is told to come again."""
MOST = 200
"""Mails that may wait to be written; more are put off."""
PATIENCE = 20.0
"""Seconds that a mail server waits for us. The write may still succeed later: the same mail again is the same."""
_IDLE = 60.0
STRANGERS = "554 5.7.1 only our own mail servers hand mail over here"
_LATER = "451 4.3.0 cannot be kept now, come again"
log = structlog.stdlib.get_logger("reprieve.portal")

# It writes down every sender and recipient.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class _Server(SMTP):
    """Takes the long lines that some programs write: what a mail server has accepted is not refused here.

    `room` are the connections that are open, of which there are `CONNECTIONS` at the most. Strangers take none of them.
    """

    line_length_limit = 65_536

    def __init__(self, room: set["_Server"], handler: "InboundSmtp", **more: Any) -> None:
        super().__init__(handler, **more)
        self._room = room
        self._is_relay = handler.is_relay

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Turn away strangers, and whoever comes when the room is full: a mail server comes again."""
        if not self._is_relay(transport.get_extra_info("peername")):
            _turn_away(transport, STRANGERS)
        elif len(self._room) >= CONNECTIONS:
            _turn_away(transport, "421 4.3.2 too many connections, come again")
        else:
            self._room.add(self)
            super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Make room."""
        if self in self._room:
            self._room.discard(self)
            super().connection_lost(error)


def _turn_away(transport: asyncio.BaseTransport, words: str) -> None:
    # Not asked by isinstance: uvloop's transports are no subclasses, and whoever is not told holds the connection.
    to = cast("asyncio.Transport", transport)
    to.write(words.encode() + b"\r\n")
    to.close()


class InboundSmtp:
    """Its own aiosmtpd handler. `ours` are the addresses that it takes mail for; `ring` hears of each that was kept.

    What follows a plus in an address of ours is whose mail came back (`adapters.mail.envelope`). Only `relays` may
    hand mail over: the operator's own mail servers.
    """

    def __init__(
        self,
        store: Mailbox,
        ours: Iterable[str],
        *,
        relays: Iterable[IPv4Network | IPv6Network],
        clock: Callable[[], datetime],
        ring: Callable[[], None],
    ) -> None:
        self._store = store
        self._ours = frozenset(address.lower() for address in ours if address)
        self._relays = tuple(relays)
        self._waiting = 0
        self._clock = clock
        self._ring = ring

    @asynccontextmanager
    async def open(self, host: str, port: int, most_bytes: int) -> AsyncGenerator[int]:
        """Take mail while the block runs. Gives the port: with 0 a free one. Raises OSError when it is taken."""
        loop = asyncio.get_running_loop()
        room = set[_Server]()

        def made() -> SMTP:
            return _Server(
                room,
                self,
                hostname="reprieve",
                ident="Reprieve",
                data_size_limit=most_bytes,
                enable_SMTPUTF8=True,
                timeout=_IDLE,
                loop=loop,
            )

        server = await loop.create_server(made, host, port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to MAIL FROM."""
        del server
        if not self.is_relay(session.peer):
            return STRANGERS
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    def is_relay(self, peer: Any) -> bool:
        """Whether it is one of the operator's own mail servers."""
        address = ip_address(str(peer[0]).partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._relays)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to RCPT TO."""
        del server, session, options
        if not self._ours & {address.lower(), untagged(address)}:
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Answer to the mail itself, once it is safe."""
        del server, session
        if self._waiting >= MOST:
            return _LATER
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE):
                await self._store.receive_mails((self._mail(envelope),))
        except Exception as error:  # noqa: BLE001 - whatever it is, the mail server must keep what we could not
            log.warning("a mail could not be kept; the mail server comes again", error=type(error).__name__)
            return _LATER
        finally:
            self._waiting -= 1
        self._ring()
        return "250 2.0.0 kept"

    def _mail(self, envelope: Envelope) -> InboundMail:
        raw = envelope.original_content or b""
        sender, recipient = (envelope.mail_from or "").strip("<>"), envelope.rcpt_tos[0].lower()
        return InboundMail(id=id_of(raw), sender=sender, recipient=recipient, at=self._clock(), raw=raw)
