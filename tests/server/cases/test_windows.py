"""Maintenance windows on the real server: who cannot pay is neither charged nor restricted, and nothing gets lost."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from dunning.calendar import local
from dunning.explain.temporal_ui import clock
from dunning.rules.upcoming import upcoming
from operations.windows.windows import Changed, NewWindow
from sandbox.stage.stage import Stage, stage
from tests.server.playing import Playing, begin

ASO, COURTESY = "a-small-orange", "courtesy-5-10-35"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def night() -> AsyncGenerator[Stage]:
    """Give a stage of its own: a window is about everybody."""
    async with stage() as made:
        yield made


async def close(playing: Playing, day: int, minutes: int = -60, lasts: int = 120) -> Changed:
    """Set a window around that day's steps."""
    since = playing.moment(day, minutes)
    new = NewWindow(since, since + timedelta(minutes=lasts), playing.plan.zone, "New disks.", "ana")
    return await playing.stage.made(playing.skipper.client).windows.add(new)


async def over(playing: Playing, window: Changed) -> None:
    """Leave the next test its time."""
    await playing.stage.made(playing.skipper.client).windows.cancel(window.window.id, "ana")


@pytest.mark.req("S0-11", "S0-12", "S0-14")
async def test_a_charge_in_it_is_made_once_the_next_morning_and_leaves_all_of_its_time(night: Stage) -> None:
    playing = await begin(night, "WIN-charge", ASO, due_in=21, decline=9)
    window = await close(playing, 0)
    await playing.to_day(0, 120)
    case = await playing.case()
    assert ([each.step for each in case.deferrals], case.attempts) == (["charge"], ())
    assert "nobody can pay in our maintenance window, " in case.deferrals[0].reason
    windows = night.made(playing.skipper.client).windows
    assert [each.result for each in await windows.results(window.window.id)] == ["waits"]
    await playing.to_day(1)
    (attempt,) = (await playing.case()).attempts
    assert (attempt.step, attempt.kind) == ("charge", "declined")
    assert local(attempt.began, playing.plan.zone).hour == 9
    (result,) = await windows.results(window.window.id)
    assert (result.waited.invoice, result.waited.step, result.result) == (playing.row.invoice, "charge", "declined")
    await playing.to_day(10)
    assert await playing.levels() == [], "ten days after the charge, not nine"
    await playing.to_day(11)
    assert await playing.levels() == ["suspended"]
    await playing.signal()
    assert await playing.outcome() == "paid"
    await over(playing, window)


