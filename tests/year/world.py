"""The stage of a year: under no fire, so two workers that nobody kills, and no proxies in front of the companies."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from sandbox.stage.stage import stage
from tests.chaos.proxy import Proxy
from tests.chaos.world import QUICK, Worker, World


@asynccontextmanager
async def calm_world() -> AsyncGenerator[World]:
    """Everything running. Only the portal keeps its proxy, through which a life brings the bank's news."""
    async with AsyncExitStack() as stack:
        link = Proxy()
        await link.start()
        stack.push_async_callback(link.stop)
        made = await stack.enter_async_context(stage(portal=True, settings={**QUICK, "REPRIEVE_STICKY_SECONDS": "10"}))
        link.leads_to(made.portal_url)
        health = f"http://127.0.0.1:{made.env['REPRIEVE_HEALTH_PORT']}/ready"
        second = await made.another_worker()  # each of them has one core's work
        stack.push_async_callback(second.stop)
        yield World(made, {"portal": link}, (Worker(made.worker, health),))
