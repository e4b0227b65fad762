"""Six hours of a broken portal before a deadline: nobody is suspended that day, and the customer reads the new one."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from dunning.tickets.kind import TicketKind
from dunning.windows.outage import Outage, Way
from operations.windows.windows import NewWindow
from sandbox.stage.stage import Stage, stage
from tests.server.playing import Playing, begin

ASO = "a-small-orange"
HOUR = timedelta(hours=1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def down() -> AsyncGenerator[Stage]:
    """Give a stage of its own: an outage is about everybody."""
    async with stage() as made:
        yield made


async def seen(on: Stage, since: datetime, hours: float) -> Outage:
    """What a checker would have written that saw it on the case's own clock."""
    until = since + hours * HOUR
    one = Outage(id=f"portal-{since:%Y%m%d%H%M}", way=Way.PORTAL, since=since, until=until, seen=until, checks=9)
    await on.store.put_outage(one)
    return one


async def begun(on: Stage, name: str, due_in: int) -> Playing:
    return await begin(on, name, ASO, due_in=due_in, decline=9)


@pytest.mark.promise(5)
async def test_six_hours_before_a_deadline_move_it_by_a_day_and_the_customer_reads_that(down: Stage) -> None:
    playing = await begun(down, "OUT-six", 11)
    await playing.to_day(10, -30)
    outage = await seen(down, playing.moment(10, -7 * 60), 6)
    await playing.to_day(10, 120)
    assert (await playing.levels(), await down.store.holds(playing.account)) == ([], ())
    (put_off,) = (await playing.case()).deferrals
    assert (put_off.step, put_off.until.replace(microsecond=0), put_off.moved_days) == (
        "suspend",
        playing.moment(11, 0),
        1,
    )
    assert (await playing.mails())[-1] == "More Time to Pay"
    books = await down.companies.mail.books()
    text = books.to(playing.email)[-1].text
    assert "is put off by one day." in text
    assert f"suspended on {playing.moment(11, 0):%A, %B} {playing.moment(11, 0).day}" in text
    (row,) = await down.store.put_off_by(outage.id)
    assert (row.invoice, row.step, row.action) == ("OUT-six", "suspend", "suspended")
    await playing.to_day(11, 30)
    assert await playing.levels() == ["suspended"]
    assert (await playing.mails()).count("More Time to Pay") == 1
    await playing.signal()
    assert await playing.outcome() == "paid"
    assert await playing.levels() == ["suspended", "active"]


@pytest.mark.promise(5)
async def test_who_pays_meanwhile_is_never_suspended_and_a_short_or_an_old_one_moves_nothing(down: Stage) -> None:
    one, two = await begun(down, "OUT-pays", 111), await begun(down, "OUT-short", 141)
    await one.to_day(10, -10)
    await two.to_day(10, -10)
    await seen(down, one.moment(10, -60), 0.6)
    await seen(down, two.moment(10, -60), 0.4)
    await seen(down, two.moment(-9, 0), 40)
    await one.to_day(10, 60)
    await one.signal()
    assert await one.outcome() == "paid"
    assert await one.levels() == []
    await two.to_day(10)
    assert await two.levels() == ["suspended"]
    await two.signal()
    assert await two.outcome() == "paid"


async def test_a_long_one_moves_three_days_and_then_a_person_decides(down: Stage) -> None:
    playing = await begun(down, "OUT-long", 211)
    await playing.to_day(10, -30)
    outage = await seen(down, playing.moment(8, 0), 200)
    await playing.to_day(10, 60)
    (put_off,) = (await playing.case()).deferrals
    assert (put_off.until.replace(microsecond=0), put_off.moved_days) == (playing.moment(13, 0), 3)
    (ticket,) = [each for each in await down.store.tickets("") if each.kind is TicketKind.OUTAGE_GOES_ON]
    assert outage.id in ticket.subject
    assert "Outages have moved OUT-long (step suspend) by three days" in ticket.body
    await playing.to_day(12, 60)
    assert await playing.levels() == []
    await playing.to_day(13, 30)
    assert await playing.levels() == ["suspended"], "whoever gains by an outage gains three days"
    await playing.signal()
    assert await playing.outcome() == "paid"


