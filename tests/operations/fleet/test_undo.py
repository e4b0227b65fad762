"""Which undo is asked for, and what one that could not reach every case leaves for the next run.

What it does to a case is tested as a command. Cases lie far ahead of all others, so that an undo touches no other
test's.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client

from adapters.temporal.cases import TemporalCases
from adapters.temporal.signing import Signer
from composition import Composition
from dunning.case.case import Case
from dunning.case.facts import Answer
from dunning.level import Level
from dunning.ports.cases import CaseSaysNoError, NoAnswerError, Update
from dunning.ports.outages import OutageError
from dunning.tickets.ticket import Ticket
from dunning.undo.report import counts, totals
from operations.errors import KeptError, RefusedError
from operations.fleet.undo import Undone, UndoRun, WrongRun, undo_of
from sandbox.stage.stage import FACTS_SECRET, QUEUE, Stage
from tests.operations.deaf import Deaf
from tests.operations.opening import now
from tests.operations.test_kept import outcomes as in_inbox
from tests.server.playing import Playing, begin

LONG_AGO = datetime(2001, 5, 1, tzinfo=UTC)
WRONG = WrongRun(LONG_AGO, LONG_AGO + timedelta(days=1), "hotdoodle", by="ann", reason="clock")


def test_the_same_words_are_the_same_undo() -> None:
    assert undo_of(WRONG).id == undo_of(replace(WRONG, by="bob")).id
    assert undo_of(WRONG).id != undo_of(replace(WRONG, policy="")).id
    assert undo_of(replace(WRONG, id="mine")).id == "mine"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"until": LONG_AGO - timedelta(days=1)}, "until"),
        ({"until": LONG_AGO + timedelta(days=400)}, "until"),
        ({"hold_days": 0}, "hold_days"),
        ({"id": "a b"}, "id"),
    ],
)
def test_a_run_that_makes_no_sense_is_refused(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(RefusedError) as refused:
        undo_of(replace(WRONG, **changed))
    assert refused.value.field == field


async def test_a_run_that_touched_nothing_is_written_down_once(made: Composition) -> None:
    for _ in range(2):
        undone = await made.undo.undo(WRONG)
        assert (undone.rows, undone.failed) == ([], False)
    key = f":undo:{undo_of(WRONG).id}"
    assert len([each for each in await made.store.tickets("") if each.key.startswith(key)]) == 1


async def test_cases_that_cannot_be_listed_are_an_outage(made: Composition) -> None:
    with pytest.raises(OutageError, match="nobody there"):
        await UndoRun(made.store, Deaf(OutageError("nobody there")), made.kept, now).undo(WRONG)


class Faulty(TemporalCases):
    """The cases of the server; for one of them each of these calls ends in an error."""

    def __init__(self, client: Client, invoice: str, error: Exception, *calls: str) -> None:
        super().__init__(lambda: client, QUEUE, signer=Signer((FACTS_SECRET,)))
        self._fault = invoice, error, calls
        self._has_told = False

    def _reach(self, invoice: str, call: str) -> None:
        faulty, error, calls = self._fault
        if invoice == faulty and call in calls:
            raise error

    async def ask(self, invoice: str) -> Case:
        self._reach(invoice, "ask again" if self._has_told else "ask")
        return await super().ask(invoice)

    async def tell(self, invoice: str, update: Update, update_id: str = "") -> Answer:
        self._reach(invoice, "tell")
        answer = await super().tell(invoice, update, update_id)
        self._has_told = True
        self._reach(invoice, "answer")
        return answer


async def test_what_was_undone_is_counted_though_its_answer_was_lost(a_stage: Stage, made: Composition) -> None:
    """Each such case writes a correction: a report that left it out would be of fewer cases than were written to."""
    playing = await suspended(a_stage, "OPUNDO-LOST", 640)
    wrong = WrongRun(playing.moment(10, -60), playing.moment(10, 120), POLICY, by="ann", reason="clock")
    cases = Faulty(await a_stage.connect(), playing.row.invoice, OutageError("the connection broke"), "answer")
    undone = await UndoRun(made.store, cases, made.kept, now).undo(wrong)
    assert (outcomes(undone), undone.failed) == ({playing.row.invoice: "undone"}, False)
    assert counts(undone.rows, "undone").corrections == 1
    (record,) = await records(made, undone)
    assert "This run: 1 case(s) of 1 account(s); 2 step(s) count no more" in record.body


async def test_only_what_a_person_agreed_to_is_undone(a_stage: Stage, made: Composition) -> None:
    one, other = [await suspended(a_stage, f"OPUNDO-ONLY{name}", 680) for name in "AB"]
    wrong = WrongRun(one.moment(10, -60), one.moment(10, 120), POLICY, by="ann", reason="clock")
    undone = await made.undo.undo(replace(wrong, only={one.row.invoice}))
    assert outcomes(undone) == {one.row.invoice: "undone"}
    assert (await other.case()).runs == ()


@pytest.mark.parametrize("field", ["by", "reason"])
async def test_nobody_undoes_without_a_name_and_a_reason(made: Composition, field: str) -> None:
    with pytest.raises(RefusedError, match="say ") as refused:
        await made.undo.undo(replace(WRONG, **{field: " "}))
    assert refused.value.field == field
    assert (await made.undo.undo(replace(WRONG, by="", reason=""), dry_run=True)).rows == []


POLICY = "courtesy-5-10-35"


async def suspended(a_stage: Stage, name: str, due_in: int) -> Playing:
    playing = await begin(a_stage, name, POLICY, due_in=due_in, decline=2)
    await playing.to_day(11)
    assert await playing.levels() == ["suspended"]
    return playing


def outcomes(undone: Undone) -> dict[str, str]:
    return {row.invoice: row.outcome for row in undone.rows}


async def records(made: Composition, undone: Undone) -> list[Ticket]:
    key = f":undo:{undone.undo.id}"
    return [each for each in await made.store.tickets("") if each.key.startswith(key)]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one case: which calls end in what, what report and inbox say, and what a second run does."""

    error: Exception
    calls: tuple[str, ...]
    told: str
    kept: list[str]
    next_time: str = "undone"


