"""The server's own count of Temporal Cloud actions: a cross-check of what `bench.cost.tally` reads from histories.

The histories are the measure: they are exact and belong to one case. The counters belong to the whole server, lag by
seconds, and also count what the bench itself asks (queries, fast-forwards).
"""

import asyncio
import re

import httpx2

from sandbox.stage.stage import Stage

LAG_SECONDS = 2.5
_LINE = re.compile(r'(?m)^action\{action_type="([^"]+)",namespace="default".*\} (\d+)')


async def actions_by_type(stage: Stage) -> dict[str, int]:
    """The namespace's actions so far."""
    await asyncio.sleep(LAG_SECONDS)
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"http://127.0.0.1:{stage.server.metrics_port}/metrics")
    found: dict[str, int] = {}
    for kind, number in _LINE.findall(answer.text):
        found[kind] = found.get(kind, 0) + int(number)
    return found
