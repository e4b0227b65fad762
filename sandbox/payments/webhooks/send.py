"""Webhooks: posts events, signed, until somebody answers 2xx; loses, doubles, delays and swaps them as scripted."""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from itertools import count

import httpx2
from pydantic import BaseModel

from sandbox.payments.books import Hook
from sandbox.payments.clock import real_now
from sandbox.payments.failures import EVENTS, PaymentScripts
from sandbox.payments.store.ledger import Ledger

SECRET = "whsec_sandbox"  # noqa: S105 - a sandbox's
_PATIENCE = 10.0
_SLOWEST = 64
"""The pauses between tries double until they are that many times the first."""


def signature(body: str, secret: str, at: int) -> str:
    """The header that proves where a body comes from (docs.stripe.com/webhooks/signature)."""
    signed = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


class Subscription(BaseModel):
    """Where events go (empty: nowhere), the secret that signs them, and the first pause before another try."""

    url: str
    secret: str = SECRET
    pause: float = 0.05


@dataclass
class _Delivery:
    body: str
    hook: Hook


class Hooks:
    """Posts events in the order of their act; what the acts of others do meanwhile is not waited for."""

    def __init__(self, ledger: Ledger, scripts: PaymentScripts) -> None:
        self._scripts = scripts
        self._ledger = ledger
        self._to = Subscription(url="")
        self._http: httpx2.AsyncClient | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._swapped: list[list[_Delivery]] = []

    def subscribe(self, to: Subscription) -> None:
        """Events go there from now on; what was still on its way elsewhere is dropped."""
        self._to = to

    def is_listened_to(self) -> bool:
        """Whether events go anywhere."""
        return bool(self._to.url)

    def send(self, events: list[tuple[str, str]], account: str) -> None:
        """Send the events of one act while its own answer is still on its way: real events overtake answers."""
        if not self._to.url or not events:
            return
        deliveries = [_Delivery(body, self._ledger.hook(name)) for name, body in events]
        how, _, seconds = self._scripts.take(account, EVENTS).argument.partition(":")
        if how == "swapped":
            self._swapped.append(deliveries)
        elif how != "lost":
            waiting, self._swapped = self._swapped, []
            several = [delivery for delivery in deliveries for _ in range(2 if how == "doubled" else 1)]
            self._start(several + [delivery for act in waiting for delivery in act], float(seconds or 0))

    def resend(self, name: str, body: str) -> None:
        """Send an event once more, as a person can at the dashboard."""
        self._start([_Delivery(body, self._ledger.hook(name))], 0)

    async def close(self) -> None:
        """Drop what is on its way."""
        for task in self._sending:
            task.cancel()
        if self._http is not None:
            await self._http.aclose()

    def _start(self, deliveries: list[_Delivery], delay: float) -> None:
        task = asyncio.create_task(self._deliver(deliveries, self._to, delay))
        self._sending.add(task)  # the loop keeps weak references only
        task.add_done_callback(self._sending.discard)

    async def _deliver(self, deliveries: list[_Delivery], to: Subscription, delay: float) -> None:
        await asyncio.sleep(delay)
        refused = [delivery for delivery in deliveries if not await self._post(delivery, to)]
        for tries in count():
            if not refused or to is not self._to:
                return
            await asyncio.sleep(to.pause * min(2**tries, _SLOWEST))
            refused = [delivery for delivery in refused if to is self._to and not await self._post(delivery, to)]

    async def _post(self, delivery: _Delivery, to: Subscription) -> bool:
        delivery.hook.posted += 1
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(delivery.body, to.secret, real_now()),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            answer = await self._client().post(to.url, content=delivery.body, headers=headers)
        except httpx2.HTTPError:
            delivery.hook.answers.append(0)
            return False
        delivery.hook.answers.append(answer.status_code)
        return answer.is_success

    def _client(self) -> httpx2.AsyncClient:
        """One for all: making one costs more than a post."""
        if self._http is None:
            # Waiting for a free connection is no silence of the other side.
            patience = httpx2.Timeout(_PATIENCE, pool=None)
            self._http = httpx2.AsyncClient(timeout=patience, trust_env=False)
        return self._http
