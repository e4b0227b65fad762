"""`removals` on the real server: who is due for deletion, and that nobody goes without the policy's approvals."""

import asyncio
from typing import Any

import pytest

from dunning.level import Level
from sandbox.stage.stage import Stage
from tests.cli.command import Operate
from tests.server.playing import begin


async def listed(operate: Operate, invoice: str) -> dict[str, Any]:
    """The entry; visibility follows a moment later."""
    async with asyncio.timeout(20):
        while True:
            said = await operate("removals", "--json")
            assert said.status == 0, said.err
            found = [each for each in said.json if each["invoice"] == invoice]
            if found:
                return found[0]
            await asyncio.sleep(0.05)


@pytest.mark.req("S2-14", "S3-23")
@pytest.mark.promise(8)
async def test_the_removal_list_says_what_why_since_when_and_who_must_agree(a_stage: Stage, operate: Operate) -> None:
    playing = await begin(a_stage, "REM-1", "a-small-orange", decline=1)
    await playing.to_day(31)
    early = await listed(operate, "REM-1")
    assert (early["waits"], early["level"], early["missing"]) == (False, "inactive", 1)
    await playing.to_day(91)
    entry = await listed(operate, "REM-1")
    assert entry["owed"] == {"minor": 1999, "currency": "USD"}, "what it was before the policy voided the invoice"
    assert entry["services"] == ["website u-rem-1"]
    assert (entry["needed"], entry["given"], entry["missing"]) == (1, [], 1)
    assert entry["since"].startswith(f"{playing.moment(30, 0):%Y-%m-%d}")
    assert entry["command"] == "starter.py approve REM-1 delete --by NAME"
    assert (await playing.case()).level is Level.INACTIVE, "nothing goes by itself"
    text = (await operate("removals")).out
    for part in ("REM-1 · Example Bakery · acct-REM-1", "agreed    0 of 1", "back-ups", "approve   starter.py approve"):
        assert part in text
    words = entry["command"].removeprefix("starter.py ").replace("NAME", "Ann").split()
    assert (await operate(*words)).status == 0
    assert await playing.outcome() == "deleted"
    said = await operate("removals", "--json")
    assert [each for each in said.json if each["invoice"] == "REM-1" and each["waits"]] == []


async def test_a_deletion_that_asks_nobody_is_listed_with_its_day_before_it_comes(
    a_stage: Stage, operate: Operate
) -> None:
    playing = await begin(a_stage, "REM-2", "hotdoodle", due_in=-2)  # overdue on the wall's clock, too
    await playing.to_day(31)
    entry = await listed(operate, "REM-2")
    assert (entry["needed"], entry["missing"], entry["waits"], entry["command"]) == (0, 0, False, "")
    assert entry["on"] == f"{playing.moment(60, 0):%Y-%m-%d}"
    text = " ".join((await operate("removals")).out.split())
    assert f"happens on {entry['on']}" in text
    assert "the policy asks nobody: pay, waive, promise or void the invoice to stop it" in text
    await operate("void", "REM-2", "--reason", "x")
    assert await playing.outcome() == "void"
