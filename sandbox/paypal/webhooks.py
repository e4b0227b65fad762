"""Webhooks: posts events, signed by the stand-in's certificate, until somebody answers 2xx."""

import asyncio
import json
from datetime import UTC, datetime

import httpx2
from pydantic import BaseModel

from sandbox.paypal.books import Hook, PayPalBooks, Sale
from sandbox.paypal.certificates import Authority
from sandbox.paypal.shapes import event, written

CERTIFICATE = "/v1/notifications/certs/CERT-sandbox"
_TRIES = 25
_SLOWEST = 5.0
"""Seconds between two tries, at the most; PayPal's three days are no time for a test."""


class Receiver(BaseModel):
    """Where events go (empty: nowhere), the webhook's id, and the address under which this company is known."""

    url: str
    webhook: str
    here: str


class Webhooks:
    """Each event is sent on its own; it is never waited for."""

    def __init__(self, books: PayPalBooks, authority: Authority) -> None:
        self._books = books
        self._authority = authority
        self._to: Receiver | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._http = httpx2.AsyncClient(timeout=10, trust_env=False)

    def receive(self, to: Receiver) -> None:
        """Send there from now on."""
        self._to = to

    def tell(self, sale: Sale, times: int = 1) -> None:
        """Tell of a payment; twice is the same event twice."""
        if self._to is None or not self._to.url or not times:
            return
        named = f"WH-{sale.id}-{sale.status}"
        hook = Hook(event=named)
        self._books.hooks.append(hook)
        body = json.dumps(event(named, sale)).encode()
        for _ in range(times):
            task = asyncio.create_task(self._deliver(body, hook, self._to))
            self._sending.add(task)  # the loop keeps weak references only
            task.add_done_callback(self._sending.discard)

    def headers(self, named: str, body: bytes, to: Receiver) -> dict[str, str]:
        """What proves where a body comes from."""
        at = written(datetime.now(UTC))  # noqa: TID251 - the company's clock is a real one
        assert at
        return {
            "Content-Type": "application/json",
            "PAYPAL-TRANSMISSION-ID": named,
            "PAYPAL-TRANSMISSION-TIME": at,
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
            "PAYPAL-CERT-URL": f"{to.here}{CERTIFICATE}",
            "PAYPAL-TRANSMISSION-SIG": self._authority.signature(named, at, to.webhook, body),
        }

    async def close(self) -> None:
        """Drop what is on its way."""
        for task in self._sending:
            task.cancel()
        await self._http.aclose()

    async def _deliver(self, body: bytes, hook: Hook, to: Receiver) -> None:
        for tries in range(_TRIES):
            try:
                answer = await self._http.post(to.url, content=body, headers=self.headers(hook.event, body, to))
                hook.answers.append(answer.status_code)
                if answer.is_success:
                    return
            except httpx2.HTTPError:
                hook.answers.append(0)
            await asyncio.sleep(min(0.1 * 2**tries, _SLOWEST))