async def test_one_that_is_struck_out_lets_the_step_come_at_once(down: Stage) -> None:
    playing = await begun(down, "OUT-struck", 311)
    await playing.to_day(10, -30)
    outage = await seen(down, playing.moment(10, -7 * 60), 6)
    await playing.to_day(10, 60)
    assert await playing.levels() == []
    said = await down.made(playing.skipper.client).outages.strike(outage.id, "ana", "the check was wrong")
    assert (said.changed, said.told) == (True, 1)
    await playing.to_day(10, 120)
    assert await playing.levels() == ["suspended"]
    again = await down.made(playing.skipper.client).outages.strike(outage.id, "ana", "the check was wrong")
    assert again.changed is False
    await playing.signal()
    assert await playing.outcome() == "paid"


async def test_one_behind_a_window_asks_a_person_too_and_is_listed_and_struck_out_like_any(down: Stage) -> None:
    playing = await begun(down, "OUT-behind", 261)
    await playing.to_day(10, -30)
    outage = await seen(down, playing.moment(7, 0), 71)
    made, since = down.made(playing.skipper.client), playing.moment(10, -10)
    await made.windows.add(NewWindow(since, since + HOUR, playing.plan.zone, "new disks", "ana"))
    await playing.to_day(10, 60)
    (put_off,) = (await playing.case()).deferrals
    assert put_off.moved_days == 3
    assert playing.moment(14, 0) <= put_off.until < playing.moment(14, 1), "in its place of the line"
    assert "maintenance window" in put_off.reason
    assert "it moves by 3 day(s)" in put_off.reason
    tickets = [each for each in await down.store.tickets("") if each.kind is TicketKind.OUTAGE_GOES_ON]
    assert any(outage.id in each.subject for each in tickets), "a person decides on the last of the days"
    (listed,) = [each for each in await made.outages.of(over=True) if each.outage.id == outage.id]
    assert [(row.invoice, row.step) for row in listed.moved] == [("OUT-behind", "suspend")]
    assert (await made.outages.strike(outage.id, "ana", "the check was wrong")).told == 1
    await playing.to_day(11, 60)
    assert await playing.levels() == ["suspended"], "the window's morning is left"
    await playing.signal()
    assert await playing.outcome() == "paid"


async def test_a_warning_written_after_it_names_the_day_that_will_be_and_days_are_given_once(down: Stage) -> None:
    playing = await begun(down, "OUT-named", 51)
    await playing.to_day(9, -60)
    outage = await seen(down, playing.moment(6, 0), 70)
    await playing.to_day(9, 60)
    inbox = (await down.companies.mail.books()).to(playing.email)
    named, text = playing.moment(13, 0), " ".join(inbox[-1].text.split())
    assert inbox[-1].subject == "Second Invoice Overdue Notice"
    assert f"suspended on {named:%A, %B} {named.day}" in text
    await playing.to_day(10, 60)
    (put_off,) = (await playing.case()).deferrals
    assert (put_off.moved_days, put_off.until.replace(microsecond=0)) == (3, named)
    tickets = [each for each in await down.store.tickets("") if each.kind is TicketKind.OUTAGE_GOES_ON]
    assert any(outage.id in each.subject for each in tickets), "a person has the last day to decide"
    await down.made(playing.skipper.client).outages.strike(outage.id, "ana", "the check was wrong")
    await playing.to_day(12, 60)
    assert await playing.levels() == [], "what a notice named is kept to"
    await playing.to_day(13, 30)
    assert await playing.levels() == ["suspended"]
    await playing.signal()
    assert await playing.outcome() == "paid"
