"""HTTP behind limits: whoever sends too slowly, too much or too often is turned away, and nobody else notices.

The server below knows none of these limits. Here each connection has one deadline at any time: for the headers since
their first byte, for the body since the headers, for the next request since the answer. Blank lines extend none.
"""

import asyncio
from enum import Enum, auto
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from portal.http.limits import Limits
from portal.http.room import Room
from portal.http.turned_away import TurnedAway

PIPELINED = 8
"""Requests of one connection that may wait for the answer to an earlier one."""
LINGER, LINGERING_BYTES = 2.0, 4_194_304
"""Seconds and bytes in which a client that still sends may read why it was turned away."""
SENDING = 30.0
"""Seconds that an answer waits for a client that does not read."""


class Phase(Enum):
    """What is awaited."""

    REQUEST = auto()
    HEADERS = auto()
    BODY = auto()
    ANSWER = auto()
    END = auto()


class Guarded(HttpToolsProtocol):
    """One connection. `room` and `turned_away` are those of the server."""

    limits: Limits
    room: Room
    turned_away: TurnedAway

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._phase = Phase.REQUEST
        self._bytes = self._dropped = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._answering: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in, or turn it away at once."""
        address, *_ = transport.get_extra_info("peername")
        if why := self.room.enter(self, address):
            self.turned_away.tell(why)
            self._phase = Phase.END
            transport.write(_answer(503, why))
            _close(self.loop, transport)
            return
        super().connection_made(transport)
        self._await(Phase.REQUEST, self.limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room. Whoever is being answered hears that nobody listens any more."""
        self.room.leave(self)
        self._cancel()
        if self._unread:
            self._unread.cancel()
        if self.flow is None:  # pyright: ignore[reportUnnecessaryComparison] - it was never let in
            return
        self._abandon()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read it piece by piece, so that no part of a request grows beyond its limit."""
        begin = 0
        while begin < len(data) and self._phase is not Phase.END and not self.transport.is_closing():
            left = self._most() - self._bytes
            if left <= 0:
                self._turn_away(*self._too_much())
                break
            piece = data[begin : begin + min(left, self.limits.header_bytes)]
            begin += len(piece)
            self._bytes += len(piece)
            super().data_received(piece)
        if self._phase is Phase.END:
            self._drop(len(data) - begin)

    def _drop(self, more: int) -> None:
        self._dropped += more
        if self._dropped > LINGERING_BYTES:
            self._abort()

    def _most(self) -> int:
        return self.limits.body_bytes if self._phase is Phase.BODY else self.limits.header_bytes

    def _too_much(self) -> tuple[int, str]:
        if self._phase is Phase.BODY:
            return 413, "the body is too large"
        return 431, f"the headers are larger than {self.limits.header_bytes} bytes"

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        if len(self.pipeline) >= PIPELINED:
            raise ValueError  # ends in send_400_response
        super().on_message_begin()
        if self._phase is not Phase.REQUEST:  # it came together with an earlier one, whose bytes are not its own
            self._bytes = 0
        self._await(Phase.HEADERS, self.limits.header_seconds)

    def on_headers_complete(self) -> None:
        """The body is next, if there is one."""
        super().on_headers_complete()
        self._bytes = 0
        self._await(Phase.BODY, self.limits.body_seconds)

    def on_message_complete(self) -> None:
        """The request is whole: from now on it is we who take the time."""
        super().on_message_complete()
        self._bytes = 0
        self._phase = Phase.ANSWER
        self._cancel()
        self.room.is_answered(self)
        self._rest()

    def on_response_complete(self) -> None:
        """Wait for another request."""
        super().on_response_complete()
        if self.transport.is_closing():
            _close(self.loop, self.transport)
            return
        self._rest()

    def _rest(self) -> None:
        answered = self._answering is None or self._answering.response_complete
        if self._phase is Phase.ANSWER and answered and not self.transport.is_closing():
            self._await(Phase.REQUEST, self.limits.idle_seconds)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP, and more requests at once than anybody needs."""
        del msg
        self._turn_away(400, "too many requests at once" if len(self.pipeline) >= PIPELINED else "this is no HTTP")

    def pause_writing(self) -> None:
        """The client does not read; not for ever."""
        super().pause_writing()
        self._unread = self._unread or self.loop.call_later(SENDING, self._abort)

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        if self._unread:
            self._unread.cancel()
            self._unread = None

    def give_way(self) -> None:
        """The room is full, and we wait for this client longer than for any other."""
        if self._phase is not Phase.END:
            self._turn_away(503, "too many connections")
        _close(self.loop, self.transport)

    def _await(self, phase: Phase, seconds: float) -> None:
        self._phase = phase
        if phase is Phase.REQUEST:
            self.room.waits(self)
        self._cancel()
        self._deadline = self.loop.call_later(seconds, self._late, seconds)

    def _cancel(self) -> None:
        if self._deadline:
            self._deadline.cancel()

    def _late(self, seconds: float) -> None:
        if self._phase is Phase.END:
            self._abort()
        elif self.flow.read_paused:  # it is we who do not read
            self._await(self._phase, seconds)
        elif self._phase is Phase.REQUEST:
            self._end()
        else:
            part = "headers" if self._phase is Phase.HEADERS else "body"
            self._turn_away(408, f"the {part} did not arrive within {seconds:g} seconds")

    def _abort(self) -> None:
        if self.transport:
            self.transport.abort()

    def _turn_away(self, status: int, why: str) -> None:
        self.turned_away.tell(why)
        if self._may_answer() and not self.transport.is_closing():
            self.transport.write(_answer(status, why))
        self._end()

    def _may_answer(self) -> bool:
        """Whether nothing else is, or will be, on the wire."""
        now = self._answering
        if now is None or (now.response_complete and self._phase is not Phase.BODY):
            return True
        return self._phase is Phase.BODY and not now.response_started and not self.pipeline

    def _end(self) -> None:
        """Say that no more comes, and drop what still arrives: who is cut while sending would not read why."""
        self._abandon()
        if self.transport.is_closing():
            _close(self.loop, self.transport)
            return
        self.transport.write_eof()
        self.flow.resume_reading()
        self._await(Phase.END, LINGER)
        self.room.waits(self)

    def _abandon(self) -> None:
        self.pipeline.clear()
        for cycle in (self._answering, self.cycle):
            if cycle and not cycle.response_complete:
                cycle.disconnected, cycle.waiting_for_100_continue = True, False
                cycle.message_event.set()


def guarded(limits: Limits) -> type[Guarded]:
    """The protocol of one server, whose connections share a room."""
    return type("GuardedHere", (Guarded,), {"limits": limits, "room": Room(limits), "turned_away": TurnedAway()})


def _answer(status: int, why: str) -> bytes:
    later = b"retry-after: 5\r\n" if status == 503 else b""  # noqa: PLR2004
    body = f"{why}\n".encode()
    head = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
    return STATUS_LINE[status] + later + head + body


def _close(loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
    """Close it once all is sent, and otherwise, too: a client that does not read would keep it."""
    transport.close()
    loop.call_later(SENDING if transport.get_write_buffer_size() else 0.0, transport.abort)
