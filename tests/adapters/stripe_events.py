"""Reading Stripe's events as its webhooks bring them, for the tests."""

import json
from typing import Any

import stripe

from dunning.ports.companies import Gateway
from dunning.records.inbox import News


async def events(sdk: stripe.StripeClient, kind: str, of: str) -> list[dict[str, Any]]:
    """The events of that kind about an object, or about a payment, oldest first."""
    listed = await sdk.v1.events.list_async({"types": [kind], "limit": 100})
    found = [event.to_dict() async for event in listed.auto_paging_iter()]
    return [e for e in reversed(found) if of in (e["data"]["object"]["id"], e["data"]["object"].get("payment_intent"))]


async def told(gateway: Gateway, sdk: stripe.StripeClient, kind: str, of: str) -> list[News]:
    """All news of those events. There has to be an event, or nothing would be tested."""
    bodies = [json.dumps(event) for event in await events(sdk, kind, of)]
    assert bodies
    return [news for body in bodies for news in await gateway.news(body)]
