"""Serves an application until it is told to stop, on a socket that is open before anybody is told of it."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from adapters.process.listening import listening

GRACE = 10
"""Seconds that a stop waits for requests that are under way."""


class _Server(uvicorn.Server):
    """Leaves the process' signals to the program."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int) -> AsyncGenerator[int]:
    """Serve while the block runs, then finish what is under way. Gives the port; 0 takes a free one.

    Raises OSError when the address cannot be had.
    """
    with listening(host, port) as listener:
        server = _Server(
            uvicorn.Config(
                app,
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE,
            )
        )
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await task
