"""The morning after a window management has a ticket with every charge that was not made in it, and its result."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from composition import now
from dunning.tickets.kind import Department, TicketKind
from dunning.tickets.ticket import Ticket
from dunning.windows.window import Window
from sandbox.stage.stage import Stage, stage
from tests.cli.command import Operate
from tests.server.cases.test_open_cases import hourly_check
from tests.server.payments.test_money_in import until_true
from tests.server.playing import Playing, begin

LASTS = timedelta(seconds=25)


async def put_off(own: Stage, name: str, **more: Any) -> Playing:
    """A case whose charge comes at once, in the window."""
    playing = await begin(own, name, "a-small-orange", due_in=-1, **more)

    async def waits() -> bool:
        return [each.step for each in (await playing.case()).deferrals] == ["charge"]

    await until_true(waits)
    return playing


async def report(own: Stage) -> Ticket | None:
    found = [each for each in await own.store.tickets("") if each.kind is TicketKind.WINDOW_FOLLOWED_UP]
    assert len(found) < 2, "one a window"
    return found[0] if found else None


@pytest.mark.req("S0-13", "S0-22")
async def test_a_ticket_for_management_lists_each_charge_of_the_night_with_its_result_and_is_completed(
    typed: Operate,
) -> None:
    async with stage() as own:
        at = now()
        window = Window(
            id="night", since=at - timedelta(hours=1), until=at + LASTS, zone="UTC", reason="New disks.", by="ana"
        )
        await own.store.put_window(window)
        good, bad = await put_off(own, "FOLLOW-1"), await put_off(own, "FOLLOW-2", decline=9)
        rows = await own.store.put_off_by("night")
        assert [(row.invoice, row.step) for row in rows] == [("FOLLOW-1", "charge"), ("FOLLOW-2", "charge")]
        await asyncio.sleep(max(0.0, (window.until - now()).total_seconds()))
        await hourly_check(own)
        assert await report(own) is None, "it is not the morning yet, and nothing has a result"

        await good.skipper.fast_forward(good.handle, timedelta(hours=34))
        assert await good.outcome() == "paid"
        following = own.made(await own.connect()).follow_windows
        morning = max(row.until for row in rows) + timedelta(hours=4)
        assert await following.follow_up(morning) == 1, "the morning's hours are over, and one has no result"
        first = await report(own)
        assert first
        assert "2 charge(s) were not made in it; 1 of 2 step(s) still wait" in first.subject
        assert "- FOLLOW-1 (acct-FOLLOW-1), charge: " in first.body

        await bad.skipper.fast_forward(bad.handle, timedelta(hours=34))

        async def has_a_result() -> bool:
            return (await own.made(await own.connect()).windows.results("night"))[1].result == "declined"

        await until_true(has_a_result)
        assert (await hourly_check(own)).windows == 1
        last = await report(own)
        assert last
        assert (last.key, last.department, last.at) == (":window-followed-up:night", Department.MANAGEMENT, first.at)
        assert last.subject.endswith("2 charge(s) were not made in it; all have their result")
        lines = "- FOLLOW-1 (acct-FOLLOW-1), charge: charged\n- FOLLOW-2 (acct-FOLLOW-2), charge: declined\n"
        assert lines in last.body
        assert (await hourly_check(own)).windows == 0, "nothing new, nothing written"
        shown = await typed(own, "window", "show", "night")
        assert f"report: ticket {last.key}: {last.subject}" in shown.out
