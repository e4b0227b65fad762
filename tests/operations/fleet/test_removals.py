"""What is due for deletion, while cases end meanwhile and panels are away; the list itself is tested as a command."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio
from temporalio.client import Client

from adapters.store import SqlStore, migrate
from adapters.temporal.cases import TemporalCases
from composition import Composition
from dunning.case.case import Case
from dunning.level import Level
from dunning.ports.cases import NoCaseError
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from dunning.records.effects import PanelState
from dunning.rules.removals import Removal
from operations.fleet.removals import Removals
from sandbox.stage.stage import QUEUE, Stage
from tests.operations.opening import now
from tests.server.playing import Playing, begin


class AllButOne(TemporalCases):
    """One of the cases has ended since it was listed."""

    def __init__(self, client: Client, ended: str) -> None:
        super().__init__(lambda: client, QUEUE)
        self._ended = ended

    async def ask(self, invoice: str) -> Case:
        if invoice == self._ended:
            raise NoCaseError(invoice)
        return await super().ask(invoice)


class Away:
    """A panel that cannot be reached."""

    async def state(self, service: Service) -> PanelState:
        raise OutageError(f"no panel of {service.id}")


async def due(removals: Removals, *numbers: str) -> list[Removal]:
    """Those of them that are listed, in the list's order, once the list has the last of them."""
    async with asyncio.timeout(20):
        while True:  # visibility follows a moment later
            found = [each for each in await removals.due() if each.invoice in numbers]
            if numbers[-1] in {each.invoice for each in found}:
                return found
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture(loop_scope="session")
async def empty(tmp_path: Path) -> AsyncGenerator[SqlStore]:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    await migrate(url)
    store = SqlStore(url)
    yield store
    await store.close()


async def inactive(a_stage: Stage, name: str, day: int, due_in: int = 11) -> Playing:
    playing = await begin(a_stage, name, "a-small-orange", decline=1, due_in=due_in)
    await playing.to_day(day)
    return playing


async def test_those_who_wait_for_people_come_first_with_what_the_panel_shows(
    a_stage: Stage, made: Composition
) -> None:
    later, waits = await inactive(a_stage, "OPREM-1", 31, due_in=111), await inactive(a_stage, "OPREM-2", 91)
    removals = Removals(made.store, made.cases, made.panel, made.shut, lambda: waits.moment(91, 30))
    found = await due(removals, "OPREM-2", "OPREM-1")
    assert [(each.invoice, each.waits, each.missing) for each in found] == [
        ("OPREM-2", True, 1),
        ("OPREM-1", False, 1),
    ]
    assert [each.services for each in found] == [("website u-oprem-2",), ("website u-oprem-1",)]
    assert [each.backups for each in found] == [True, True]
    await a_stage.companies.panel.put(later.user, "inactive", backups=False)
    (without,) = await due(removals, "OPREM-1")
    assert without.backups is False
    assert (await waits.case()).level is Level.INACTIVE, "looking changes nothing"


async def test_one_that_ended_meanwhile_and_what_is_away_keep_nobody_else_from_the_list(
    a_stage: Stage, made: Composition, empty: SqlStore
) -> None:
    one, two = await inactive(a_stage, "OPREM-3", 31), await inactive(a_stage, "OPREM-4", 31)
    assert len(await due(made.removals, one.row.invoice, two.row.invoice)) == 2
    cases = AllButOne(await a_stage.connect(), ended="OPREM-3")
    (left,) = await due(Removals(made.store, cases, Away(), made.shut, now), "OPREM-3", "OPREM-4")  # type: ignore[arg-type]
    assert (left.invoice, left.backups) == ("OPREM-4", None), "nobody can say, so nothing is claimed"
    (bare,) = await due(Removals(empty, made.cases, made.panel, made.shut, now), "OPREM-4")
    assert (bare.services, bare.backups) == ((), None), "an account that nobody knows has no services to look at"
