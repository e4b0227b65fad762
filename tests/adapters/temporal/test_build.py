from pathlib import Path

import pytest

from adapters.temporal.build import build_id
from sandbox.stage.stage import Stage
from tests.server.playing import begin


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "dunning/rules").mkdir(parents=True)
    for name in ("worker.py", "dunning/rules/decide.py", "requirements.lock"):
        (tmp_path / name).write_text("x = 1\n")
    return tmp_path


@pytest.mark.parametrize("name", ["worker.py", "dunning/rules/decide.py", "requirements.lock", "dunning/new.py"])
def test_other_code_has_another_build_id(root: Path, name: str) -> None:
    before = build_id(root)
    assert build_id(root) == before
    (root / name).write_text("x = 2\n")
    assert build_id(root) != before


def test_code_that_moves_has_another_one(root: Path) -> None:
    before = build_id(root)
    (root / "dunning/rules/decide.py").rename(root / "dunning/rules/moved.py")
    assert build_id(root) != before


async def test_a_history_says_which_code_decided(a_stage: Stage) -> None:
    life = await begin(a_stage, "BUILD-ID", "a-small-orange")
    await life.to_day(-10)
    done = [
        event.workflow_task_completed_event_attributes
        async for event in life.handle.fetch_history_events()
        if event.HasField("workflow_task_completed_event_attributes")
    ]
    assert {each.worker_version.build_id for each in done} == {build_id()}
