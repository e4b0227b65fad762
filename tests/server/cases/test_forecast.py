"""A look ahead against real cases: for who does nothing, what it says is what then happens, on virtual time."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from adapters.process.cores import Processors
from dunning.case.case import Case, Done
from dunning.case.facts import Approval
from dunning.forecast.expected import Expected
from dunning.policy.plan import Action
from operations.cases.forecast import Forecast, Look
from operations.windows.windows import NewWindow
from sandbox.stage.stage import Stage, stage
from tests.server.cases.test_open_cases import POLICIES, hourly_check
from tests.server.playing import Playing, begin

Seen = tuple[str, str, str]
"""Day, what, step."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def alone() -> AsyncGenerator[Stage]:
    """Give a stage of its own: a window is about everybody."""
    async with stage() as made:
        yield made


async def look(playing: Playing, days: int = 150) -> Look:
    """From the store alone, on the case's own clock, once the check has written what wrote no row by itself."""
    await hourly_check(playing.stage)
    now = await playing.skipper.get_current_time(playing.handle)
    shut = playing.stage.made(playing.skipper.client).shut
    found = await Forecast(playing.stage.store, Processors(), shut, lambda: now).of(days, account=playing.account)
    assert (found.looked_at, found.not_looked_at) == (1, [])
    return found


def seen(found: list[Expected], *, agreed: bool) -> list[Seen]:
    return [(str(each.day), each.deed.value, each.step) for each in found if agreed or not each.agreed]


def happened(case: Case, after: datetime) -> list[Seen]:
    """What the case has written down since then, in its own words."""
    noticed = [(done, _noticed(case, done)) for done in case.done if done.at > after]
    return [(str(case.today(done.at)), what, done.step) for done, what in noticed if what]


def _noticed(case: Case, done: Done) -> str:
    if done.action is Action.LATE_FEE:
        return "fee" if done.step in case.places else ""
    if done.kind == "deleted":
        return "deleted" if done.action is Action.DELETE else "back-ups deleted"
    words = {"declined": "charged", "delivered": "written to" if done.notice else "", "restricted": done.detail}
    return "written to" if (done.kind, done.detail) == ("looked", "told") else words.get(done.kind, "")


@pytest.mark.parametrize("policy", POLICIES)
async def test_what_was_forecast_is_what_happened(open_stage: Stage, policy: str) -> None:
    playing = await begin(open_stage, f"AHEAD-{policy}", policy, decline=9)
    looks: list[tuple[Look, int]] = []
    for day in (-11, 1, 7, 31):
        await playing.to_day(day)
        looks.append((await look(playing), len(await playing.mails())))
    await playing.to_day(120)
    case, mails = await playing.case(), await playing.mails()
    for found, before in looks:
        assert seen(found.found, agreed=False) == happened(case, found.now)
        written = [each.title for each in found.found if each.title and not each.agreed]
        assert mails[before:] == written
    assert len({what for _, what, _ in seen(looks[0][0].found, agreed=True)}) > 3
    await until_deleted(playing)


@pytest.mark.promise(5)
@pytest.mark.parametrize(("policy", "days"), [("courtesy-5-10-35", (0, 5, 10)), ("hotdoodle", (5, 10, 20, 30))])
async def test_what_waits_for_a_window_is_forecast_for_the_day_on_which_it_comes(
    alone: Stage, policy: str, days: tuple[int, ...]
) -> None:
    """A window in one of its days, one in the hours after another one's, and so on: each moves the rest."""
    playing = await begin(alone, f"SHUT-{policy}", policy, decline=9)
    windows = playing.stage.made(playing.skipper.client).windows
    for day, minutes in zip(days, (-60, 300, -300, -30), strict=False):
        since = playing.moment(day, minutes)
        zone = "America/Los_Angeles" if day else "Asia/Kolkata"
        await windows.add(NewWindow(since, since + timedelta(hours=2), zone, "New disks.", "ana"))
    plain = {m.name: str((await playing.case()).today(m.at)) for m in playing.plan.milestones}
    await playing.to_day(-11)
    found = await look(playing)
    await playing.to_day(120)
    case = await playing.case()
    assert case.deferrals
    assert seen(found.found, agreed=False) == happened(case, found.now)
    assert any(plain[step] < day for day, _, step in seen(found.found, agreed=True) if step in plain)
    for window in await windows.of():
        await windows.cancel(window.id, "ana")


async def until_deleted(playing: Playing) -> None:
    """What needs people comes on the day on which they agree, as the look of that day says."""
    if await playing.is_over():
        return
    found = await look(playing)
    assert found.found
    assert all(each.agreed for each in found.found)
    coming = (await playing.case()).next_milestone
    assert coming is not None
    cases = playing.stage.made(playing.skipper.client).cases
    for number in range(coming.approvals):
        await cases.tell(playing.row.invoice, Approval(milestone=coming.name, by=f"person {number}"))
    await playing.to_day(130)
    assert seen(found.found, agreed=True) == happened(await playing.case(), found.now)
