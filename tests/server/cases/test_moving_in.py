"""Invoices that move in from another system, on the real server: a file, the warning, the suspension, the payment."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.cost.lives import zone_where_it_is
from dunning.calendar import local
from dunning.level import Level
from sandbox.stage.stage import Stage
from tests.cli.command import Operate
from tests.server.playing import Playing, begin

ASO = "a-small-orange"
THEIRS = "Overdue on Payment"
"""What another system writes at the panel."""


def zone() -> str:
    """Where the policy's hour is nine hours away: time enough to look."""
    return zone_where_it_is(0, datetime.now(UTC))


async def moved(stage: Stage, name: str, overdue: int, **more: Any) -> Playing:
    today = local(datetime.now(UTC), zone()).date()
    row: dict[str, Any] = {
        "due": today - timedelta(days=overdue),
        "zone": zone(),
        "moved_in": today - timedelta(days=1),
    }
    return await begin(stage, name, ASO, **{**row, **more})


async def panel_shows(stage: Stage, user: str) -> tuple[str, str]:
    (service,) = [each for each in (await stage.companies.panel.books()).services if each.user == user]
    return service.level, service.tag


@pytest.mark.promise(3)
async def test_the_first_consequence_waits_for_a_warning_of_ours_and_its_whole_interval(a_stage: Stage) -> None:
    life = await moved(a_stage, "MOVEIN-1", overdue=20)
    case = await life.case()
    assert [each.kind for each in case.done] == ["elsewhere"] * 4, "issue, charge and both notices were sent there"
    assert (await life.mails(), await life.charged(), case.level) == ([], [], Level.ACTIVE)
    assert case.moved_in is not None
    await life.to_day(20, minutes=-30)
    assert await life.mails() == []
    await life.to_day(20, minutes=90)
    case = await life.case()
    assert await life.mails() == ["Invoice Overdue"]
    (warning,) = [done for done in case.done if done.kind == "delivered"]
    assert case.moved_in is not None
    assert warning.at >= case.moved_in.warns_at
    assert warning.announced is not None
    assert [each.step for each in warning.announced.steps] == ["suspend"]
    assert await life.levels() == []
    await life.to_day(24)
    assert await life.levels() == ["suspended"]
    suspended = (await life.case()).steps_done["suspend"]
    planned = {m.name: m.at for m in life.plan.milestones}
    assert suspended.at - warning.at >= planned["suspend"] - planned["second-overdue"]
    assert await life.charged() == [], "nothing is charged again"
    await life.signal()
    assert await life.outcome() == "paid"
    assert await life.levels() == ["suspended", "active"]


@pytest.mark.promise(6)
async def test_a_service_that_was_suspended_there_is_taken_over_and_given_back(a_stage: Stage) -> None:
    await a_stage.companies.panel.put("moveadopt", "suspended", THEIRS)
    services = [{"user": "moveadopt"}, {"user": "moveruns"}]
    life = await moved(a_stage, "MOVEIN-2", 20, level="suspended", services=services)
    assert (await life.case()).level is Level.SUSPENDED
    holds = await a_stage.store.holds(life.account)
    assert [(each.source, each.level, each.service) for each in holds] == [
        ("MOVEIN-2", Level.SUSPENDED, "sandbox:moveadopt:website")
    ]
    assert await panel_shows(a_stage, "moveadopt") == ("suspended", THEIRS), "nothing changes at the panel"
    await life.to_day(20, minutes=90)
    assert await life.mails() == ["Invoice Overdue"], "of what is still to come"
    await life.signal()
    assert await life.outcome() == "paid"
    assert await panel_shows(a_stage, "moveadopt") == ("active", "")
    assert await a_stage.store.holds(life.account) == ()


async def test_without_that_word_the_mark_of_the_other_system_stays(a_stage: Stage) -> None:
    await a_stage.companies.panel.put("movestays", "suspended", THEIRS)
    life = await moved(a_stage, "MOVEIN-3", 20, services=[{"user": "movestays"}])
    assert ((await life.case()).level, await a_stage.store.holds(life.account)) == (Level.ACTIVE, ())
    await life.signal()
    assert await life.outcome() == "paid"
    assert await panel_shows(a_stage, "movestays") == ("suspended", THEIRS)


@pytest.mark.promise(6)
async def test_a_file_that_comes_again_takes_over_nothing_that_was_suspended_since(a_stage: Stage) -> None:
    life = await moved(a_stage, "MOVEIN-7", 20, services=[{"user": "movelater"}])
    await a_stage.companies.panel.put("movelater", "suspended", "phishing-by-staff")
    made = a_stage.made(life.skipper.client)
    again = life.row.model_copy(update={"level": "suspended"})
    with life.skipper.with_time_skipping_disabled():
        opening = await made.open_invoice.open(again, made.check_invoice.check(again))
    assert (opening.outcome, await a_stage.store.holds(life.account)) == ("already running", ())
    await life.signal()
    assert await life.outcome() == "paid"
    assert await panel_shows(a_stage, "movelater") == ("suspended", "phishing-by-staff")


async def test_a_dry_run_tells_what_moves_in_and_a_file_says_it_once_for_all(a_stage: Stage, typed: Operate) -> None:
    today = local(datetime.now(UTC), zone()).date()
    row = {"account": "move-dry", "amount": "USD 19.99", "policy": ASO, "zone": zone()}
    rows = [{**row, "invoice": "MOVEIN-4", "due": str(today - timedelta(days=6))}]
    words = ("start", "-", "--moved-in", str(today - timedelta(days=1)))
    said = await typed(a_stage, *words, "--dry-run", stdin=json.dumps(rows))
    told = said.out.splitlines()
    assert told[1].startswith(f"  moves in with notices until {today - timedelta(days=1)}; done there: issue, charge, ")
    assert told[2] == (
        "  what its panel shows as suspended stays as it is, also when it is paid: --level suspended takes it over"
    )
    assert told[-1].endswith("at once would come: nothing")
    adopting = await typed(a_stage, *words, "--level", "suspended", "--dry-run", stdin=json.dumps(rows))
    assert "held for it from now on: paying gives it back" in adopting.out
    tomorrow = await typed(a_stage, "start", "-", "--moved-in", "2099-01-01", stdin=json.dumps(rows))
    assert (tomorrow.status, "moved_in" in tomorrow.err) == (2, True)
    alone = await typed(a_stage, "start", "-", "--level", "suspended", stdin=json.dumps(rows))
    assert (alone.status, "level suspended needs moved_in" in alone.err) == (2, True)
