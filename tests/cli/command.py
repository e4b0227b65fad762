"""The command line as its users see it: words in; exit status and text out."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cli.shell.options import now

ROOT = Path(__file__).parents[2]


class Said(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Operate = Callable[..., Awaitable[Said]]


async def starter(*words: str, env: Mapping[str, str] | None = None, stdin: str = "") -> Said:
    """Run the real program in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "starter.py",
        *words,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(stdin.encode())
    assert process.returncode is not None
    return Said(process.returncode, out.decode(), err.decode())


def row(number: str, account: str = "", **more: Any) -> dict[str, Any]:
    """Give a row whose first step lies in the future, so that its case just waits."""
    return {
        "invoice": number,
        "account": account or f"{number}-account",
        "amount": "USD 19.99",
        "due": str(in_days(60)),
        "policy": "a-small-orange",
        **more,
    }


def in_days(days: int) -> date:
    return now().date() + timedelta(days=days)


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(each) + "\n" for each in rows)


async def until_said(operate: Operate, text: str, *words: str) -> Said:
    """Type it again and again until its answer has that text."""
    async with asyncio.timeout(30):
        while text not in (said := await operate(*words)).out:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    return said
