"""The table of open cases against real cases: at every wait of random lives on virtual time, row and case are equal."""

import asyncio
import random
import re
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from temporalio.client import Client

from adapters.store import SqlStore
from dunning.case.case import Case
from dunning.case.facts import Approval, MethodChanged, Promise, Undo
from dunning.case.snapshot import unpacked
from dunning.explain.open_cases import row_of
from dunning.fleet import open_cases
from dunning.fleet.open_cases import CheckOrder, CheckReport
from dunning.names import METHOD_CHANGED
from dunning.policy.plan import Action
from dunning.ports.outages import OutageError
from operations.cases.check_open_cases import CheckOpenCases
from sandbox.stage.stage import QUEUE, Stage
from tests.server.playing import Playing, begin

POLICIES = ("a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default")
CLOSE = timedelta(minutes=2)
"""An activity ends before its workflow hears of it, and a skip of time may lie between."""
PATIENT = 10
"""Looks, before a step without an activity is left to the hourly check."""


_INSTANT = re.compile(r'"(\d{4}-\d\d-\d\dT[\d:.]+Z)"')


def alike(one: Case, other: Case) -> bool:
    """Equal but for the moments between an activity's end and the workflow's hearing of it."""
    texts = one.model_dump_json(), other.model_dump_json()
    if _INSTANT.sub("", texts[0]) != _INSTANT.sub("", texts[1]):
        return False
    pairs = zip(*(map(datetime.fromisoformat, _INSTANT.findall(text)) for text in texts), strict=True)
    return all(abs(a - b) < CLOSE for a, b in pairs)


def nobody_writes(case: Case) -> bool:
    """Whether its last step was one without an activity: concluded by the rules, or only written down."""
    last = case.done[-1] if case.done else None
    return last is not None and (last.kind in ("skipped", "no_method", "noted") or last.action is Action.CHARGE)


async def differs(store: SqlStore, case: Case) -> str:
    """What the table has wrong about a case that waits; empty when nothing."""
    row = await store.open_case(case.invoice.number)
    if row is None:
        return f"{case.invoice.number} has no row"
    told, case = unpacked(row.snapshot), case.model_copy(update={"heard": ()})
    if not alike(told, case):
        wrong = [name for name in Case.model_fields if getattr(told, name) != getattr(case, name)]
        last = case.done[-1:]
        return f"{case.invoice.number}: {wrong} of revision {row.revision}, the case has {case.revision} after {last}"
    derived = row_of(told, row.as_of)
    return "" if derived == row else f"{row} is not what its snapshot says: {derived}"


async def until_equal(playing: Playing, story: list[str], *, checking: bool = False) -> None:
    wrong = ""
    for turn in range(80):
        case = await playing.case()
        if checking or (turn > PATIENT and nobody_writes(case)):
            await hourly_check(playing.stage)
        wrong = await differs(playing.stage.store, case)
        if not wrong or await playing.is_over():
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"{wrong}\n{story}")


async def hourly_check(stage: Stage) -> CheckReport:
    client = await stage.connect()
    return await client.execute_workflow(
        open_cases.WORKFLOW, CheckOrder(), id=f"check-{uuid4()}", task_queue=QUEUE, result_type=CheckReport
    )


async def something_happens(playing: Playing, chance: random.Random) -> tuple[str, bool]:
    """What, and whether it came from outside: then only the hourly check writes of it."""
    what = chance.choice(["pay some", "promise", "approve", "undo", "signal", "method", "nothing", "nothing"])
    today: date = (await playing.skipper.get_current_time(playing.handle)).date()
    cases = playing.stage.made(playing.skipper.client).cases
    number = playing.row.invoice
    try:
        if what == "pay some":
            payment = playing.payment(f"USD {chance.randint(1, 9)}.00", f"part-{uuid4()}")
            await cases.tell(number, payment, payment.id)
        elif what == "promise":
            await cases.tell(number, Promise(until=today + timedelta(days=chance.randint(0, 9)), by="Ann"))
        elif what == "approve":
            coming = (await playing.case()).next_milestone
            await cases.tell(number, Approval(milestone=coming.name if coming else "none", by=f"Ann {uuid4()}"))
        elif what == "undo":
            now = await playing.skipper.get_current_time(playing.handle)
            undo = Undo(id=f"u-{uuid4()}"[:60], since=now - timedelta(days=9), until=now)
            await cases.tell(number, undo)
        elif what == "signal":
            await playing.signal(f"USD {chance.randint(1, 3)}.00", f"told-{uuid4()}")
        elif what == "method":
            now = await playing.skipper.get_current_time(playing.handle)
            await playing.say(METHOD_CHANGED, MethodChanged(at=now))
    except OutageError:
        raise
    except Exception as error:  # noqa: BLE001 - a case may say no: then nothing has happened
        return f"{what}: {error}", False
    return what, what in ("signal", "method")


@pytest.mark.parametrize("seed", range(6))
async def test_at_every_wait_of_a_random_life_the_row_equals_the_case(open_stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    policy = POLICIES[seed % len(POLICIES)]
    playing = await begin(open_stage, f"TABLE-{seed}", policy, decline=chance.choice([0, 9, 9]))
    story = [policy]
    await until_equal(playing, story, checking=True)  # its card may be told of from outside at once
    for day in range(-10, 40, 5):
        await playing.to_day(day)
        if await playing.is_over():
            break
        story.append(f"day {day}")
        await until_equal(playing, story)
        what, outside = await something_happens(playing, chance)
        story.append(what)
        await playing.to_day(day)
        await until_equal(playing, story, checking=outside)
    if not await playing.is_over():
        await rebuilt_from_nothing(playing, story)
        if (await playing.case()).lapsed:  # no money ends it any more
            return
        payment = playing.payment("USD 99.00", f"all-{uuid4()}")
        await playing.stage.made(playing.skipper.client).cases.tell(playing.row.invoice, payment, payment.id)
    await playing.outcome()
    assert await open_stage.store.open_case(f"TABLE-{seed}") is None


async def rebuilt_from_nothing(playing: Playing, story: list[str]) -> None:
    """The same cases, asked by `cases rebuild`."""
    store = playing.stage.store
    async with store._writing() as connection:
        await connection.execute(text("delete from open_cases"))
    client: Client = await playing.stage.connect()
    told: list[CheckReport] = []
    now = await playing.skipper.get_current_time(playing.handle)
    rebuilding = CheckOpenCases(store, playing.stage.made(client).cases, lambda: now)
    report = await rebuilding.check(told.append, all=True)
    assert told[-1].running == report.running
    await until_equal(playing, [*story, "rebuilt"])
