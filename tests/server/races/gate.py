"""A gate before a server: shut, it lets nobody's bytes through, so that a worker can be frozen right there."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Gate:
    """Forwards connections on loopback to `port` while it is open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open = asyncio.Event()
        self._open.set()
        self.waiting = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    def shut(self) -> None:
        """Keep from now on what is sent; `waiting` tells that something is."""
        self._open.clear()
        self.waiting.clear()

    def open(self) -> None:
        """Let everything through again."""
        self._open.set()

    def cut(self) -> None:
        """End all connections, as a server does that hears nothing from the other side any more."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection in both directions."""
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers |= {writer, back}
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pump(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                if not self._open.is_set():
                    self.waiting.set()
                    await self._open.wait()
                target.write(data)
                await target.drain()
        except ConnectionError:
            pass
        finally:
            target.close()


@asynccontextmanager
async def gate_before(address: str) -> AsyncGenerator[tuple[Gate, str]]:
    """A gate before the server of that URL or address, and its own."""
    before, _, port = address.rpartition(":")
    gate = Gate(int(port))
    server = await asyncio.start_server(gate.connected, "127.0.0.1", 0)
    try:
        yield gate, f"{before}:{server.sockets[0].getsockname()[1]}"
    finally:
        gate.open()
        gate.cut()
        server.close()
