"""The payment company's events: one JSON event per movement of money, sent once, lost or doubled as scripted."""

import asyncio
from collections.abc import Mapping

import httpx2
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.books import Charge, Hook, PaymentBooks


class Subscription(BaseModel):
    """Where events go; empty means nowhere."""

    url: str


class Webhooks:
    """Posts events, and notes in the books what became of them."""

    def __init__(self, books: PaymentBooks) -> None:
        self._books = books
        self._url = ""
        self._sending: set[asyncio.Task[None]] = set()

    async def subscribe(self, request: Request) -> Response:
        """`POST /control/webhook`: where events go from now on."""
        self._url = Subscription.model_validate_json(await request.body()).url
        return JSONResponse({"result": "ok"})

    def announce(self, charge: Charge, how: str) -> None:
        """Send the event while the charge's own answer is still on its way: real events overtake answers."""
        if not self._url:
            return
        hook = Hook(id=f"evt_{len(self._books.hooks) + 1}", charge=charge.id)
        self._books.hooks.append(hook)
        event = {"id": hook.id, "type": "charge.succeeded", "charge": charge.model_dump(mode="json")}
        for _ in range({"lost": 0, "doubled": 2}.get(how, 1)):
            task = asyncio.create_task(self._post(hook, event))
            self._sending.add(task)  # the loop keeps weak references only
            task.add_done_callback(self._sending.discard)

    async def _post(self, hook: Hook, event: Mapping[str, object]) -> None:
        hook.posted += 1
        try:
            async with httpx2.AsyncClient(timeout=5, trust_env=False) as http:
                answer = await http.post(self._url, json=event)
            hook.answers.append(answer.status_code)
        except httpx2.HTTPError:
            hook.answers.append(0)
