"""`python -m sandbox.demo`: a small cast of invoices lives its whole lives on a real Temporal server, in seconds.

Exit status 0 only if every story ended as its file says.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from temporalio.service import RPCError

from sandbox.stage.stage import Stage, stage
from sandbox.stage.temporal_server import MissingServerError
from sandbox.story.play import Life, StuckError, play
from sandbox.story.renewals import renew
from sandbox.story.report import companies, links, tell, verdict
from sandbox.story.story import Story, read_stories
from sandbox.story.table import Board

CAST = Path(__file__).with_name("demo.jsonl")
DIFFERENT, BAD_INPUT, STOPPED = 1, 2, 130


async def demo(stories: Sequence[Story], *, keep: bool) -> int:
    """Play all stories at once, tell each, and say whether they ended right."""
    _cancel_on_signals()
    async with stage(ui=True, worker=False) as made:
        print(f"Temporal's web UI: {made.server.ui}\n", flush=True)
        await made.start_worker()
        await made.start_portal()
        playing = asyncio.gather(*(_play(made, story) for story in stories))
        await Board(stories, await made.skipper(), Console()).watch(playing)
        lives = [life for life in await playing if life]
        renewed = await renew(made)
        for life in lives:
            tell(life)
        good = [verdict(life) for life in lives]
        print("\n".join(f"✗ {line}" for line in renewed) or "✓ a subscription was renewed twice, and charged each time")
        await companies(made, lives)
        await links(made, lives, keep=keep)
        if keep:
            await _until_stopped()
    return 0 if good.count(True) == len(stories) and not renewed else DIFFERENT


async def _play(made: Stage, story: Story) -> Life | None:
    try:
        return await play(made, await made.skipper(), story)
    except (StuckError, ValueError, RPCError) as error:
        print(f"{story.row.invoice} could not be played: {error}", flush=True)
        return None


def _cancel_on_signals() -> None:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)


async def _until_stopped() -> None:
    print("All of it stays up until Ctrl-C.", flush=True)
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        print("Stopping.", flush=True)


def main() -> int:
    """Read the command line and run. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave everything up until Ctrl-C")
    parser.add_argument("--cast", type=Path, default=CAST, help="other stories: a JSON object a line")
    options = parser.parse_args()
    try:
        stories = read_stories(options.cast)
    except (OSError, ValueError) as error:
        print(f"demo: {options.cast}: {error}", file=sys.stderr)
        return BAD_INPUT
    try:
        return asyncio.run(demo(stories, keep=options.keep))
    except MissingServerError as error:
        print(f"demo: {error}", file=sys.stderr)
        return BAD_INPUT
    except asyncio.CancelledError:
        return STOPPED


if __name__ == "__main__":
    status = main()
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
