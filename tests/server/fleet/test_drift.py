"""The hourly check against real companies: it repairs what drifted, tells a person once, and touches nobody else's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client, ScheduleOverlapPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import ActivityEnvironment
from temporalio.worker import Replayer, Worker

from activities.fleet.drift import CheckDrift
from activities.notices.open_ticket import OpenTicket
from adapters.panels import Panels
from adapters.settings.loopback import LOOPBACK
from adapters.sites.probes import OutsideProbes
from adapters.sites.webhooks import SilentSites
from adapters.store import SqlStore, migrate
from adapters.store.database.base import put_row
from adapters.store.invoices import _books
from adapters.store.tables import closed_ledgers
from adapters.temporal.schedules import DRIFT, OPEN_CASES, keep_drift, keep_open_cases
from dunning.case.case import open_case
from dunning.case.facts import Payment
from dunning.case.fence import Fence
from dunning.case.orders import CloseOrder
from dunning.case.results import StillHeld
from dunning.fleet import drift
from dunning.fleet.drift import DriftOrder, PageOrder
from dunning.fleet.drift_report import DriftReport
from dunning.holds import Hold
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account, Service
from dunning.records.books import KnownInvoice
from dunning.rules.money_in import paid
from operations.money.spread_credit import SpreadCredit
from operations.services.services import AccountServices
from operations.services.settled_holds import SettledHolds
from sandbox.companies import Sandbox
from sandbox.panel.settings import panel_settings
from sandbox.stage.stage import Stage
from tests.dunning.examples import PRICE, opened, policy
from tests.operations.deaf import NOBODY
from workflows.calls import PANEL
from workflows.drift import DriftCheck

QUEUE = "drifts"
AT = datetime(2026, 11, 25, 6, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class World:
    """A store of its own, and the companies of the stage."""

    companies: Sandbox
    store: SqlStore
    services: AccountServices

    async def customer(self, name: str, *holds: str, level: Level = Level.SUSPENDED) -> str:
        """An account whose site was brought to those holds a day ago. Returns the user."""
        user = f"drift-{name}"
        its = Service(id=f"s-{name}", account=name, user=user, probe=f"{self.companies.addresses.web}/{user}")
        await self.store.put_account(Account(id=name, name=name, services=(its,)))
        for source in holds:
            await self.store.place_hold(Hold(account=name, source=source, level=level, since=AT - 30 * HOUR))
        await self.services.bring(await self.store.account(name), AT - 24 * HOUR)
        return user

    async def check(self, at: datetime = AT) -> DriftReport:
        page = await ActivityEnvironment().run(
            CheckDrift(self.services, SettledHolds(self.store, policy)).check, PageOrder(at=at)
        )
        assert page.last == ""
        return page.report

    async def level(self, user: str) -> str:
        return (await self.companies.panel.books()).level(user)


@pytest_asyncio.fixture
async def world(a_stage: Stage, tmp_path: Path) -> AsyncIterator[World]:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    await migrate(url)
    store, panel = SqlStore(url), Panels(panel_settings(a_stage.addresses.panel), 5)
    yield World(a_stage.companies, store, AccountServices(panel, store, SilentSites(), OutsideProbes(5, LOOPBACK)))
    await panel.close()
    await store.close()


def what(report: DriftReport) -> list[tuple[str, str]]:
    return [(each.account, each.what) for each in report.found]


async def test_what_drifted_is_brought_back_both_ways_and_the_rest_is_in_order(world: World) -> None:
    loose, tight = await world.customer("loose", "INV-1"), await world.customer("tight")
    fine = await world.customer("fine", "abuse")
    await world.companies.panel.put(loose, "active")
    await world.companies.panel.put(tight, "suspended", "non-payment dun:INV-9")
    report = await world.check()
    assert what(report) == [("loose", "repaired"), ("tight", "repaired")]
    assert (report.accounts, report.services, report.in_order, report.unseen, report.told) == (3, 3, 1, 0, 2)
    assert [await world.level(user) for user in (loose, tight, fine)] == ["suspended", "active", "suspended"]
    again = await world.check(AT + HOUR)
    assert (again.told, again.in_order) == (0, 3)


async def test_a_panel_whose_state_lies_is_told_of_once_and_again_when_it_lies_anew(world: World) -> None:
    user = await world.customer("lied", "INV-1")
    await world.companies.web.script(user, "running", times=None)
    first, second = await world.check(), await world.check(AT + HOUR)
    assert (what(first), second.told, second.known) == ([("lied", "contradicted")], 0, 1)
    assert "the panel shows suspended; contradicted: running (HTTP 200 at " in first.found[0].detail
    await world.companies.web.forget(user)
    assert (await world.check(AT + 2 * HOUR)).in_order == 1
    await world.companies.web.script(user, "running", times=1)
    assert what(await world.check(AT + 3 * HOUR)) == [("lied", "contradicted")]


@pytest.mark.promise(6)
@pytest.mark.promise(11)
@pytest.mark.parametrize(
    ("status", "level"), [("open", "suspended"), ("paid", "active"), ("void", "suspended"), ("closed", "active")]
)
async def test_a_hold_that_its_settled_invoice_left_behind_is_lifted_and_told(
    world: World, status: str, level: str
) -> None:
    """The policy itself voided the one that is void: there the site stays inactive."""
    number, name = f"LEFT-{status}", f"left-{status}"
    known = KnownInvoice(number=number, account=name, policy="hotdoodle", due=AT.date())
    await world.store.open_invoice(known)
    user = await world.customer(name, number, "abuse" if status == "open" else number)
    if status == "closed":
        case = paid(open_case(opened("hotdoodle"), AT), Payment(id="p-1", amount=PRICE, at=AT))
        closing = CloseOrder(invoice=number, account=name, step="close", at=AT, generation=1, case=case, outcome="paid")
        assert await world.store.close_ledger(closing) == StillHeld(level=Level.SUSPENDED), (
            "no case closes while it has a hold"
        )
        await world.store.mark_invoice(closing.fence, "closed")
        async with world.store._writing() as connection:
            await put_row(connection, closed_ledgers, _books(closing))
    elif status != "open":
        await world.store.mark_invoice(Fence(number, 1, 0), status)
    report = await world.check()
    lifted = level == "active"
    assert ((name, "settled") in what(report), await world.level(user)) == (lifted, level)
    assert (number in {hold.source for hold in await world.store.holds(name)}) is not lifted
    assert (await world.check(AT + HOUR)).told == 0


@pytest.mark.req("S2-15")
async def test_whoever_signed_up_under_a_name_that_was_deleted_is_never_touched(world: World) -> None:
    user = await world.customer("gone", "INV-1")
    await world.companies.panel.put(user, "deleted")
    first = await world.check()
    assert what(first) == [("gone", "vanished")]
    await world.companies.panel.put(user, "active")
    report = await world.check(AT + HOUR)
    assert (report.deleted, report.services, report.told) == (1, 1, 0)
    assert await world.level(user) == "active"


@pytest.mark.req("S2-15")
async def test_a_later_hold_of_the_old_account_does_not_reach_who_has_the_name_now(world: World) -> None:
    user = await world.customer("old-owner", "INV-1")
    await world.companies.panel.put(user, "deleted")
    await world.check()
    old = await world.store.account("old-owner")
    its = old.services[0].model_copy(update={"account": "new-owner"})
    await world.store.put_account(Account(id="new-owner", name="new-owner", services=(its,)))
    await world.companies.panel.put(user, "active")
    brought = await world.services.bring(old, AT + HOUR)
    assert (brought.effects, await world.level(user)) == ((), "active")
    await world.store.place_hold(Hold(account="new-owner", source="INV-2", level=Level.SUSPENDED, since=AT))
    await world.services.bring(await world.store.account("new-owner"), AT + HOUR)
    assert await world.level(user) == "suspended", "the one who has it now is reached"


async def test_what_was_given_back_by_other_hands_is_noted_and_no_longer_watched(world: World) -> None:
    user = await world.customer("given", "abuse")
    await world.store.replace_holds("given", await world.store.holds("given"), ())
    await world.companies.panel.put(user, "active")
    long_after = AT + 90 * 24 * HOUR
    report = await world.check(long_after)
    assert (report.services, report.in_order, report.told) == (1, 1, 0)
    assert (await world.check(long_after + 72 * HOUR)).accounts == 0


async def test_what_staff_restricted_at_the_panel_and_what_is_underway_is_let_be(world: World) -> None:
    theirs, new = await world.customer("theirs"), await world.customer("new")
    await world.companies.panel.put(theirs, "suspended", "fraud, see mail of 3 November")
    await world.store.place_hold(Hold(account="new", source="INV-2", level=Level.SUSPENDED, since=AT - HOUR / 2))
    report = await world.check()
    assert (report.by_staff, report.underway, report.told) == (1, 1, 0)
    assert [await world.level(user) for user in (theirs, new)] == ["suspended", "active"]


async def test_a_panel_that_does_not_do_it_is_told_of_once_and_repaired_when_it_does(world: World) -> None:
    user = await world.customer("stubborn", "INV-1")
    await world.companies.panel.put(user, "active")
    await world.companies.panel.script(user, "lie", times=None)
    first, second = await world.check(), await world.check(AT + HOUR)
    assert (what(first), second.told, second.known) == ([("stubborn", "stubborn")], 0, 1)
    await world.companies.panel.forget(user)
    assert what(await world.check(AT + 2 * HOUR)) == [("stubborn", "repaired")]
    assert await world.level(user) == "suspended"


async def test_one_panel_that_does_not_answer_keeps_no_other_waiting(world: World) -> None:
    away, there = await world.customer("away", "INV-1"), await world.customer("there", "INV-2")
    await world.companies.panel.script(away, "read:500", times=None)
    report = await world.check()
    assert (report.unanswered, report.in_order, report.told) == (1, 1, 0)
    await world.companies.panel.script(there, "read:500", times=None)
    with pytest.raises(OutageError, match=r"no panel of 2 account\(s\) answers"):
        await world.check()
    await asyncio.gather(*(world.companies.panel.forget(user) for user in (away, there)))


async def test_the_workflow_goes_through_all_pages_and_opens_one_ticket(a_stage: Stage, world: World) -> None:
    users = [await world.customer(f"page-{n}", "INV-1") for n in range(5)]
    for user in users[1:3]:
        await world.companies.panel.put(user, "active")
    client = await a_stage.connect()
    report = await _checked(client, world, AT)
    assert (report.accounts, report.in_order, what(report)) == (5, 3, [("page-1", "repaired"), ("page-2", "repaired")])
    (ticket,) = await world.store.tickets("")
    assert (ticket.department, ticket.subject.split(": ")[1]) == ("Support", "2 repaired")
    assert (await _checked(client, world, AT + HOUR)).in_order == 5
    assert len(await world.store.tickets("")) == 1, "what is in order is told to nobody"
    history = await client.get_workflow_handle(drift.drift_id(AT)).fetch_history()
    replayer = Replayer(workflows=[DriftCheck], data_converter=pydantic_data_converter)
    await replayer.replay_workflow(history)


async def _checked(client: Client, world: World, at: datetime) -> DriftReport:
    books = Worker(
        client,
        task_queue=QUEUE,
        workflows=[DriftCheck],
        activities=[OpenTicket(world.store, SpreadCredit(world.store, NOBODY)).open_ticket],
    )
    panels = Worker(
        client,
        task_queue=QUEUE + PANEL,
        activities=[CheckDrift(world.services, SettledHolds(world.store, policy), most=2).check],
    )
    async with books, panels, asyncio.timeout(30):
        return await client.execute_workflow(DriftCheck.run, DriftOrder(at=at), id=drift.drift_id(at), task_queue=QUEUE)


@pytest.mark.parametrize(("name", "keep", "after"), [(DRIFT, keep_drift, 0), (OPEN_CASES, keep_open_cases, 30)])
async def test_the_checks_run_every_hour_and_never_twice_at_a_time(
    a_stage: Stage, name: str, keep: Callable[[Client, str, int], Awaitable[None]], after: int
) -> None:
    """The stage's own worker has made the schedules, at a minute that is far from now, and half an hour later."""
    client = await a_stage.connect()
    schedule = client.get_schedule_handle(name)
    minute = (int(a_stage.env["REPRIEVE_DRIFT_MINUTE"]) + after) % 60
    made = await schedule.describe()
    await keep(client, "reprieve", minute)
    found = await schedule.describe()
    assert found.schedule.spec == made.schedule.spec, "keeping it once more changes nothing"
    assert found.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    times = [each.astimezone(UTC) for each in found.info.next_action_times[:3]]
    assert {each.minute for each in times} == {minute}
    assert [later - earlier for earlier, later in pairwise(times)] == [HOUR, HOUR]
