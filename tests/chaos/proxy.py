"""A TCP proxy in front of one address, whose connections are cut, whose answers are lost, and that lets nobody in."""

import asyncio
import time
from contextlib import suppress

from sandbox.stage.ports import free_ports


class Proxy:
    """Listens on a free port of loopback; `target` is known once the other side is there."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.target = ("127.0.0.1", 1)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._shut_until = 0.0
        self._deaf_until = 0.0
        self._pause = 0.0
        self._slow_until = 0.0
        self._gate = asyncio.Event()
        self._gate.set()
        self.harmed = 0
        """Connections that were cut, turned away or lost their answer."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    def leads_to(self, url: str) -> None:
        host, _, port = url.rpartition("/")[2].rpartition(":")
        self.target = (host, int(port))

    def cut(self) -> None:
        """Drop every connection that is open."""
        for writer in tuple(self._open):
            self._abort(writer)

    def shut(self, seconds: float) -> None:
        """Let nobody in for so long, and drop who is in."""
        self._shut_until = time.monotonic() + seconds
        self.cut()

    def lose_answers(self, seconds: float) -> None:
        """For so long, what is asked arrives, and the connection drops instead of the answer."""
        self._deaf_until = time.monotonic() + seconds

    def slow_down(self, seconds: float, pause: float) -> None:
        """For so long, everything takes that much longer."""
        self._slow_until, self._pause = time.monotonic() + seconds, pause

    def hold(self) -> None:
        """Keep back what is asked, until `heal` or `let_go`."""
        self._gate.clear()

    def let_go(self) -> None:
        self._gate.set()

    def heal(self) -> None:
        self._gate.set()
        self._shut_until = self._deaf_until = self._slow_until = 0.0

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if time.monotonic() < self._shut_until:
            self._abort(writer)
            return
        try:
            back, forth = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, forth}
        try:
            await asyncio.gather(self._copy(reader, forth), self._copy(back, writer, answers=True))
        finally:
            self._open -= {writer, forth}
            writer.transport.abort()
            forth.transport.abort()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = False) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if answers and time.monotonic() < self._deaf_until:
                    self._abort(writer)
                    return
                if not answers:
                    await self._gate.wait()
                if time.monotonic() < self._slow_until:
                    await asyncio.sleep(self._pause)
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()

    def _abort(self, writer: asyncio.StreamWriter) -> None:
        self.harmed += 1
        writer.transport.abort()
