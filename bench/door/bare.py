"""`python -m bench.door.bare`: a server that reads the body and says 200; what any door of this kind costs at least."""

import asyncio

import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal.http.server import serving


async def _take(request: Request) -> Response:
    await request.body()
    return JSONResponse({"outcome": "accepted"})


async def run() -> None:
    """Serve until killed; prints the port."""
    async with serving(Starlette(routes=[Route("/webhooks/stripe", _take, methods=["POST"])]), "127.0.0.1", 0) as port:
        print(port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(run())
