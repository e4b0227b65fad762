"""A committed subscription: the code must do again what it did when it was recorded, in the sandbox."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from tests.replay.comparing import changes, lesson
from tests.replay.tap import commanded
from tools.golden import commands, text
from tools.record_histories import golden_file

HISTORIES = sorted((Path(__file__).parent / "subscriptions").glob("*.json"))


def read(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text())


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_todays_code_commands_what_the_history_says(file: Path) -> None:
    history = read(file)
    heard, complaint = await commanded(history)
    found = changes(commands(history.events), heard, complaint)
    assert not found, lesson(file.stem, found)


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
def test_the_golden_text_says_what_the_history_holds(file: Path) -> None:
    assert golden_file(file).read_text() == text(read(file).events), f"{file.stem}: a committed history was edited"


def test_every_activity_of_a_subscription_is_in_some_history() -> None:
    every = [command for file in HISTORIES for command in commands(read(file).events)]
    assert {each.what.split()[0] for each in every if each.kind == "activity"} == {"renew", "note_subscription"}
    assert any(each.kind == "timer" for each in every)
