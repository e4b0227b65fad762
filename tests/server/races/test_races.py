"""A payment that lands in the middle of each kind of activity, on the real server over real sockets.

The company holds its answer until the signal is recorded, so the race is no matter of luck.
"""

import asyncio
from typing import Literal, NamedTuple

import pytest

from dunning.level import Level
from sandbox.companies import Sandbox
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin

Desk = Literal["mail", "payments", "panel"]


class Race(NamedTuple):
    """A payment in the middle of what happens on `day`. `who` is the field of Playing that the company knows."""

    activity: str
    policy: str
    day: int
    desk: Desk
    behaviour: str
    owed: str
    levels: list[str]
    outcome: str = "paid"


ASO, COURTESY, HOTDOODLE = "a-small-orange", "courtesy-5-10-35", "hotdoodle"
RACES = [
    Race("issue", ASO, -10, "mail", "hold", "19.99", []),
    Race("notice", ASO, 5, "mail", "hold", "19.99", []),
    Race("charge-declined", COURTESY, 5, "payments", "hold:decline:card_declined", "19.99", []),
    Race("warn", HOTDOODLE, 10, "panel", "hold", "19.99", ["warned", "active"]),
    Race("lock", HOTDOODLE, 20, "panel", "ok:hold", "19.99", ["warned", "locked", "active"]),
    Race("suspend", ASO, 10, "panel", "hold", "19.99", ["suspended", "active"]),
    Race("suspend-seen", ASO, 10, "panel", "ok:hold", "19.99", ["suspended", "active"]),
    Race("delete", HOTDOODLE, 60, "panel", "hold", "94.99", ["warned", "locked", "suspended", "deleted"]),
]


def desk_of(companies: Sandbox, desk: Desk):
    return {"mail": companies.mail, "payments": companies.payments, "panel": companies.panel}[desk]


def who(playing: Playing, desk: Desk) -> str:
    return {"mail": playing.email, "payments": playing.account, "panel": playing.user}[desk]


@pytest.mark.promise(2)
@pytest.mark.promise(6)
@pytest.mark.req("S2-05", "S2-07", "S3-06", "S3-29", "S4-10")
@pytest.mark.parametrize("race", RACES, ids=[race.activity for race in RACES])
async def test_a_payment_in_the_middle_of(a_stage: Stage, race: Race) -> None:
    playing = await begin(a_stage, f"RACE-{race.activity}", race.policy, decline=1)
    desk, name = desk_of(a_stage.companies, race.desk), who(playing, race.desk)
    await playing.to_day(race.day, minutes=-60)
    await desk.script(name, race.behaviour)
    async with playing.passing(race.day):
        await desk.until_held(name)
        await playing.signal(f"USD {race.owed}")
        await _recorded(playing)
        await desk.release(name)
    assert await playing.outcome() == race.outcome
    assert await playing.levels() == race.levels
    case = await playing.case()
    assert [e.amount.minor for e in case.payments] == [round(float(race.owed) * 100)]
    assert (await playing.mails())[-1] in {"Invoice Payment Confirmation", "Payment Confirmation"}
    assert len(await playing.mails()) == len({d.step for d in case.done if d.kind == "delivered"})


async def test_money_in_the_middle_of_the_deletion_reinstates_nothing(a_stage: Stage) -> None:
    """The services are gone, and whoever reads the case sees that; one ticket asks a person to put it right."""
    playing = await begin(a_stage, "RACE-gone", HOTDOODLE, decline=1)
    await playing.to_day(60, minutes=-60)
    await a_stage.companies.panel.script(playing.user, "hold")
    async with playing.passing(60):
        await a_stage.companies.panel.until_held(playing.user)
        await playing.signal("USD 94.99")
        await _recorded(playing)
        await a_stage.companies.panel.release(playing.user)
    assert await playing.outcome() == "paid"
    case = await playing.case()
    assert (case.level, [done.step for done in case.done if done.kind == "reinstated"]) == (Level.DELETED, [])
    assert await a_stage.store.holds(playing.account) == ()
    subjects = [ticket.subject for ticket in await a_stage.store.tickets(playing.account)]
    assert subjects == ["RACE-gone was paid after its services were deleted"]