@pytest.mark.req("S0-16")
@pytest.mark.promise(5)
@pytest.mark.parametrize(("minutes", "lasts"), [(-60, 120), (300, 60), (-300, 240)], ids=["in", "before", "after"])
async def test_nobody_is_suspended_in_it_before_it_or_right_after_it(night: Stage, minutes: int, lasts: int) -> None:
    playing = await begin(night, f"WIN-susp{minutes}", ASO, due_in=61 + minutes // 10, decline=9)
    await playing.to_day(9, 60)
    window = await close(playing, 10, minutes, lasts)
    await playing.to_day(10, 120)
    assert (await playing.levels(), await night.store.holds(playing.account)) == ([], ())
    await playing.to_day(11, 30)
    assert await playing.levels() == ["suspended"]
    (waited,) = await night.store.put_off_by(window.window.id)
    assert (waited.invoice, waited.step, waited.action) == (playing.row.invoice, "suspend", "suspended")
    await playing.signal()
    assert await playing.outcome() == "paid"
    assert await playing.levels() == ["suspended", "active"]
    await over(playing, window)


@pytest.mark.req("S0-16")
@pytest.mark.promise(12)
async def test_a_notice_names_the_day_that_will_be_and_that_day_it_comes(night: Stage) -> None:
    playing = await begin(night, "WIN-named", ASO, due_in=321, decline=9)
    window = await close(playing, 10)
    await playing.to_day(9, 60)
    morning, planned = playing.moment(11, 0), playing.moment(10, 0)
    inbox = (await night.companies.mail.books()).to(playing.email)
    (warning,) = (each for each in inbox if each.subject == "Second Invoice Overdue Notice")
    assert f"{morning:%B} {morning.day}, {morning.year}" in warning.text
    said = " ".join(warning.text.split())
    assert f"suspended on {planned:%A, %B} {planned.day}, {planned.year}" not in said
    made = night.made(playing.skipper.client)
    seen = await made.show_case.show(playing.row.invoice)
    assert seen.shut
    (suspend,) = (each for each in upcoming(seen.case, seen.at, seen.shut.until) if each.step.name == "suspend")
    assert suspend.at == morning
    why = await made.why.of_invoice(playing.row.invoice)
    assert why
    assert f"suspend on {clock(seen.case, morning)}" in why.coming
    assert (await made.windows.cancel(window.window.id, "ana")).told == 0
    await playing.to_day(10, 120)
    assert await playing.levels() == [], (
        "the window is called off, but nobody is suspended before the day that they were told"
    )
    await playing.to_day(11, 30)
    assert await playing.levels() == ["suspended"]
    await playing.signal()
    assert await playing.outcome() == "paid"


@pytest.mark.req("S0-23")
async def test_a_window_that_is_extended_and_then_cancelled_has_the_charge_made_once(night: Stage) -> None:
    playing = await begin(night, "WIN-change", ASO, due_in=121)
    window = await close(playing, 0)
    windows = night.made(playing.skipper.client).windows
    await playing.to_day(0, 90)
    later = await windows.move(window.window.id, None, playing.moment(1, 60), "bob")
    assert (later.changed, later.told) == (True, 0)
    await playing.to_day(1, 30)
    assert (await playing.charged(), [e.step for e in (await playing.case()).deferrals]) == ([], ["charge"] * 2)
    gone = await windows.cancel(window.window.id, "bob")
    assert (gone.changed, gone.told) == (True, 1)
    assert await playing.outcome() == "paid"
    assert await playing.charged() == [1999]
    assert (await playing.case()).done[-1].at < playing.moment(2, -60)
    assert (await windows.cancel(window.window.id, "bob")).changed is False


@pytest.mark.req("S0-23")
async def test_who_waits_for_two_windows_in_a_row_hears_when_either_is_cancelled(night: Stage) -> None:
    playing = await begin(night, "WIN-chain", ASO, due_in=221)
    first, second = await close(playing, 0), await close(playing, 0, 30, 3 * 24 * 60)
    await playing.to_day(0, 90)
    gone = await night.made(playing.skipper.client).windows.cancel(second.window.id, "bob")
    assert gone.told == 1
    await playing.to_day(1, 30)
    assert await playing.charged() == [1999], "the first one was over in the morning"
    assert await playing.outcome() == "paid"
    await over(playing, first)


@pytest.mark.promise(5)
async def test_a_hold_that_another_invoice_handed_on_is_not_its_own_that_had_begun(night: Stage) -> None:
    services = [{"kind": "website", "user": f"winh{each}"} for each in ("shop", "blog")]
    for each in services:
        await night.companies.panel.put(each["user"])
    shop, blog = (f"sandbox:winh{each}:website" for each in ("shop", "blog"))
    row: dict[str, Any] = {"account": "acct-WIN-handed", "services": services}
    one = await begin(night, "WIN-handed-1", COURTESY, due_in=281, pays_for=[shop], decline=99, **row)
    two = await begin(night, "WIN-handed-2", COURTESY, due_in=285, pays_for=[blog], decline=99, **row)
    await one.to_day(10)
    await two.to_day(7)
    await one.signal("USD 54.99")
    assert await one.outcome() == "paid"
    assert {each.source for each in await night.store.holds(one.account)} == {"WIN-handed-2"}
    window = await close(two, 10)
    await two.to_day(10, 50)
    assert (await night.companies.panel.books()).level("winhblog") == "active"
    await two.to_day(11)
    assert (await night.companies.panel.books()).level("winhblog") == "suspended"
    await two.signal("USD 54.99")
    assert await two.outcome() == "paid"
    await over(two, window)


@pytest.mark.req("S0-17")
async def test_an_invoice_is_issued_in_it_once_and_its_dates_stay(night: Stage) -> None:
    playing = await begin(night, "WIN-issue", ASO, due_in=171)
    window = await close(playing, -10)
    await playing.to_day(-9)
    assert await playing.mails() == ["Customer Invoice"]
    case = await playing.case()
    assert (case.shift_days, case.invoice.due) == (0, playing.row.due)
    await playing.signal()
    assert await playing.outcome() == "paid"
    await over(playing, window)
