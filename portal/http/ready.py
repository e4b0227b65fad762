"""`GET /ready`: 200 while the store and Temporal answer. Without Temporal webhooks are kept, and delivered later."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal.http.errors import note

PATIENCE = 2.0

Check = Callable[[], Awaitable[object]]


class Ready:
    """Each check raises, or takes too long, when its part is away."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    def route(self) -> Route:
        """For the balancer in front of us."""
        return Route("/ready", self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        there = await asyncio.gather(*(_works(check) for check in self._checks.values()))
        parts = dict(zip(self._checks, there, strict=True))
        missing = [name for name, works in parts.items() if not works]
        if missing:
            note(request, f"away: {', '.join(missing)}")
        return JSONResponse({"ready": not missing, **parts}, 503 if missing else 200)


async def _works(check: Check) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await check()
    except Exception:  # noqa: BLE001 - whatever it is, the part does not answer
        return False
    return True