KEPT = str(KeptError("X", Exception("why"))).removeprefix("X: ").removesuffix(" (why)")
FAULTS = (
    Fault(NoAnswerError("no worker answers\nwithin 10 s"), ("ask",), "no worker answers", []),
    Fault(CaseSaysNoError("not now"), ("tell",), "not now", ["refused"]),
    # It happened, and neither the answer nor the question after it came through: it is told again, and not done again.
    Fault(
        OutageError("the connection broke"),
        ("answer", "ask again"),
        f"{KEPT} (the connection broke)",
        [""],
        "already undone",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.told)
async def test_one_case_that_fails_holds_up_no_other_and_a_second_run_completes_the_undo(
    a_stage: Stage, made: Composition, fault: Fault
) -> None:
    place = FAULTS.index(fault)
    days = 501 + 40 * place
    fine, faulty = [await suspended(a_stage, f"OPUNDO-{place}{name}", days) for name in "AB"]
    good, bad = fine.row.invoice, faulty.row.invoice
    wrong = WrongRun(fine.moment(10, -60), fine.moment(10, 120), POLICY, by="ann", reason="clock")

    cases = Faulty(await a_stage.connect(), bad, fault.error, *fault.calls)
    first = await UndoRun(made.store, cases, made.kept, now).undo(wrong)
    assert (outcomes(first), first.failed) == ({good: "undone", bad: "failed"}, True)
    assert {row.invoice: row.detail for row in first.rows} == {good: "", bad: fault.told}
    assert [await in_inbox(made, each) for each in (good, bad)] == [["undone"], fault.kept]
    (record,) = await records(made, first)
    assert (f"- {good} " in record.body, f"- {bad} () failed: {fault.told}" in record.body) == (True, True)
    happened = fault.next_time == "already undone"
    assert [len((await each.case()).runs) for each in (fine, faulty)] == [1, int(happened)]
    if not happened:
        assert (await faulty.levels(), (await faulty.case()).level) == (["suspended"], Level.SUSPENDED)

    second = await made.undo.undo(wrong)
    assert (outcomes(second), second.failed) == ({good: "already undone", bad: fault.next_time}, False)
    assert len(await records(made, first)) == (1 if happened else 2), "a run that did more is written down, too"
    await faulty.to_day(11, minutes=31)
    assert await faulty.levels() == ["suspended", "active"]
    third = await made.undo.undo(wrong)
    assert totals(third.rows) == {"already undone": 2}
    for each in (fine, faulty):
        assert [run.undo.id for run in (await each.case()).runs] == [first.undo.id]
