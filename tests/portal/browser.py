"""A real Chromium without a window, steered over its debugging pipe (chromedevtools.github.io/devtools-protocol)."""

import asyncio
import base64
import json
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 30.0
_PROGRAM = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_OPTIONS = [
    *_PROGRAM,
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--remote-debugging-pipe",
]


class Tab:
    """One page of the browser."""

    def __init__(self, reader: asyncio.StreamReader, writer: int) -> None:
        self._reader = reader
        self._writer = writer
        self._number = 0
        self.session = ""
        self.complaints: list[str] = []
        """What the console says: a policy that blocks something shows here."""

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        request = {"id": self._number, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        os.write(self._writer, json.dumps(request).encode() + b"\0")
        async with asyncio.timeout(PATIENCE):
            while True:
                said = json.loads((await self._reader.readuntil(b"\0"))[:-1])
                if said.get("method") == "Log.entryAdded":
                    self.complaints.append(said["params"]["entry"]["text"])
                if said.get("id") == self._number:
                    assert "error" not in said, said
                    return said["result"]

    async def ask(self, script: str) -> Any:
        """What a script says. The page's policy forbids its own; the debugger's are not its own."""
        return (await self.call("Runtime.evaluate", expression=script, returnByValue=True))["result"].get("value")

    async def open(self, url: str) -> None:
        await self.call("Page.navigate", url=url)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def until(self, script: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                if await self.ask(script):
                    return
                await asyncio.sleep(0.05)

    async def picture(self) -> bytes:
        """The whole page as PNG, to look at."""
        return base64.b64decode((await self.call("Page.captureScreenshot", captureBeyondViewport=True))["data"])


@asynccontextmanager
async def chromium(profile: Path, width: int, height: int = 740) -> AsyncGenerator[Tab]:
    """A phone of that width. Skips where there is no Chromium."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium: apt-get install chromium to run this test, too")
    to_browser, commands = os.pipe()
    answers, from_browser = os.pipe()

    def as_three_and_four() -> None:
        os.dup2(os.dup(to_browser), 3)
        os.dup2(os.dup(from_browser), 4)

    process = await asyncio.create_subprocess_exec(
        program, *_OPTIONS, f"--user-data-dir={profile}", "about:blank",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        pass_fds=(3, 4), preexec_fn=as_three_and_four, start_new_session=True,
    )  # fmt: skip
    os.close(to_browser)
    os.close(from_browser)
    reader = asyncio.StreamReader(limit=2**26)
    pipe = os.fdopen(answers, "rb")
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    try:
        tab = Tab(reader, commands)
        target = (await tab.call("Target.createTarget", url="about:blank"))["targetId"]
        tab.session = (await tab.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        for domain in ("Page", "Log", "Runtime"):
            await tab.call(f"{domain}.enable")
        phone = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
        await tab.call("Emulation.setDeviceMetricsOverride", **phone)
        yield tab
    finally:
        os.close(commands)  # it ends when its pipe does
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()
        transport.close()
