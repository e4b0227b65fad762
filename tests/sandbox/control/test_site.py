"""The companies' web servers, below HTTP."""

import asyncio
from urllib.parse import urlsplit

import httpx2
import pytest

from sandbox.companies import Sandbox

ASKS = b"GET /control/held HTTP/1.1\r\nHost: sandbox\r\n\r\n"


async def test_a_connection_rests_longer_than_any_client_of_ours_keeps_it(sandbox: Sandbox) -> None:
    """Else the server ends it in the very moment in which a call sets out on it, and the call is lost."""
    place, longest = urlsplit(sandbox.addresses.payments), httpx2.Limits().keepalive_expiry
    assert longest
    answers, asks = await asyncio.open_connection(place.hostname, place.port)
    asks.write(ASKS)
    await answers.readuntil(b"[]")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(answers.read(1), longest + 1)
    asks.close()
    await asks.wait_closed()
