"""`drift`: the check of restricted services, when a person asks for it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.worker import Worker

from activities.fleet.drift import CheckDrift
from activities.notices.open_ticket import OpenTicket
from adapters.panels import Panels
from adapters.settings.loopback import LOOPBACK
from adapters.sites.probes import OutsideProbes
from adapters.sites.webhooks import SilentSites
from adapters.store import SqlStore, migrate
from adapters.temporal import checks
from cli.shell.options import now
from dunning.holds import Hold
from dunning.level import Level
from dunning.records.accounts import Account, Service
from operations.money.spread_credit import SpreadCredit
from operations.services.services import AccountServices
from operations.services.settled_holds import SettledHolds
from sandbox.panel.settings import panel_settings
from sandbox.stage.stage import Stage
from tests.cli.command import Operate
from tests.dunning.examples import policy
from tests.operations.deaf import NOBODY
from workflows.calls import PANEL
from workflows.drift import DriftCheck

QUEUE = "drifts-of-the-command-line"
SITE = Service(id="sandbox:cli-drift:website", account="bakery", user="cli-drift")


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LOOK_EVERY", 0.1)
    monkeypatch.setenv("REPRIEVE_TASK_QUEUE", QUEUE)


@pytest_asyncio.fixture
async def store(a_stage: Stage, tmp_path: Path) -> AsyncIterator[SqlStore]:
    """Give a store whose one account was suspended yesterday, with a worker that checks it: the stage's has others'."""
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    await migrate(url)
    store, panel = SqlStore(url), Panels(panel_settings(a_stage.addresses.panel), 5)
    services, yesterday = (
        AccountServices(panel, store, SilentSites(), OutsideProbes(5, LOOPBACK)),
        now() - timedelta(days=1),
    )
    await store.put_account(Account(id="bakery", name="Example Bakery", services=(SITE,)))
    await store.place_hold(Hold(account="bakery", source="INV-1", level=Level.SUSPENDED, since=yesterday))
    await services.bring(await store.account("bakery"), yesterday)
    client = await a_stage.connect()
    books = Worker(
        client,
        task_queue=QUEUE,
        workflows=[DriftCheck],
        activities=[OpenTicket(store, SpreadCredit(store, NOBODY)).open_ticket],
    )
    panels = Worker(
        client, task_queue=QUEUE + PANEL, activities=[CheckDrift(services, SettledHolds(store, policy)).check]
    )
    async with books, panels:
        yield store
    await panel.close()
    await store.close()


async def test_it_prints_what_it_repaired_and_the_same_for_programs(
    a_stage: Stage, store: SqlStore, operate: Operate
) -> None:
    await a_stage.companies.panel.put("cli-drift", "active")
    said = await operate("drift")
    assert (said.status, said.err) == (0, "")
    first, *rest = said.out.splitlines()
    assert (first[:30], first.split(": ")[-1]) == ("Check of restricted services, ", "1 repaired")
    assert rest == [
        "- looked at 1 service(s) of 1 account(s)",
        "- in order 0, of which 0 cannot be told from outside",
        "- let be 0 restricted further by staff, 0 deleted, 0 being changed, 0 told before",
        "",
        "Repaired: it was not at the level that its holds ask for",
        "",
        "- bakery · sandbox:cli-drift:website · the panel showed active, now suspended",
    ]
    (ticket,) = await store.tickets("")
    assert ticket.subject == first
    await a_stage.companies.panel.put("cli-drift", "suspended", "non-payment dun:INV-1")
    again = await operate("drift", "--json")
    assert (again.status, again.json["in_order"], again.json["found"]) == (0, 1, [])


async def test_a_panel_that_is_away_is_told_and_the_check_goes_on_by_itself(
    a_stage: Stage, store: SqlStore, operate: Operate
) -> None:
    assert store
    await a_stage.companies.panel.script("cli-drift", "read:500", times=None)
    said = await operate("drift")
    assert (said.status, said.out) == (1, "")
    assert "the check waits: no panel of 1 account(s) answers; asking again" in said.err
    await a_stage.companies.panel.forget("cli-drift")


async def test_without_a_server_it_is_an_outage(offline: Operate) -> None:
    said = await offline("drift")
    assert (said.status, "no Temporal server answers" in said.err) == (1, True)
