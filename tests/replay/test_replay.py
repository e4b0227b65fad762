"""Committed histories: the code must do again, to the second and to the cent, what it did when they were recorded."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from dunning.case.orders import ChargeOrder
from tests.replay.comparing import ACTIVITIES, changes, lesson
from tests.replay.tap import commanded
from tools.golden import Command, commands, text
from tools.record_histories import golden_file
from tools.scenes import read_scenes

HERE = Path(__file__).parent
HISTORIES = sorted((HERE / "histories").glob("*.json"))
STORIES = (HERE / "stories.jsonl", HERE.parent.parent / "sandbox" / "demo.jsonl")


def read(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text())


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_todays_code_commands_what_the_history_says(file: Path):
    history = read(file)
    heard, complaint = await commanded(history)
    found = changes(commands(history.events), heard, complaint)
    assert not found, lesson(file.stem, found)


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
def test_the_golden_text_says_what_the_history_holds(file: Path):
    assert golden_file(file).read_text() == text(read(file).events), f"{file.stem}: a committed history was edited"


def test_every_story_has_a_history():
    told = {scene.name for stories in STORIES for scene in read_scenes(stories)}
    missing = told - {file.stem for file in HISTORIES}
    assert not missing, f"run `make histories` and commit what it records: {', '.join(sorted(missing))}"


def test_every_activity_is_in_some_history():
    every = [command for file in HISTORIES for command in commands(read(file).events)]
    seen = {command.what.split()[0] for command in every if command.kind == "activity"}
    assert seen == ACTIVITIES


def a_charge(argument: str) -> Command:
    return Command("activity", "charge queue=-charging", argument)


ORDER = ChargeOrder.model_validate(
    {"invoice": "I", "account": "a", "step": "charge", "at": "2026-12-01T14:00:00Z"}
    | {"amount": {"minor": 2000, "currency": "USD"}}
)
WITHOUT_ATTEMPT = ORDER.model_dump_json(exclude={"attempt"})


@pytest.mark.parametrize(
    ("was", "now", "differs"),
    [
        (Command("timer", "60.000000s", label="charge"), Command("timer", "60.000000s", label="collect"), False),
        (Command("timer", "60.000000s"), Command("timer", "61.000000s"), True),
        (Command("timer", "60.000000s"), None, True),
        (a_charge(ORDER.model_dump_json()), a_charge(ORDER.model_dump_json().replace("2000", "2001")), True),
        (a_charge(WITHOUT_ATTEMPT), a_charge(ORDER.model_dump_json()), True),
        (a_charge(ORDER.model_dump_json()), a_charge(WITHOUT_ATTEMPT), True),
    ],
    ids=["label", "duration", "fewer", "amount", "new field", "lost field"],
)
def test_what_counts_as_a_change(was: Command, now: Command | None, differs: bool):
    assert bool(changes([was], [now] if now else [])) is differs


def test_the_failing_message_teaches():
    found = changes([Command("timer", "60.000000s", label="charge")], [Command("timer", "61.000000s", label="charge")])
    words = lesson("never-paid", found)
    assert "line 1 was: timer 60.000000s # charge" in words
    assert "is now: timer 61.000000s # charge" in words
    for advice in ("not deterministic", "make histories", "line by line"):
        assert advice in words
