"""Stripe's SDK over the HTTP client that everything here uses, by the SDK's own way to bring another one.

The SDK's asynchronous client needs httpx, which nobody maintains, calls it in a deprecated way, and would send calls
for a stand-in on this machine through the environment's proxy.
"""

import asyncio
import re
from collections.abc import Mapping

import httpx2
import stripe

from adapters.settings.loopback import is_on_this_machine
from adapters.settings.modes import other_mode
from adapters.settings.trust import authorities

_OF_MODE = {live: re.compile(rb'"livemode"\s*:\s*' + word) for live, word in ((True, b"true"), (False, b"false"))}
"""How an answer says so of itself, or of what is in it. What people write is text there, with its quotes escaped."""


class StripeHttp(stripe.HTTPClient):
    """Connections to Stripe, or to what listens at `url`; `timeout` in seconds. Close it in the end.

    `live` is the key's mode: an answer with anything of the other mode is none. So nothing is counted, and nothing
    happens to anybody, until somebody mends the settings.
    """

    name = "httpx2"

    def __init__(self, url: str, timeout: float, *, live: bool) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType] - the SDK leaves a private argument untyped
        self._live = live
        far = not is_on_this_machine(url)
        self._http = httpx2.AsyncClient(timeout=timeout, trust_env=far, verify=authorities(trust_env=far))

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | bytes | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One call, never repeated. Raises stripe.APIConnectionError, naming the kind of fault, no data."""
        try:
            answer = await self._http.request(method, url, headers=dict(headers), content=post_data)
        except httpx2.TransportError as error:
            raise stripe.APIConnectionError(type(error).__name__) from None
        if _OF_MODE[not self._live].search(answer.content):
            raise stripe.APIConnectionError(other_mode(told=not self._live, live=self._live))
        return answer.content, answer.status_code, answer.headers

    async def sleep_async(self, secs: float) -> None:
        """Between the SDK's own retries, of which there are none."""
        await asyncio.sleep(secs)

    async def close_async(self) -> None:
        """Close the connections."""
        await self._http.aclose()
