"""A worker is frozen in the middle of a step (SIGSTOP), another one goes on, and then the first one thaws.

What it does then is refused by the store, or taken back at the panel: the customer has paid meanwhile.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

import pytest

from sandbox.stage.child import Child
from sandbox.stage.stage import Stage, stage
from tests.server.playing import Playing, begin
from tests.server.races.gate import Gate, gate_before
from workflows.calls import HEARTBEAT

ASO, HOTDOODLE = "a-small-orange", "hotdoodle"
OLD_ORDER = "an old order did nothing"


@dataclass
class Frozen:
    """A stage whose first worker speaks to the gateway through a gate."""

    stage: Stage
    gate: Gate
    temporal: Gate
    second: Child | None = None

    async def freeze_before(self, life: Playing, day: int) -> asyncio.Task[None]:
        """Let time pass to that day, and freeze the worker while it asks the gateway, before it acts."""
        await life.to_day(day, minutes=-60)
        self.gate.shut()
        passing = asyncio.create_task(life.to_day(day))
        async with asyncio.timeout(30):
            await self.gate.waiting.wait()
        await self.freeze()
        self.gate.open()
        return passing

    async def freeze(self) -> None:
        """Not inside of a transaction of the store, which would hold up everybody on SQLite.

        Temporal gives it nothing more to do; else each of its polls would take a task along into the ice.
        """

        async def frozen_outside() -> bool:
            self.stage.worker.freeze()
            if self._store_is_free():
                return True
            self.stage.worker.thaw()
            return False

        await until(frozen_outside)
        self.temporal.cut()

    def _store_is_free(self) -> bool:
        with closing(sqlite3.connect(self.stage.folder / "reprieve.db", isolation_level=None, timeout=0)) as mine:
            try:
                mine.execute("begin immediate")
                mine.execute("rollback")
            except sqlite3.OperationalError:
                return False
            return True

    async def go_on(self) -> None:
        """Another worker comes."""
        self.second = await self.stage.another_worker()

    def log(self) -> str:
        return (self.stage.folder / "worker.log").read_text()


@asynccontextmanager
async def freezing() -> AsyncGenerator[Frozen]:
    async with (
        stage(worker=False) as own,
        gate_before(own.addresses.payments) as (gate, url),
        gate_before(own.server.address) as (temporal, address),
    ):
        own.worker = own.child(REPRIEVE_STRIPE_URL=url, TEMPORAL_ADDRESS=address, REPRIEVE_CALL_SECONDS="300")
        await own.start_worker()
        frozen = Frozen(own, gate, temporal)
        try:
            yield frozen
        finally:
            own.worker.thaw()
            if frozen.second:
                await frozen.second.stop()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - a file and a panel tell nobody
            await asyncio.sleep(0.05)


async def has_paid(life: Playing) -> None:
    await life.signal()
    assert await life.outcome() == "paid"
    assert await life.stage.store.holds(life.account) == ()


@pytest.mark.promise(2)
@pytest.mark.promise(11)
async def test_a_worker_that_thaws_does_not_suspend_a_customer_who_paid() -> None:
    async with freezing() as world:
        life = await begin(world.stage, "FRZ-suspend", ASO, decline=1)
        passing = await world.freeze_before(life, 10)
        await world.go_on()
        await passing
        assert await life.levels() == ["suspended"]
        await has_paid(life)
        world.stage.worker.thaw()

        async def did_nothing() -> bool:
            return OLD_ORDER in world.log()

        await until(did_nothing)
        assert await life.stage.store.holds(life.account) == ()
        assert await life.levels() == ["suspended", "active"]
        assert await life.stage.store.tickets(life.account) == ()


@pytest.mark.promise(2)
@pytest.mark.promise(11)
async def test_a_worker_that_thaws_in_the_middle_of_its_panel_call_takes_back_what_it_did() -> None:
    async with freezing() as world:
        life = await begin(world.stage, "FRZ-panel", ASO, decline=1)
        await life.to_day(10, minutes=-60)
        panel = world.stage.companies.panel
        await panel.script(life.user, "hold")
        passing = asyncio.create_task(life.to_day(10))
        await panel.until_held(life.user)
        await world.freeze()
        await world.go_on()
        await passing
        await has_paid(life)
        await panel.release(life.user)

        async def suspended_again() -> bool:
            return (await life.levels())[-1] == "suspended"

        await until(suspended_again)
        world.stage.worker.thaw()

        async def active_again() -> bool:
            return (await life.levels())[-1] == "active"

        await until(active_again)
        assert await life.stage.store.holds(life.account) == ()


@pytest.mark.promise(2)
@pytest.mark.promise(11)
async def test_a_worker_that_thaws_does_not_delete_what_was_paid_for() -> None:
    async with freezing() as world:
        life = await begin(world.stage, "FRZ-delete", HOTDOODLE, decline=1)
        passing = await world.freeze_before(life, 60)
        before = await life.levels()
        await life.signal("USD 500.00")
        await world.go_on()
        await passing
        assert await life.outcome() == "paid"
        world.stage.worker.thaw()

        async def did_nothing() -> bool:
            return OLD_ORDER in world.log()

        await until(did_nothing)
        assert await life.levels() == [*before, "active"]


@pytest.mark.promise(11)
async def test_a_deletion_that_is_still_wanted_asks_its_case_and_is_done_once() -> None:
    async with freezing() as world:
        life = await begin(world.stage, "FRZ-wanted", HOTDOODLE, decline=1)
        passing = await world.freeze_before(life, 60)
        await world.go_on()
        await passing
        assert await life.outcome() == "deleted"
        world.stage.worker.thaw()
        await world.stage.worker.stop()
        assert (await life.levels()).count("deleted") == 1


async def test_a_store_locked_for_longer_than_a_heartbeat_costs_a_restriction_no_second_try(a_stage: Stage) -> None:
    """Heartbeats go on while the store is waited for; else each lost try would wait behind the lock, too."""
    life = await begin(a_stage, "FRZ-locked", ASO, decline=1)
    await life.to_day(10, minutes=-60)
    with closing(sqlite3.connect(a_stage.folder / "reprieve.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        passing = asyncio.create_task(life.to_day(10))

        async def restricting() -> bool:
            pending = (await life.handle.describe()).raw_description.pending_activities
            return any(each.activity_type.name == "restrict" and each.attempt for each in pending)

        await until(restricting)
        await asyncio.sleep(HEARTBEAT.total_seconds() + 3)
        other.execute("rollback")
    await passing
    assert await life.levels() == ["suspended"]
    tries = [
        event.activity_task_started_event_attributes.attempt
        async for event in life.handle.fetch_history_events()
        if event.HasField("activity_task_started_event_attributes")
    ]
    assert set(tries) == {1}
    await has_paid(life)
