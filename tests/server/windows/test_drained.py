"""What a window put off comes afterwards in due order and one after the other, and none of it is lost or done twice."""

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, time, timedelta

import pytest
import pytest_asyncio

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from composition import now
from dunning.tickets.kind import TicketKind
from dunning.windows.window import Window
from sandbox.stage.stage import Stage, stage
from tests.cli.command import Operate
from tests.server.payments.test_money_in import until_true
from tests.server.playing import PATIENCE, Playing, begin

ASO = "a-small-orange"
PER_MINUTE = 60
EVERY = timedelta(minutes=1) / PER_MINUTE
BEGINS_IN, DAYS = 20, 4
"""Days until the window, and its length."""
ZONE = "America/New_York"
CLOSED_IN = 100
CLOSED = now().date() + timedelta(days=CLOSED_IN)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def paced() -> AsyncGenerator[Stage]:
    """Give a stage of its own, whose Billing is away on some days: windows and hours are about everybody."""
    days = [f"{CLOSED + timedelta(days=each)}" for each in range(3)]  # midnight may pass before a test begins
    hours = {"billing": {"zone": ZONE, "open": ["Mon-Sun 09:00-16:00"], "closed": days}}
    settings = {"REPRIEVE_AFTER_WINDOW_PER_MINUTE": str(PER_MINUTE), "REPRIEVE_HOURS": json.dumps(hours)}
    async with stage(settings=settings) as made:
        yield made


async def asked_for(playing: Playing, step: str) -> datetime:
    """When the step was done, on the case's own clock: a charge when it was begun."""
    case = await playing.case()
    begun = [each.began for each in case.attempts if each.step == step]
    (at,) = begun or [each.at for each in case.done if each.step == step]
    return at


async def comes(playing: Playing, at: datetime) -> None:
    """Let the case's time pass up to then."""
    missing = at - await playing.skipper.get_current_time(playing.handle)
    await asyncio.wait_for(playing.skipper.fast_forward(playing.handle, missing), 2 * PATIENCE)


@pytest.mark.req("S0-22")
@pytest.mark.promise(9)
async def test_a_dozen_come_in_due_order_with_the_pace_between_them_though_the_worker_dies(paced: Stage) -> None:
    today = now().date()
    day = datetime.combine(today + timedelta(days=BEGINS_IN), time(0), UTC)
    window = Window(id="long", since=day, until=day + timedelta(days=DAYS), zone="UTC", reason="Move.", by="ana")
    steps: list[tuple[datetime, str, Playing]] = []
    for later in reversed(range(DAYS)):
        for twin in ("a", "b"):
            one = await begin(paced, f"DRAIN-c{later}{twin}", ASO, due_in=BEGINS_IN + later)
            steps.append((one.moment(0, 0), "charge", one))
        two = await begin(paced, f"DRAIN-s{later}", ASO, due_in=BEGINS_IN + later - 10, decline=9)
        await two.to_day(9)  # its warnings are out: they named the plan's day
        steps.append((two.moment(10, 0), "suspend", two))
    await paced.store.put_window(window)
    steps.sort(key=lambda each: (each[0], each[1]))
    for _, step, one in steps:  # all share one clock in life
        await one.to_day(0 if step == "charge" else 10, 5)

    rows = await paced.store.put_off_by("long")
    opening = window.until + timedelta(hours=9)
    line = sorted(rows, key=lambda row: row.place)
    assert [row.until for row in line] == [opening + place * EVERY for place in range(len(steps))]
    assert [(row.invoice, row.step) for row in line] == [(one.row.invoice, step) for _, step, one in steps]

    for row, (_, _, one) in zip(line[:3], steps, strict=False):
        await comes(one, row.until)
    await paced.worker.kill()
    passing = [asyncio.create_task(comes(one, opening + timedelta(minutes=5))) for _, _, one in steps[3:]]
    await paced.start_worker()
    await asyncio.gather(*passing)

    windows = paced.made(await paced.connect()).windows

    async def all_came() -> bool:
        return all(each.result in ("charged", "suspended") for each in await windows.results("long"))

    await until_true(all_came)
    for row, (_, step, one) in zip(line, steps, strict=True):
        assert row.until <= await asked_for(one, step) < row.until + timedelta(minutes=5), "nobody before its turn"
        once = await one.charged() == [1999] if step == "charge" else await one.levels() == ["suspended"]
        assert once, "once, and nothing is lost"

    following = paced.made(await paced.connect()).follow_windows
    assert await following.follow_up(line[-1].until + timedelta(hours=4)) == 1
    (ticket,) = [each for each in await paced.store.tickets("") if each.kind is TicketKind.WINDOW_FOLLOWED_UP]
    assert ticket.subject.endswith("all have their result")
    charges = [row.invoice for row in rows if row.step == "charge"]
    told = [words for words in ticket.body.splitlines() if words.startswith("- DRAIN-c")]
    assert told == [f"- {invoice} (acct-{invoice}), charge: charged" for invoice in charges]
    assert f"- {DAYS} suspended: suspended" in ticket.body


