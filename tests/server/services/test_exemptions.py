"""Exempt accounts on the real server: nobody is restricted meanwhile, mails name the days that will be."""

import asyncio
import os
import signal
import sys
from datetime import timedelta

import pytest

from dunning.case.facts import Promise
from dunning.records.accounts import AccountChange
from sandbox.stage.stage import Stage
from tests.cli.command import ROOT, in_days
from tests.operations.opening import opened
from tests.server.payments.test_money_in import until_true
from tests.server.playing import Playing, begin

ASO, COURTESY = "a-small-orange", "courtesy-5-10-35"


async def exempt(playing: Playing, day: int, service: str = "") -> None:
    made = playing.stage.made(playing.skipper.client)
    until = playing.row.due + timedelta(days=day)
    told = await made.exemptions.exempt(playing.account, service, until, "ana", "a partner")
    assert playing.row.invoice in told.told


async def bodies(playing: Playing) -> str:
    books = await playing.stage.companies.mail.books()
    return " ".join(" ".join(mail.text.split()) for mail in books.to(playing.email))


@pytest.mark.promise(3)
async def test_nobody_is_suspended_before_the_end_and_the_mails_name_that_day(a_stage: Stage) -> None:
    playing = await begin(a_stage, "EXS-one", COURTESY, decline=9)
    await playing.to_day(-2)
    await exempt(playing, 20)
    await playing.to_day(20)
    assert await playing.levels() == []
    day = playing.row.due + timedelta(days=21)
    text = await bodies(playing)
    assert f"will be suspended on {day:%A, %B} {day.day}, {day.year}" in text
    wrong = playing.row.due + timedelta(days=10)
    assert f"suspended on {wrong:%A, %B} {wrong.day}, {wrong.year}" not in text
    await playing.to_day(21)
    assert await playing.levels() == ["suspended"]
    assert not [name for name in (each.step for each in (await playing.case()).done) if "again" in name]
    await playing.signal("USD 54.99")
    assert await playing.outcome() == "paid"


@pytest.mark.promise(3)
async def test_a_case_that_has_not_heard_of_it_is_stopped_at_the_panel_and_knows_it_from_then_on(
    a_stage: Stage,
) -> None:
    playing = await begin(a_stage, "EXS-unheard", COURTESY, decline=9)
    before = await a_stage.store.account(playing.account)
    until = playing.row.due + timedelta(days=30)
    after = before.model_copy(update={"exempt_until": until, "exempt_by": "ana", "exempt_reason": "a partner"})
    change = AccountChange(
        account=playing.account, at=playing.moment(-3, 0), by="ana", reason="a partner", what=("exempt",)
    )
    assert await a_stage.store.replace_account(before, after, change)
    await playing.to_day(11)
    assert (await playing.levels(), await a_stage.store.holds(playing.account)) == ([], ())
    case = await playing.case()
    assert case.exempt_until == playing.moment(31, 0)
    assert (case.decided[-1].by, case.decided[-1].what) == ("ana", f"exempt from consequences until {until}")
    await playing.to_day(30)
    assert await playing.levels() == []
    await playing.to_day(37)
    assert await playing.levels() == ["suspended"]
    again = [each for each in case.deferrals if each.step == "suspend"]
    assert len(again) == 1, "asked once, and then it waits by its own rules"
    await playing.signal("USD 54.99")
    assert await playing.outcome() == "paid"


@pytest.mark.promise(6)
async def test_while_the_account_is_exempt_no_hold_is_handed_on_to_its_next_invoice(a_stage: Stage) -> None:
    one = await begin(a_stage, "EXS-two-a", COURTESY, decline=9)
    services = [{"kind": "website", "user": one.user}]
    two = await begin(a_stage, "EXS-two-b", COURTESY, due_in=15, account=one.account, services=services)
    await one.to_day(10)
    await two.to_day(7)
    assert await one.levels() == ["suspended"]
    made = a_stage.made(one.skipper.client)
    told = await made.exemptions.exempt(one.account, "", one.row.due + timedelta(days=40), "ana", "a partner")
    assert told.notes == ("EXS-two-a is suspended already, and stays so",)
    await one.signal("USD 54.99")
    assert await one.outcome() == "paid"
    assert await one.levels() == ["suspended", "active"]
    await two.to_day(20)
    assert await one.levels() == ["suspended", "active"]
    await two.signal("USD 54.99")
    assert await two.outcome() == "paid"


async def test_a_promise_and_an_exemption_end_each_on_its_day(a_stage: Stage) -> None:
    playing = await begin(a_stage, "EXS-promise", COURTESY, decline=9)
    await playing.to_day(-2)
    await exempt(playing, 12)
    await playing.update("promise_to_pay", Promise(until=playing.row.due + timedelta(days=15), by="ana"))
    await playing.to_day(15)
    assert await playing.levels() == []
    await playing.signal("USD 54.99")
    assert await playing.outcome() == "paid"


DIES = """
import os, signal, sys
from operations.accounts.exemptions import Exemptions
from operations.decisions import Decisions
import starter

async def dies(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

Decisions.decide = dies
sys.exit(starter.main(sys.argv[1:]))
"""
"""A command that is killed when it begins to tell the first case."""


@pytest.mark.promise(9)
async def test_a_command_that_is_killed_before_it_told_anybody_is_brought_to_every_case(open_stage: Stage) -> None:
    made = open_stage.made(await open_stage.connect())
    for number in ("EXK-1", "EXK-2"):
        await opened(made, number, account="exk")
    until = str(in_days(30))
    words = ("account", "exempt", "exk", "--until", until, "--by", "Ann", "--reason", "a partner")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DIES, *words, cwd=ROOT, env={**os.environ, **open_stage.env}
    )
    assert await process.wait() == -signal.SIGKILL
    for number in ("EXK-1", "EXK-2"):
        await until_true(lambda number=number: _is_exempt(open_stage, number))
    await made.exemptions.exempt("exk", "", in_days(30), "Ann", "a partner")
    assert [len((await made.cases.ask(number)).exemptions) for number in ("EXK-1", "EXK-2")] == [1, 1]


async def _is_exempt(own: Stage, number: str) -> bool:
    case = await own.made(await own.connect()).cases.ask(number)
    return case.exempt_until is not None
