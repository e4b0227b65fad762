"""The worker or the server dies, again and again, in the middle of everything: the life ends right all the same.

What counts is not what we believe but what the companies' own books say: each charge, notice, suspension and deletion
exactly once.
"""

import asyncio
from collections import Counter

import pytest

from dunning.case.facts import Approval
from sandbox.stage.stage import Stage, stage
from tests.server.playing import Playing, begin

ASO, COURTESY, HOTDOODLE = "a-small-orange", "courtesy-5-10-35", "hotdoodle"
DAYS = {ASO: [-10, 0, 5, 9, 10, 30, 83], COURTESY: [-10, 0, 5, 10, 28], HOTDOODLE: [5, 10, 20, 30, 53, 60]}
"""The days on which something is done at a company, by policy."""


@pytest.mark.promise(1)
@pytest.mark.req("S3-13", "S3-15", "S3-24", "S1-21")
async def test_the_worker_is_killed_at_every_milestone_of_whole_lives() -> None:
    async with stage() as own:
        lives = [await begin(own, f"KILL-{p[:4].strip('-')}", p, decline=1 if p == ASO else 2) for p in DAYS]
        for number in range(max(map(len, DAYS.values()))):
            await _die_in_the_middle(
                own, [(life, _day(life, number)) for life in lives if _day(life, number) is not None]
            )
        await _end(own, lives)
        for life in lives:
            await _books_are_right(life)


def _day(life: Playing, number: int) -> int | None:
    days = DAYS[life.row.policy]
    return days[number] if number < len(days) else None


async def _die_in_the_middle(own: Stage, acts: list[tuple[Playing, int | None]]) -> None:
    """Each company holds what it is asked on that day; then the worker dies, and another one comes."""
    passing = [asyncio.create_task(_hold_and_pass(own, life, day)) for life, day in acts if day is not None]
    await asyncio.gather(*(_held(own, life) for life, day in acts if day is not None))
    await own.worker.kill()
    await asyncio.gather(own.companies.mail.forget(), own.companies.panel.forget())
    await own.start_worker()
    await asyncio.gather(*passing)


async def _hold_and_pass(own: Stage, life: Playing, day: int) -> None:
    await own.companies.mail.script(life.email, "hold")
    await own.companies.panel.script(life.user, "ok:hold")
    await own.companies.panel.script(life.user, "read:hold")
    await life.to_day(day)


async def _held(own: Stage, life: Playing) -> None:
    """Wait until some company holds a call of this case, or its charge came back declined at once."""
    async with asyncio.timeout(30):
        while True:
            held = [*await own.companies.mail.held(), *await own.companies.panel.held()]
            if any(h.who in (life.email, life.user) for h in held):
                return
            await asyncio.sleep(0.02)


async def _end(own: Stage, lives: list[Playing]) -> None:
    aso, courtesy, _hotdoodle = lives
    await aso.to_day(91)
    await aso.update("approve", Approval(milestone="delete", by="ana"))
    await courtesy.to_day(36)
    await courtesy.update("approve", Approval(milestone="terminate", by="ana"))
    assert [await life.outcome() for life in lives] == ["deleted"] * 3


EXPECTED = {
    ASO: (
        [
            "Customer Invoice",
            "Credit Card Payment failed",
            "First Invoice Overdue Notice",
            "Second Invoice Overdue Notice",
            "Service Suspension Notification",
            "Account Inactive",
            "Your Services Will Be Deleted",
            "Services Deleted",
        ],
        ["suspended", "deleted"],
        1,
    ),
    COURTESY: (
        [
            "Courtesy Invoice",
            "Payment Failed",
            "Payment Failed",
            "Invoice Reminder: Services Suspended",
            "Your Services Will Be Deleted",
            "Services Deleted",
        ],
        ["suspended", "deleted"],
        2,
    ),
    HOTDOODLE: (
        [
            "Monthly Fees Are Due",
            "Payment Warning",
            "Website Locked",
            "Website Suspended",
            "Website Will Be Deleted",
            "Website Deleted",
        ],
        ["warned", "locked", "suspended", "deleted", "no backups"],
        0,
    ),
}


async def _books_are_right(life: Playing) -> None:
    mails, levels, charges = EXPECTED[life.row.policy]
    books = await life.stage.companies.mail.books()
    caught = [m.subject for m in books.to(life.email)]
    assert caught == mails, "by Message-ID, each notice is there once"
    assert await life.levels() == levels
    attempts = (await life.stage.companies.payments.books()).of(life.account)
    assert Counter(c.key for c in attempts) == Counter({c.key: 1 for c in attempts})
    assert len(attempts) == charges


@pytest.mark.promise(1)
async def test_the_worker_is_killed_while_a_charge_is_under_way() -> None:
    """The money moved, nobody heard of it: the next worker asks and never charges again."""
    async with stage() as own:
        life = await begin(own, "KILL-charge", ASO)
        await own.companies.payments.script(life.account, "ok:hold")
        async with life.passing(1):
            await own.companies.payments.until_held(life.account)
            await own.worker.kill()
            await own.companies.forget()
            await own.start_worker()
        assert await life.outcome() == "paid"
        assert await life.charged() == [1999]
        assert await life.mails() == ["Customer Invoice", "Invoice Payment Confirmation"]


@pytest.mark.promise(1)
async def test_the_server_dies_with_its_database_file_and_comes_back() -> None:
    async with stage(database=True) as own:
        life = await begin(own, "KILL-server", ASO, decline=1)
        for day in (-10, 4, 5, 9, 10):
            await life.to_day(day)
            await own.server.kill()
            await own.server.start()
        await life.signal()
        assert await life.outcome() == "paid"
        assert await life.levels() == ["suspended", "active"]
        assert await life.mails() == [
            "Customer Invoice",
            "Credit Card Payment failed",
            "First Invoice Overdue Notice",
            "Second Invoice Overdue Notice",
            "Service Suspension Notification",
            "Invoice Payment Confirmation",
        ]


async def test_a_stopping_worker_finishes_what_it_holds() -> None:
    """SIGTERM in the middle of a suspension: the worker waits for the panel, then goes; nothing runs twice."""
    async with stage() as own:
        life = await begin(own, "TERM", ASO, decline=1)
        await life.to_day(9)
        await own.companies.panel.script(life.user, "hold")
        async with life.passing(10):
            await own.companies.panel.until_held(life.user)
            stopping = asyncio.create_task(own.worker.stop())
            await asyncio.sleep(0.3)
            assert own.worker.running
            await own.companies.panel.release(life.user)
            assert await stopping == 0
            await own.start_worker()
        assert await life.levels() == ["suspended"]
        books = await own.companies.panel.books()
        calls = [c.verb for c in books.calls if c.user == life.user]
        assert (calls.count("restrict"), calls[0], calls[-1]) == (1, "state", "state")
