"""Stripe's SDK over the HTTP client that everything here uses, by the SDK's own way to bring another one.

The SDK's asynchronous client needs httpx, which nobody maintains, calls it in a deprecated way, and would send calls
for a stand-in on this machine through the environment's proxy.
"""

import asyncio
from collections.abc import Mapping

import httpx2
import stripe

from adapters.settings.loopback import is_on_this_machine


class StripeHttp(stripe.HTTPClient):
    """Connections to Stripe, or to what listens at `url`; `timeout` in seconds. Close it in the end."""

    name = "httpx2"

    def __init__(self, url: str, timeout: float) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType] - the SDK leaves a private argument untyped
        self._http = httpx2.AsyncClient(timeout=timeout, trust_env=not is_on_this_machine(url))

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | bytes | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One call, never repeated. Raises stripe.APIConnectionError, naming the kind of fault and nothing else."""
        try:
            answer = await self._http.request(method, url, headers=dict(headers), content=post_data)
        except httpx2.TransportError as error:
            raise stripe.APIConnectionError(type(error).__name__) from None
        return answer.content, answer.status_code, answer.headers

    async def sleep_async(self, secs: float) -> None:
        """Between the SDK's own retries, of which there are none."""
        await asyncio.sleep(secs)

    async def close_async(self) -> None:
        """Close the connections."""
        await self._http.aclose()
