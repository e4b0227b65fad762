"""Plays every story on a real server and keeps their histories for the replay tests (`make histories`).

All are recorded anew and take the place of those that were there, once all have ended as their stories say. Read the
difference of the golden files. That is for the time before 0.1.0 is tagged: then cases run, a committed history is a
promise to them, and this will have to leave alone what there is.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from temporalio.client import WorkflowHistory

from sandbox.demo import CAST
from sandbox.stage.stage import Stage, stage
from tools.golden import text
from tools.scenes import Handle, Scene, perform, read_scenes

REPLAY = Path("tests/replay")
STORIES = REPLAY / "stories.jsonl"
HISTORIES = REPLAY / "histories"
AT_ONCE = 4


def golden_file(history: Path) -> Path:
    """The golden text beside a history."""
    return history.with_name(f"{history.stem}.golden.txt")


async def record(scenes: Iterable[Scene], folder: Path) -> None:
    """Play them into the folder, a few at once; those that share an account one after the other."""
    wanted = sorted(scenes, key=lambda scene: scene.row.account)
    several = [list(group) for _, group in groupby(wanted, key=lambda scene: scene.row.account)]
    places = asyncio.Semaphore(AT_ONCE)
    async with stage(portal=True) as made:
        await asyncio.gather(*(_record_in_turn(made, group, places, folder) for group in several))


async def _record_in_turn(made: Stage, scenes: list[Scene], places: asyncio.Semaphore, folder: Path) -> None:
    async with places:
        for scene in scenes:
            handle = await perform(made, scene)
            await _check_end(handle, scene)
            write(folder / f"{scene.name}.json", await handle.fetch_history())


async def _check_end(handle: Handle, scene: Scene) -> None:
    """Keep nothing that ended otherwise than its story says."""
    seen = await handle.describe()
    outcome = "open" if seen.close_time is None else await handle.result()
    if outcome != scene.ends.outcome:
        msg = f"{scene.title!r} ended {outcome}, not {scene.ends.outcome}"
        raise RuntimeError(msg)


def write(file: Path, history: WorkflowHistory) -> None:
    """Keep a history, and its golden text beside it."""
    file.write_text(compact(history.to_json()))
    golden_file(file).write_text(text(history.events))
    print(f"recorded {file.stem} ({len(history.events)} events)", flush=True)  # noqa: T201 - a command's output


def compact(history: str) -> str:
    """One event a line, without the names of the machines and processes that happened to play it."""
    events = [json.dumps(_nameless(event), ensure_ascii=False) for event in json.loads(history)["events"]]
    return '{"events": [\n' + ",\n".join(events) + "\n]}\n"


def _nameless(value: Any) -> Any:
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {key: _nameless(each) for key, each in items if key != "identity"}
    if isinstance(value, list):
        return [_nameless(each) for each in cast("list[Any]", value)]
    return value


def main() -> None:
    """Record all; one that ends otherwise than its story says leaves what was there."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name)
        asyncio.run(record([*read_scenes(CAST), *read_scenes(STORIES)], fresh))
        for old in HISTORIES.iterdir():
            old.unlink()
        for file in fresh.iterdir():
            (HISTORIES / file.name).write_text(file.read_text())


if __name__ == "__main__":
    main()
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
