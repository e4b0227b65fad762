"""Plays stories on a real server and keeps their histories for the replay tests (`make histories`).

A committed history is a promise to the cases that run: it is never edited and never overwritten. What exists is
skipped; a changed behaviour gets a story with a new title. (Until the first release there are no such cases, and all
may be recorded anew: `rm tests/replay/histories/* && make histories`.)
"""

import asyncio
import json
import os
import sys
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


async def record(scenes: Iterable[Scene]) -> None:
    """Play them, a few at once; those that share an account one after the other."""
    wanted = sorted(scenes, key=lambda scene: scene.row.account)
    several = [list(group) for _, group in groupby(wanted, key=lambda scene: scene.row.account)]
    places = asyncio.Semaphore(AT_ONCE)
    async with stage(portal=True) as made:
        await asyncio.gather(*(_record_in_turn(made, group, places) for group in several))


async def _record_in_turn(made: Stage, scenes: list[Scene], places: asyncio.Semaphore) -> None:
    async with places:
        for scene in scenes:
            handle = await perform(made, scene)
            await _check_end(handle, scene)
            _write(HISTORIES / f"{scene.name}.json", await handle.fetch_history())


async def _check_end(handle: Handle, scene: Scene) -> None:
    """Keep nothing that ended otherwise than its story says."""
    seen = await handle.describe()
    outcome = "open" if seen.close_time is None else await handle.result()
    if outcome != scene.ends.outcome:
        msg = f"{scene.title!r} ended {outcome}, not {scene.ends.outcome}"
        raise RuntimeError(msg)


def _write(file: Path, history: WorkflowHistory) -> None:
    with file.open("x") as opened:
        opened.write(compact(history.to_json()))
    golden_file(file).write_text(text(history.events))
    print(f"recorded {file} ({len(history.events)} events)", flush=True)  # noqa: T201 - a command's output


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


def main() -> int:
    """Record what is missing. Returns the exit status."""
    scenes = [*read_scenes(CAST), *read_scenes(STORIES)]
    kept = {scene.name for scene in scenes if (HISTORIES / f"{scene.name}.json").exists()}
    for name in sorted(kept):
        print(f"kept {name}: a committed history is never overwritten")  # noqa: T201 - a command's output
    missing = [scene for scene in scenes if scene.name not in kept]
    # The second invoice of an account meets what the first one left, so both are played even when one is kept.
    accounts = {scene.row.account for scene in missing}
    for scene in scenes:
        if scene.name in kept and scene.row.account in accounts:
            print(f"{scene.name} shares an account with a missing one: give both new titles", file=sys.stderr)  # noqa: T201
            return 1
    if missing:
        asyncio.run(record(missing))
    return 0


if __name__ == "__main__":
    status = main()
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
