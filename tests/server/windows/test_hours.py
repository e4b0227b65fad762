"""Consequences only while Billing is there: the day is in the notices, and on that day it comes."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from sandbox.stage.stage import Stage, stage
from tests.server.playing import begin

ZONE, DUE_IN = "America/New_York", 21
ANY_HOUR = load_policy("a-small-orange", ROOT / "policies")
BILLING = ANY_HOUR.model_copy(update={"only_in_hours_of": "billing"})
CLOSED = (datetime.now(UTC) + timedelta(days=DUE_IN + 10)).date()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office() -> AsyncGenerator[Stage]:
    """Give a stage whose Billing opens at ten, and is away on one day."""
    days = [f"{CLOSED + timedelta(days=each)}" for each in (0, 1)]  # midnight may pass before a test begins
    hours = {"billing": {"zone": ZONE, "open": ["Mon-Sun 10:00-16:00"], "closed": days}}
    async with stage(settings={"REPRIEVE_HOURS": json.dumps(hours)}) as made:
        yield made


async def test_nobody_is_suspended_while_billing_is_closed_and_the_notice_names_the_day_that_will_be(
    office: Stage,
) -> None:
    playing = await begin(office, "HRS-billing", BILLING, due_in=DUE_IN, decline=9)
    later = 1 + (CLOSED - playing.moment(10, 0).date()).days + 1
    planned, opens = playing.moment(10, 0), playing.moment(10 + later, 60)
    await playing.to_day(10, -30)
    inbox = (await office.companies.mail.books()).to(playing.email)
    (warning,) = (each for each in inbox if each.subject == "Second Invoice Overdue Notice")
    text = " ".join(warning.text.split())
    assert f"suspended on {opens:%A, %B} {opens.day}, {opens.year}" in text
    assert f"suspended on {planned:%A, %B} {planned.day}, {planned.year}" not in text
    await playing.to_day(10 + later, 30)
    assert await playing.levels() == []
    await playing.to_day(10 + later, 90)
    assert await playing.levels() == ["suspended"]
    await playing.signal()
    assert await playing.outcome() == "paid"


async def test_a_policy_that_does_not_say_so_suspends_at_its_own_hour(office: Stage) -> None:
    playing = await begin(office, "HRS-any", ANY_HOUR, due_in=DUE_IN, decline=9)
    await playing.to_day(10, 30)
    assert await playing.levels() == ["suspended"]
    await playing.signal()
    assert await playing.outcome() == "paid"
