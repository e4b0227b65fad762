"""Where a stage is set."""

from pathlib import Path

import pytest

from sandbox.stage import stage


def test_a_stage_is_set_in_memory_where_that_has_room_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "MEMORY", tmp_path)
    monkeypatch.setattr(stage, "ENOUGH", 1)
    assert stage.in_memory() == tmp_path
    monkeypatch.setattr(stage, "ENOUGH", 2**60)
    assert stage.in_memory() is None
    monkeypatch.setattr(stage, "MEMORY", tmp_path / "nowhere")
    monkeypatch.setattr(stage, "ENOUGH", 1)
    assert stage.in_memory() is None
