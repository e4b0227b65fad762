"""The readiness endpoint: `GET /ready` answers 200 while the worker polls for work, 503 before and while it stops."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.process.listening import listening

log = structlog.stdlib.get_logger("reprieve.worker")


class Health:
    """What the endpoint says."""

    def __init__(self) -> None:
        self.ready = False

    async def answer(self, request: Request) -> Response:
        """200 or 503, with one word."""
        del request
        return JSONResponse({"ready": self.ready}, status_code=200 if self.ready else 503)


class _Quiet(uvicorn.Server):
    """Leaves the process' signals to the worker."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def serving_health(health: Health, host: str, port: int) -> AsyncGenerator[None]:
    """Serve while the block runs; port 0 serves nothing, and neither does one that is taken: the worker works on."""
    try:
        listener = listening(host, port) if port else None
    except OSError as error:
        log.warning("no readiness here; another worker on this machine needs a REPRIEVE_HEALTH_PORT", error=str(error))
        listener = None
    if listener is None:
        yield
        return
    app = Starlette(routes=[Route("/ready", health.answer)])
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    server = _Quiet(config)
    with listener:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await task
