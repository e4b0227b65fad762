"""A typed client of what every company's control interface can do."""

import asyncio
import ssl
from typing import Generic, TypeVar

import httpx2
from pydantic import BaseModel, TypeAdapter

from sandbox.control.routes import ScriptRequest, WhoRequest
from sandbox.control.scripts import Held

Books = TypeVar("Books", bound=BaseModel)
_HELD = TypeAdapter(list[Held])
_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Plain HTTP needs no authorities, and to read them takes longer than most calls."""


class Control(Generic[Books]):
    """One company's control interface."""

    def __init__(self, url: str, books: type[Books]) -> None:
        # The companies live on this machine: no proxy of the environment is meant for them.
        self._http = httpx2.AsyncClient(base_url=url, timeout=10, trust_env=False, verify=_NOBODY)
        self._books = books

    async def script(self, who: str, behaviour: str, times: int | None = 1) -> None:
        """Queue a behaviour; `times=None` means until it is forgotten."""
        await self.post("/control/script", ScriptRequest(who=who, behaviour=behaviour, times=times))

    async def release(self, who: str | None = None) -> None:
        """Let what is held go on; without a name, everything."""
        await self.post("/control/release", WhoRequest(who=who))

    async def forget(self, who: str | None = None) -> None:
        """Drop scripts and release what they hold; without a name, all. The books stay."""
        await self.post("/control/forget", WhoRequest(who=who))

    async def held(self) -> list[Held]:
        """What waits now for a release."""
        return _HELD.validate_json(await self._get("/control/held"))

    async def until_held(self, who: str, timeout: float = 10) -> Held:  # noqa: ASYNC109 - a test's patience
        """Wait until something of `who` is held. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while True:
                for held in await self.held():
                    if held.who == who:
                        return held
                await asyncio.sleep(0.01)

    async def books(self) -> Books:
        """All that the company knows."""
        return self._books.model_validate_json(await self._get("/control/books"))

    async def post(self, path: str, body: BaseModel) -> bytes:
        """Call the interface. Raises httpx2.HTTPStatusError when it refuses, e.g. a behaviour it does not know."""
        answer = await self._http.post(path, content=body.model_dump_json())
        return answer.raise_for_status().content

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _get(self, path: str) -> bytes:
        return (await self._http.get(path)).raise_for_status().content