async def _recorded(playing: Playing) -> None:
    """Wait until the workflow has handled the signal: only then is it truly in the middle."""
    async with asyncio.timeout(10):
        while not (await playing.case()).payments:  # noqa: ASYNC110 - the query is the condition
            await asyncio.sleep(0.02)


@pytest.mark.promise(1)
@pytest.mark.promise(9)
async def test_the_customer_pays_while_the_charge_succeeds(a_stage: Stage) -> None:
    playing = await begin(a_stage, "RACE-both-pay", ASO)
    await a_stage.companies.payments.script(playing.account, "ok:hold")
    async with playing.passing(1):
        await a_stage.companies.payments.until_held(playing.account)
        await playing.signal()
        await _recorded(playing)
        await a_stage.companies.payments.release(playing.account)
    assert await playing.outcome() == "paid"
    assert await playing.charged() == [1999]
    credited = await a_stage.store.credits(playing.account)
    assert [credit.amount.minor for credit in credited] == [1999]
    ledger = await a_stage.store.ledger(playing.row.invoice)
    assert ledger is not None
    assert ledger.balance.minor == 0


@pytest.mark.promise(7)
async def test_money_that_comes_during_the_reinstatement_is_credited(a_stage: Stage) -> None:
    playing = await begin(a_stage, "RACE-reinstate", ASO, decline=1)
    await playing.to_day(10)
    await a_stage.companies.panel.script(playing.user, "hold")
    async with playing.passing(11):
        await playing.signal()
        await a_stage.companies.panel.until_held(playing.user)
        await playing.signal("USD 5.00", "again")
        await asyncio.sleep(0)
        await a_stage.companies.panel.release(playing.user)
    assert await playing.outcome() == "paid"
    assert await playing.levels() == ["suspended", "active"]
    assert [c.amount.minor for c in await a_stage.store.credits(playing.account)] == [500]


@pytest.mark.promise(9)
async def test_money_during_the_deactivation_becomes_credit_and_a_ticket(a_stage: Stage) -> None:
    """While the policy voids the invoice, the money is still on time: it is not lost, and nobody is left restricted."""
    playing = await begin(a_stage, "RACE-deactivate", ASO, decline=1)
    await playing.to_day(29)
    await a_stage.companies.panel.script(playing.user, "read:hold")
    async with playing.passing(30):
        await a_stage.companies.panel.until_held(playing.user)
        await playing.signal()
        await _recorded(playing)
        await a_stage.companies.panel.release(playing.user)
    assert await playing.outcome() == "paid"
    assert await playing.levels() == ["suspended", "active"]


@pytest.mark.promise(2)
@pytest.mark.promise(9)
async def test_payments_that_race_the_end_are_either_recorded_or_refused_aloud(a_stage: Stage) -> None:
    """Acknowledged implies recorded: 6 cases, each with signals fired at the moment in which it ends."""
    results = await asyncio.gather(*(_race_the_end(a_stage, number) for number in range(6)))
    assert any(results)


async def _race_the_end(stage: Stage, number: int) -> int:
    playing = await begin(stage, f"RACE-end-{number}", ASO)
    await playing.to_day(-1)
    acknowledged: list[str] = []

    async def fire() -> None:
        for attempt in range(25):
            try:
                await playing.signal("USD 1.00", f"late-{attempt}")
            except Exception:  # noqa: BLE001 - the case is closed: the caller heard no
                return
            acknowledged.append(f"late-{attempt}")

    async with playing.passing(1):
        await fire()
    assert await playing.outcome() == "paid"
    recorded = {entry.id for entry in (await playing.case()).entries}
    assert set(acknowledged) <= recorded
    return len(acknowledged)