def zone_where_it_is(hour: int) -> str:
    """A zone of that hour now: a charge that fell into a window waits for its next morning, today's or tomorrow's."""
    ahead = (hour - now().hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"


@pytest.mark.req("S0-22", "S0-23")
@pytest.mark.parametrize("hour", [3, 12], ids=["before the morning", "after it"])
async def test_when_a_window_is_called_off_what_waited_is_let_go_one_after_the_other(
    paced: Stage, typed: Operate, hour: int
) -> None:
    at, name = now(), f"night-{hour}"
    since, until, zone = at - timedelta(hours=1), at + timedelta(hours=6), zone_where_it_is(hour)
    await paced.store.put_window(Window(id=name, since=since, until=until, zone=zone, reason="Disks.", by="ana"))
    playing = [await begin(paced, f"OFF-{hour}-{number}", ASO, due_in=-1) for number in range(5)]

    async def all_wait() -> bool:
        return len(await paced.store.put_off_by(name)) == len(playing)

    await until_true(all_wait)
    for _ in range(2):  # typed again while they come
        said = await typed(paced, "window", "cancel", name, "--by", "ana")
        assert said.status == 0, said.err
    for one in playing:
        assert await one.outcome() == "paid"
        assert await one.charged() == [1999]
    line = await paced.store.put_off_by(name)
    assert len({row.opening for row in line}) == 1
    assert [row.until - row.opening for row in line] == [place * EVERY for place in range(len(playing))]
    cases = {one.row.invoice: one for one in playing}
    for row in line:
        assert await asked_for(cases[row.invoice], row.step) >= row.until, "nobody before its turn"


@pytest.mark.req("S0-22")
@pytest.mark.parametrize("by", ["hours", "window"])
async def test_what_was_announced_for_an_opening_comes_one_after_the_other_too(paced: Stage, by: str) -> None:
    policy, due_in = load_policy(ASO, ROOT / "policies"), CLOSED_IN + 100
    if by == "hours":
        policy, due_in = policy.model_copy(update={"only_in_hours_of": "billing"}), CLOSED_IN + 1 - 10
    names = [f"TOLD-{by}-{number}" for number in range(3)]
    playing = [await begin(paced, name, policy, due_in=due_in, decline=9) for name in names]
    if by == "window":
        since = playing[0].moment(10, -60)
        until = since + timedelta(hours=2)
        await paced.store.put_window(Window(id="told", since=since, until=until, zone=ZONE, reason="Disks.", by="ana"))
    for one in playing:
        await one.to_day(14)
    rows = await paced.store.put_off_by("told" if by == "window" else "hours:billing")
    assert [row.invoice for row in rows] == names
    opening = rows[0].opening
    assert sorted(row.until for row in rows) == [opening + place * EVERY for place in range(3)]
    for row, one in zip(rows, playing, strict=True):
        assert row.at < opening, "the plan had it before"
        assert row.until <= await asked_for(one, row.step) < row.until + timedelta(minutes=5)
        assert await one.levels() == ["suspended"]
        deferrals = (await one.case()).deferrals
        assert all(each.at >= opening for each in deferrals), "it was planned for the opening, and waited there alone"
