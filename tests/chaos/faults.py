"""What breaks: one function a kind. Each returns when it is over, or when only `healed` ends it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from tests.chaos.drawn import Fault, FaultKind
from tests.chaos.life import Life
from tests.chaos.people import pay_all
from tests.chaos.proxy import Proxy
from tests.chaos.world import Worker, World

LONG = 13.0
"""Seconds that are longer than the heartbeat timeout: another worker takes the step over."""
WAITING = 10.0
"""Seconds that somebody waits for a call to freeze in."""
PAYING = 6.0
"""Seconds that a payment may take before the frozen worker goes on all the same."""
AT_PANELS = ("restrict", "deactivate", "delete_service", "reinstate", "loosen")
"""Activities that call a panel."""
ASKING = ("restrict", "deactivate", "delete_service", "charge")
"""Activities that ask the gateway for money that nobody told of, before they act."""
ONLY_FROZEN = 1.5
"""Whose freeze is longer than that pays before it is over."""


async def break_something(world: World, life: Life, fault: Fault) -> bool:
    """Do it. False when there was nothing to break."""
    await asyncio.sleep(fault.after)
    return await BY_KIND[fault.kind](world, life, fault) is not False


async def _kill_worker(world: World, life: Life, fault: Fault) -> None:
    await world.workers[fault.which].kill()


async def _freeze(world: World, life: Life, fault: Fault) -> None:
    async with world.thawing:
        await world.freeze(world.workers[fault.which], fault.seconds)


async def _freeze_for_long(world: World, life: Life, fault: Fault) -> None:
    async with world.thawing:
        await world.freeze(world.workers[fault.which], LONG + fault.seconds)


async def _freeze_in_a_call(world: World, life: Life, fault: Fault) -> bool:
    """The panel holds a call back; the worker that made it is frozen, and then the panel answers."""
    panel, user = world.stage.companies.panel, life.users[fault.which % len(life.users)]
    async with world.thawing:
        await panel.script(user, fault.how)
        try:
            await panel.until_held(user, WAITING)
            found = await _at_work(world, life, AT_PANELS)
        except TimeoutError:
            found = None
        if found:
            await _frozen(world, life, fault, found, panel.forget(user))
        else:
            await panel.forget(user)
    return bool(found)


async def _freeze_before_a_call(world: World, life: Life, fault: Fault) -> bool:
    """Before each charge and consequence the gateway is asked; there the worker is frozen, and has done nothing yet."""
    link = world.links["payments"]
    async with world.thawing:
        link.hold()
        found, patience = None, time.monotonic() + WAITING / 2
        while not found and time.monotonic() < patience:
            await asyncio.sleep(0.05)
            found = await _at_work(world, life, ASKING)
        if found:
            await _frozen(world, life, fault, found, _let_go(link))
        else:
            link.let_go()
    return bool(found)


async def _let_go(link: Proxy) -> None:
    link.let_go()


async def _at_work(world: World, life: Life, activities: Sequence[str]) -> Worker | None:
    workers = [world.worker_of(pid) for pid in await life.working_on(*activities)]
    return next((worker for worker in workers if worker), None)


async def _frozen(world: World, life: Life, fault: Fault, worker: Worker, answered: Awaitable[None]) -> None:
    """Freeze it while it waits for an answer, and then let that come."""
    async with worker.busy:
        worker.child.freeze()
        world.links["temporal"].cut()
        await answered
        await asyncio.sleep(LONG)
        # The other worker has done it; who pays now leaves nothing to do it for.
        paying = [asyncio.create_task(pay_all(life))] if fault.seconds > ONLY_FROZEN else []
        if paying:  # not for ever: who was frozen inside of a transaction of the store holds up everybody
            await asyncio.wait(paying, timeout=PAYING)
        await asyncio.sleep(fault.seconds)
        worker.child.thaw()
    await asyncio.gather(*paying)


async def _kill_portal(world: World, life: Life, fault: Fault) -> None:
    await world.kill_portal()


async def _lock_store(world: World, life: Life, fault: Fault) -> None:
    await world.lock_store(fault.seconds * 1.5)


async def _panel_down(world: World, life: Life, fault: Fault) -> None:
    panel, user = world.stage.companies.panel, life.users[fault.which % len(life.users)]
    await panel.script(user, fault.how, times=None)
    await asyncio.sleep(fault.seconds)
    await panel.forget(user)


async def _panel_lies(world: World, life: Life, fault: Fault) -> None:
    await world.stage.companies.panel.script(life.users[fault.which % len(life.users)], "lie")


async def _gateway_down(world: World, life: Life, fault: Fault) -> None:
    await world.stage.companies.payments.script(life.owner, fault.how, times=2)


async def _gateway_answers_late(world: World, life: Life, fault: Fault) -> None:
    """The money moves, and the answer takes its time."""
    payments = world.stage.companies.payments
    await payments.script(life.owner, "ok:hold")
    await asyncio.sleep(fault.seconds)
    await payments.release(life.owner)


async def _mail_down(world: World, life: Life, fault: Fault) -> None:
    await world.stage.companies.mail.script(life.email, fault.how, times=2)


async def _mail_answer_lost(world: World, life: Life, fault: Fault) -> None:
    await world.stage.companies.mail.script(life.email, "drop_after_data")


async def _cut(world: World, life: Life, fault: Fault) -> None:
    world.links[fault.link].cut()


async def _shut(world: World, life: Life, fault: Fault) -> None:
    world.links[fault.link].shut(fault.seconds)


async def _lose_answers(world: World, life: Life, fault: Fault) -> None:
    world.links[fault.link].lose_answers(min(fault.seconds, 1.5))


async def _slow(world: World, life: Life, fault: Fault) -> None:
    world.links[fault.link].slow_down(fault.seconds, 0.3)


BY_KIND: Mapping[FaultKind, Callable[[World, Life, Fault], Awaitable[bool | None]]] = {
    "worker killed": _kill_worker,
    "worker frozen": _freeze,
    "worker frozen for long": _freeze_for_long,
    "frozen in a call": _freeze_in_a_call,
    "frozen before a call": _freeze_before_a_call,
    "portal killed": _kill_portal,
    "store locked": _lock_store,
    "panel down": _panel_down,
    "panel lies": _panel_lies,
    "gateway down": _gateway_down,
    "gateway answers late": _gateway_answers_late,
    "mail down": _mail_down,
    "mail answer lost": _mail_answer_lost,
    "connections cut": _cut,
    "nobody let in": _shut,
    "answers lost": _lose_answers,
    "network slow": _slow,
}
