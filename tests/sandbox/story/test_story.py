"""Stories played on a real stage: what differs from a story's end is said, and what fits is not."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from sandbox.demo import CAST
from sandbox.stage.stage import Stage
from sandbox.story import play as playing
from sandbox.story.diary import diary, waits_for
from sandbox.story.play import Life, StuckError, play
from sandbox.story.story import Ends, Story, read_stories
from sandbox.story.verdict import differences, seen_end


def a_story(name: str, policy: str = "whmcs-default", outcome: str = "paid", **more: Any) -> Story:
    row = {
        "invoice": f"STORY-{name}",
        "account": f"story-{name}",
        "emails": [f"{name}@story.example"],
        "amount": "USD 20.00",
        "due": "+20",
        "policy": policy,
        "services": [{"user": f"story-{name}"}],
    }
    return Story.model_validate({"title": name, "row": row, "ends": {"outcome": outcome}} | more)


async def played(a_stage: Stage, story: Story) -> Life:
    return await play(a_stage, await a_stage.skipper(), story)


def expecting(life: Life, **ends: Any) -> tuple[str, ...]:
    wanted = Ends.model_validate({"outcome": life.outcome or "open"} | ends)
    return differences(replace(life, story=life.story.model_copy(update={"ends": wanted})))


def told(life: Life) -> list[str]:
    return [f"{line.day} {line.what}" for line in diary(life)]


async def test_a_story_that_fits_passes_and_one_that_differs_is_reported(a_stage: Stage):
    story = a_story("fits", decline=[0], pay=[{"day": 7, "amount": "20", "id": "fits-1"}])
    life = await played(a_stage, story)
    assert differences(life) == ()
    truth = seen_end(life).model_dump()
    assert truth["panel"] == ("suspended", "active")
    assert truth["charges"] == {"succeeded": 0, "declined": 1}
    assert expecting(life, **truth) == ()
    assert expecting(life, outcome="deleted") == ("outcome: expected deleted, got paid",)
    assert expecting(life, panel=["suspended"], level="locked", balance="USD 1.00") == (
        "level: expected locked, got active",
        "panel: expected suspended, got suspended, active",
        "balance: expected USD 1.00, got USD 0.00",
    )


async def test_the_diary_tells_each_day_with_balance_and_level(a_stage: Stage):
    life = await played(a_stage, a_story("diary", "hotdoodle", "deleted"))
    lines = diary(life)
    assert [(line.day, line.what, str(line.owed), line.level) for line in lines] == [
        (0, "invoice issued", "USD 20.00", "active"),
        (5, "notice sent", "USD 20.00", "active"),
        (10, "owners warned at login", "USD 20.00", "warned"),
        (10, "notice sent", "USD 20.00", "warned"),
        (20, "locked", "USD 20.00", "locked"),
        (20, "notice sent", "USD 20.00", "locked"),
        (30, "suspended, reactivation fee USD 75.00", "USD 95.00", "suspended"),
        (30, "notice sent", "USD 95.00", "suspended"),
        (53, "notice sent", "USD 95.00", "suspended"),
        (60, "deleted", "USD 95.00", "deleted"),
        (60, "back-ups deleted", "USD 95.00", "deleted"),
        (60, "notice sent", "USD 95.00", "deleted"),
        (60, "books closed: deleted", "USD 95.00", "deleted"),
    ]
    warnings = ["Monthly Fees Are Due", "Payment Warning", "Website Locked", "Website Suspended"]
    notices = [*warnings, "Website Will Be Deleted", "Website Deleted"]
    assert [line.notice for line in lines if line.notice] == notices
    assert {line.at.strftime("%H:%M") for line in lines} == {"09:00"}


async def test_payments_of_one_day_arrive_together_and_count_once_each(a_stage: Stage):
    same = {"day": 3, "amount": "20.00", "id": "together-1"}
    other = {"day": 3, "amount": "5.00", "id": "together-2"}
    foreign = {"day": 3, "amount": "EUR 7.00", "id": "together-3"}
    pay = [same | {"by": "signal"}, same, other, foreign]
    life = await played(a_stage, a_story("together", no_method=[0], pay=pay))
    assert expecting(life, outcome="paid", balance="USD 0.00", charges={}) == ()
    assert [str(credit.amount) for credit in life.credits] == ["EUR 7.00", "USD 5.00"]
    assert [line for line in told(life) if " paid" in line and line.startswith("3")] == [
        "3 USD 20.00 paid",
        "3 USD 20.00 paid, already counted",
        "3 USD 5.00 paid",
        "3 EUR 7.00 paid, kept as credit: paid in EUR, invoiced in USD",
        "3 books closed: paid",
    ]


async def test_promises_approvals_waivers_and_refusals_are_told(a_stage: Stage):
    story = a_story(
        "people",
        "courtesy-5-10-35",
        "open",
        decline=[0, {"day": 5, "code": "insufficient_funds"}],
        promise=[{"day": 2, "until_day": 3}, {"day": 6, "until_day": 5}],
        waive=[{"day": 7, "entry": "late-fee", "by": "ada"}],
        approve=[{"day": 12, "milestone": "suspend", "by": "bob"}],
        pay=[{"day": 100, "amount": "1.00", "id": "people-1"}],
    )
    life = await played(a_stage, story)
    assert expecting(life, outcome="open", state="awaiting-approval", balance="USD 19.00") == (
        f"refused: {life.told[1].what}: {life.told[1].refused}",
        "refused: bob approved suspend: 'suspend' asks for no approval; milestones that do: terminate",
    )
    assert "is already past" in life.told[1].refused
    assert "7 ada waived late-fee" in told(life)
    assert "5 charge declined (insufficient_funds)" in told(life)
    assert waits_for(life).startswith("approval of terminate: 1 more approval")


async def test_a_void_ends_the_case_and_later_money_comes_too_late(a_stage: Stage):
    story = a_story(
        "void", outcome="void", void=[{"day": -3, "reason": "typo"}], pay=[{"day": 1, "amount": "20", "id": "void-1"}]
    )
    life = await played(a_stage, story)
    assert differences(life) == ()
    assert life.told[-1].what == "USD 20.00 paid: credited, with a Billing ticket"
    assert waits_for(life) == ""
    assert "-3 voided: typo" in told(life)


async def test_a_case_that_does_not_get_on_is_reported(a_stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(playing, "PATIENCE", 1.0)
    story = a_story("stuck", "hotdoodle")
    await a_stage.companies.panel.script("story-stuck", "hold")
    try:
        with pytest.raises(StuckError, match=r"STORY-stuck did not get on .*restrict, try 1: no answer yet"):
            await played(a_stage, story)
    finally:
        await a_stage.companies.panel.forget("story-stuck")


async def test_a_decline_on_a_day_without_charge_is_refused(a_stage: Stage):
    with pytest.raises(ValueError, match="charges nothing on day 3; its charge days are: 0"):
        await played(a_stage, a_story("nodecline", decline=[3]))


def test_a_mistyped_key_is_refused():
    with pytest.raises(ValidationError, match="declined"):
        a_story("mistyped", declined=[0])


def test_the_cast_plays_every_policy_and_keeps_its_people_apart():
    cast = read_stories(CAST)
    assert {story.row.policy for story in cast} == {"a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default"}
    for names in (
        [story.row.invoice for story in cast],
        [story.row.account for story in cast],
        [email for story in cast for email in story.row.emails],
        [service.user for story in cast for service in story.row.services],
    ):
        assert len(names) == len(set(names)) >= len(cast)
