"""Takes the pictures of Temporal's UI that README and docs show, with the demo's cast: `python -m tools.ui_pictures`.

It needs Chromium. `make demo` plays the same cast.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from sandbox.demo import CAST
from sandbox.stage.stage import Stage, stage
from sandbox.story.play import play
from sandbox.story.story import read_stories
from tests.portal.browser import Tab, chromium

DOCS = Path("docs")
CASE = "INV-1004"
_DRAWN = 8.0
"""Seconds."""
_COLUMNS = ("Status", "Workflow ID", "State", "ServiceLevel", "NextMilestone", "BalanceMinor", "DueDate", "Policy")
_SET = "localStorage.setItem('namespace-workflow-table-columns', {value})"


async def take() -> None:
    """Play the demo's stories, and look at them."""
    with tempfile.TemporaryDirectory() as folder:
        async with stage(ui=True, portal=True) as made:
            await asyncio.gather(*[play(made, await made.skipper(), story) for story in read_stories(CAST)])
            async with chromium(Path(folder), 1880, 880) as tab:
                await _list(made, tab)
            async with chromium(Path(folder), 1400, 1320) as tab:
                await _case(made, tab)


async def _list(made: Stage, tab: Tab) -> None:
    place = f"{made.server.ui}/namespaces/default/workflows"
    await tab.open(place)
    columns = json.dumps(json.dumps({"default": [{"label": label} for label in _COLUMNS]}))
    await tab.ask(_SET.format(value=columns))
    await tab.open(f"{place}?")
    await tab.until("document.body.innerText.includes('NextMilestone')")
    (DOCS / "ui-list.png").write_bytes(await _settled(tab))


async def _case(made: Stage, tab: Tab) -> None:
    client = await made.connect()
    run = (await client.get_workflow_handle(f"invoice-{CASE}").describe()).run_id
    place = f"{made.server.ui}/namespaces/default/workflows/invoice-{CASE}/{run}"
    for name, words, file in (("user-metadata", "Current Details", "case"), ("timeline", "Descending", "timeline")):
        await tab.open(f"{place}/{name}")
        await tab.until(f"document.body.innerText.includes({words!r})")
        (DOCS / f"ui-{file}.png").write_bytes(await _settled(tab))


async def _settled(tab: Tab) -> bytes:
    """The page once it has had the time to draw itself; parts of it move for ever."""
    await asyncio.sleep(_DRAWN)
    return await tab.picture()


if __name__ == "__main__":
    asyncio.run(take())
    sys.exit(0)
