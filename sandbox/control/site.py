"""Runs a Starlette application on a loopback port inside the running loop, and cuts connections on demand."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

LOOPBACK = "127.0.0.1"
IDLE = 60
"""Seconds that a connection may rest. Clients let go of one after five: who ends it first must not be the server, or a
call that sets out in that moment is lost, and nobody knows whether it was done."""


class _CuttableProtocol(H11Protocol):
    """Shows the connection to the application: the sandbox has to fail below HTTP, too."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """Leaves signals to the process: three servers share it, and each would take them for itself."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def cut(request: Request) -> Response:
    """Drop the connection without an answer. What is returned goes nowhere."""
    request.state.transport.abort()
    return Response()


def _listening(port: int) -> socket.socket:
    # Named TCP outright: asyncio switches Nagle's algorithm off only then, and it costs 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    listener.listen()
    return listener


class Site:
    """One company's web server. It listens as soon as it exists, so that its address can be told at once."""

    def __init__(self, app: Starlette, port: int) -> None:
        self._socket = _listening(port)
        self.url = f"http://{LOOPBACK}:{self._socket.getsockname()[1]}"
        self._server = _Server(
            uvicorn.Config(
                app, http=_CuttableProtocol, lifespan="off", ws="none", log_level="critical", access_log=False,
                timeout_graceful_shutdown=1, timeout_keep_alive=IDLE,
            )
        )  # fmt: skip

    async def serve(self) -> None:
        """Serve until `stop`."""
        await self._server.serve(sockets=[self._socket])

    def stop(self) -> None:
        """Let `serve` end."""
        self._server.should_exit = True
