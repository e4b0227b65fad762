"""A name server on a real UDP socket: it answers from a table, or keeps silent."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from dns.rdatatype import to_text

Records = dict[tuple[str, str], tuple[str, ...]]
"""By name (with its dot at the end) and kind: `("bakery.example.", "MX"): ("10 mx1.example.",)`."""


@dataclass
class Names(asyncio.DatagramProtocol):
    """Answers NXDOMAIN for names that no record has. `asked` is what it was asked; a `silent` one answers nothing."""

    records: Records
    silent: bool = False
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text().lower(), to_text(question.rdtype)
        self.asked.append((name, kind))
        if self.silent or self.transport is None:
            return
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        found = self.records.get((name, kind))
        if found:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *found))
        elif not any(known == name for known, _ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(reply.to_wire(), addr)


@asynccontextmanager
async def names(records: Records, *, silent: bool = False) -> AsyncGenerator[Names]:
    """A name server on a free port of loopback."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: Names(records, silent), local_addr=("127.0.0.1", 0))
    try:
        yield server
    finally:
        transport.close()
