"""A PostgreSQL that says nothing: its machine is paused, its disk hangs, or the network swallows what is sent.

Nobody is told so, and who waits for an answer waits for ever. A long query is no silence: whoever has waited long
knocks at the server's door, and only when nobody opens, all connections are shut, so that who waits hears of it.
"""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any
from weakref import WeakSet

import psycopg
from sqlalchemy import Engine, event

_LEAST = 4.0
"""Seconds that a server has at the least, however impatient somebody is: to be slow is no silence."""


class Silence:
    """Watches the connections of `engine`. `patience` in seconds: half of it before the knock, half for the answer."""

    def __init__(self, engine: Engine, patience: float) -> None:
        self._engine = engine
        self._half = max(patience, _LEAST) / 2
        self._connections = WeakSet[Any]()
        self._knock: asyncio.Task[None] | None = None
        event.listen(engine, "connect", self._connected)

    @asynccontextmanager
    async def noticed(self) -> AsyncGenerator[None]:
        """Have the block fail as one that lost its connection, when it waits for a server that says nothing."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()

    def _connected(self, connection: Any, _record: object) -> None:
        self._connections.add(getattr(connection, "driver_connection", connection))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._half)
            if self._knock is None or self._knock.done():  # one knock for all who wait
                self._knock = asyncio.create_task(self._knocked())
            await asyncio.shield(self._knock)

    async def _knocked(self) -> None:
        words, named = self._engine.dialect.create_connect_args(self._engine.url)
        try:
            async with asyncio.timeout(self._half):
                connection = await psycopg.AsyncConnection.connect(*words, **named)
        except (TimeoutError, psycopg.errors.ConnectionTimeout):
            for each in tuple(self._connections):
                _shut(each)
        except psycopg.Error:
            return  # it says no, so it is no silence; who waits hears of it, too
        else:
            await connection.close()


def _shut(connection: Any) -> None:
    """As if the server had hung up."""
    with suppress(OSError, psycopg.Error):  # it is closed by now
        descriptor = os.dup(connection.pgconn.socket)
        with socket.socket(fileno=descriptor) as its:
            its.shutdown(socket.SHUT_RDWR)
