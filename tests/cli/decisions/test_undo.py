"""`undo` on the real server: a wrong suspension and a closed case, listed, undone, and undone only once.

Its cases lie far ahead of all others on the stage, so that an undo touches no other test's.
"""

from datetime import UTC, datetime, timedelta

import pytest

from dunning.level import Level
from dunning.undo.report import undo_id
from sandbox.stage.stage import Stage
from tests.cli.command import Operate
from tests.server.playing import Playing, begin

POLICY = "courtesy-5-10-35"
WHO = ("--by", "Ann", "--reason", "clock set wrong", "--yes")


TIMES = ("--since", "2026-12-01T00:00:00Z", "--until", "2026-12-02T00:00:00Z")


def window(playing: Playing, first: int, last: int) -> tuple[str, ...]:
    since, until = playing.moment(first, -60), playing.moment(last, 120)
    return ("--since", since.isoformat(), "--until", until.isoformat())


@pytest.mark.promise(2)
@pytest.mark.promise(6)
async def test_a_wrong_run_is_listed_then_taken_back_once_and_written_down(a_stage: Stage, operate: Operate) -> None:
    one = await begin(a_stage, "UNDO-1", POLICY, due_in=301, decline=2)
    await one.to_day(11)
    assert (await one.levels(), str((await one.case()).balance)) == (["suspended"], "USD 54.99")
    words = ("undo", *window(one, 10, 10), "--policy", POLICY, "--by", "Ann", "--reason", "clock set wrong")

    listed = await operate(*words, "--dry-run", "--json")
    row = next(each for each in listed.json["cases"] if each["invoice"] == "UNDO-1")
    assert (row["outcome"], row["level"]) == ("would undo", "suspended to active")
    assert (await one.case()).runs == ()

    pipe = await operate(*words)
    assert (pipe.status, pipe.out) == (2, "")
    assert "UNDO-1 · acct-UNDO-1 · would undo · suspend, suspend:told · suspended to active" in pipe.err
    assert "--yes: undo: 1 case(s) of 1 account(s); 2 step(s) count no more; 1 case(s) go back to a lower" in pipe.err
    wrong = await operate(*words, stdin="63\n", typed=True)
    assert (wrong.status, "1 was not typed: nothing was done" in wrong.err) == (2, True)
    assert (await one.case()).runs == ()

    said = await operate(*words, stdin="1\n", typed=True)
    assert "1 undone\n1 case(s) of 1 account(s); 2 step(s) count no more" in said.out, said.err
    await one.to_day(11, minutes=31)
    case = await one.case()
    assert (case.level, case.loosen_to) == (Level.ACTIVE, None)
    assert [run.steps for run in case.runs] == [("suspend", "suspend:told")]
    assert await one.levels() == ["suspended", "active"]
    assert (await one.mails())[-1] == "Correction: Please Disregard Our Notice"
    known = await a_stage.store.invoice("UNDO-1")
    assert known is not None
    assert known.status == "open", "it is still owed"

    again = await operate(*words, "--json", "--yes")
    row = next(each for each in again.json["cases"] if each["invoice"] == "UNDO-1")
    assert row["outcome"] == "already undone"
    assert (await one.case()).runs == case.runs
    since, until = (one.moment(10, -60), one.moment(10, 120))
    key = f":undo:{undo_id(since, until, POLICY)}"
    (ticket,) = [each for each in await a_stage.store.tickets("") if each.key.startswith(key)]
    for part in ("By: Ann. Reason: clock set wrong.", "UNDO-1", "suspended to active"):
        assert part in ticket.body
    await one.to_day(17)
    assert await one.levels() == ["suspended", "active"], "nothing happens for seven days"


async def test_a_case_that_ended_is_listed_and_gets_a_ticket(a_stage: Stage, operate: Operate) -> None:
    playing = await begin(a_stage, "UNDO-2", POLICY, due_in=351, decline=2)
    await playing.to_day(6)
    await playing.signal("USD 54.99")
    assert await playing.outcome() == "paid"
    words = ("undo", *window(playing, 5, 5), "--policy", POLICY, "--json", *WHO)
    for _ in range(2):
        said = await operate(*words)
        row = next(each for each in said.json["cases"] if each["invoice"] == "UNDO-2")
        assert (row["outcome"], row["detail"]) == ("not undoable", "its case ended as paid")
        assert row["run"]["fees"] == {"minor": 3500, "currency": "USD"}
    tickets = await a_stage.store.tickets("acct-UNDO-2")
    assert ["A run that was wrong touched UNDO-2" in each.subject for each in tickets].count(True) == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--since", "2026-12-01", "--until", "2026-12-02T00:00:00Z"), "--since: '2026-12-01' is not an instant"),
        (("--since", "2026-12-03T00:00:00Z", "--until", "2026-12-02T00:00:00Z"), "before it begins"),
        (("--since", "2024-12-03T00:00:00Z", "--until", "2026-12-02T00:00:00Z"), "not longer than a year"),
        (("--since", "2026-12-01T00:00:00Z", "--until", "2026-12-02T00:00:00Z", "--hold-days", "0"), "--hold-days: "),
        (("--since", "2026-12-01T00:00:00Z", "--until", "2026-12-02T00:00:00Z", "--id", "a b"), "--id: "),
        (("--until", "2026-12-02T00:00:00Z"), "--since is missing"),
        ((*TIMES, "--policy", ""), "it is empty; leave the option out if all are meant"),
        ((*TIMES, "--id="), "it is empty; leave the option out if all are meant"),
        ((*TIMES, "--by", "Ann", "--reason", " ", "--yes"), "--reason: say why"),
    ],
)
async def test_nonsense_is_refused_before_anybody_is_asked(offline: Operate, words: tuple[str, ...], why: str) -> None:
    said = await offline("undo", *words, *(() if "--by" in words else WHO))
    assert (said.status, said.out) == (2, "")
    assert why in said.err


async def test_a_server_without_that_namespace_is_told(operate: Operate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nowhere")
    for words in (("undo", *TIMES, *WHO), ("removals",)):
        said = await operate(*words)
        assert (said.status, said.out) == (1, "")
        assert "Namespace nowhere is not found" in said.err


def test_the_same_words_have_the_same_id() -> None:
    first = datetime(2026, 12, 1, tzinfo=UTC)
    assert undo_id(first, first, "a") == undo_id(first, first, "a")
    assert len({undo_id(first, first, "a"), undo_id(first, first, ""), undo_id(first, first + timedelta(1), "a")}) == 3
