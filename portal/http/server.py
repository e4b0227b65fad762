"""Serves an application until it is told to stop, on a socket that is open before anybody is told of it."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from adapters.process.listening import listening
from portal.http.guarded import guarded
from portal.http.limits import Limits

GRACE = 10
"""Seconds that a stop waits for requests that are under way."""
_NEVER = 3_600
"""Seconds: our own limits end what is idle; a blank line would extend the server's."""


class _Server(uvicorn.Server):
    """Leaves the process' signals to the program."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int, limits: Limits | None = None) -> AsyncGenerator[int]:
    """Serve while the block runs, then finish what is under way. Gives the port; 0 takes a free one.

    No `limits` are the usual ones. Raises OSError when the address cannot be had.
    """
    with listening(host, port) as listener:
        server = _Server(
            uvicorn.Config(
                app,
                http=guarded(limits or Limits()),
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",  # it has a line for each mistake of a client
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE,
                timeout_keep_alive=_NEVER,
            )
        )
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await task
