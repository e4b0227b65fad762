"""Gates in front of PostgreSQL and of Temporal that close in the middle of a command, at a request that a test names.

What is counted is what a program waits for: a statement's round trip, a call. So "in the middle" is the same place in
every run, and a test can go through all of them.
"""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Literal

Lost = Literal["request", "answer"]
"""What the other side never gets: it did nothing, or it did all and nobody heard of it."""


class Gate:
    """Lets everything through until request `at` since `arm`; then it closes: nobody is let in, who is in is out.

    `again_after` seconds later it opens by itself; None: not until `open` is called.
    """

    def __init__(self) -> None:
        self.requests = 0
        self._at = 0
        self._lost: Lost = "request"
        self._again_after: float | None = None
        self._inside: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._opening: asyncio.Task[None] | None = None

    @property
    def closed(self) -> bool:
        return self._server is None

    def arm(self, at: int, lost: Lost, again_after: float | None = None) -> None:
        """Close at that request, counted from now; 0 only counts."""
        self.requests, self._at, self._lost, self._again_after = 0, at, lost, again_after

    async def open(self) -> None:
        """Let everybody in."""
        self._at = 0
        if self._opening and self._opening is not asyncio.current_task():
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        self._opening = None
        if self._server is None:
            self._server = await self._listen()

    def close(self) -> None:
        """Nobody is let in, and who is in is out."""
        if self._server:
            self._server.close()
            self._server = None
        for writer in tuple(self._inside):
            writer.transport.abort()
        if self._again_after is not None and self._opening is None:
            self._opening = asyncio.get_running_loop().create_task(self._later(self._again_after))

    async def _later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.open()

    async def _listen(self) -> asyncio.Server:
        raise NotImplementedError

    async def _other_side(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        raise NotImplementedError

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await self._other_side()
        except OSError:
            writer.transport.abort()
            return
        self._inside |= {writer, forth}
        try:
            listening = _Listening()
            await asyncio.gather(self._there(reader, forth, listening), self._back(back, writer, listening))
        finally:
            self._inside -= {writer, forth}
            writer.transport.abort()
            forth.transport.abort()

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listening: "_Listening") -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            first = True
            while True:
                message, is_request = await self._asked(reader, first=first)
                first = False
                self.requests += is_request
                if is_request and self.requests == self._at:
                    if self._lost == "request":
                        self.close()
                        return
                    listening.for_answer = True
                writer.write(message)
                await writer.drain()
        writer.transport.abort()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listening: "_Listening") -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                message, is_answer = await self._answered(reader)
                if listening.for_answer and is_answer:
                    self.close()
                    return
                writer.write(message)
                await writer.drain()
        writer.transport.abort()

    async def _asked(self, reader: asyncio.StreamReader, *, first: bool) -> tuple[bytes, bool]:
        raise NotImplementedError

    async def _answered(self, reader: asyncio.StreamReader) -> tuple[bytes, bool]:
        raise NotImplementedError


class _Listening:
    for_answer = False


class StoreGate(Gate):
    """In front of PostgreSQL's socket in `there`; programs come to the one in `here`."""

    def __init__(self, here: Path, there: Path) -> None:
        super().__init__()
        self._here, self._there_path = here / ".s.PGSQL.5432", there / ".s.PGSQL.5432"

    async def _listen(self) -> asyncio.Server:
        self._here.unlink(missing_ok=True)
        return await asyncio.start_unix_server(self._serve, self._here)

    async def _other_side(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_unix_connection(self._there_path)

    async def _asked(self, reader: asyncio.StreamReader, *, first: bool) -> tuple[bytes, bool]:
        """A statement is one message (Query), or several that end with Sync."""
        kind = b"" if first else await reader.readexactly(1)
        length = await reader.readexactly(4)
        body = await reader.readexactly(int.from_bytes(length) - 4)
        return kind + length + body, kind in (b"Q", b"S")

    async def _answered(self, reader: asyncio.StreamReader) -> tuple[bytes, bool]:
        kind = await reader.readexactly(1)
        length = await reader.readexactly(4)
        return kind + length + await reader.readexactly(int.from_bytes(length) - 4), kind == b"Z"


class TemporalGate(Gate):
    """In front of Temporal's server at `there`, on a port of its own."""

    _PREFACE = 24
    _HEADERS = 1

    def __init__(self, port: int, there: str) -> None:
        super().__init__()
        self._port = port
        host, _, number = there.rpartition(":")
        self._target = (host, int(number))

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", self._port, reuse_address=True)

    async def _other_side(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self._target)

    async def _asked(self, reader: asyncio.StreamReader, *, first: bool) -> tuple[bytes, bool]:
        """A call begins with a frame of headers."""
        if first:
            return await reader.readexactly(self._PREFACE), False
        return await self._answered(reader)

    async def _answered(self, reader: asyncio.StreamReader) -> tuple[bytes, bool]:
        head = await reader.readexactly(9)
        return head + await reader.readexactly(int.from_bytes(head[:3])), head[3] == self._HEADERS
