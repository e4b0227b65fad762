"""`list` from the table of open cases, and `cases rebuild`, which makes that table anew."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from sandbox.stage.stage import Stage
from tests.cli.command import Operate, lines, row

ACCOUNT = ("--account", "table-acct")


async def listed(operate: Operate, *words: str) -> list[str]:
    said = await operate("list", "--json", *ACCOUNT, *words)
    assert (said.status, said.err) == (0, "")
    return [case["invoice"] for case in said.json]


async def opened(operate: Operate, *numbers: str) -> None:
    amounts = {number: f"USD {place}.00" for place, number in enumerate(numbers, start=1)}
    rows = [row(number, "table-acct", amount=amount) for number, amount in amounts.items()]
    assert (await operate("start", "-", stdin=lines(*rows))).status == 0


async def test_the_table_is_sorted_by_any_column_and_says_as_of_when(operate: Operate):
    await opened(operate, "TABLE-C", "TABLE-A", "TABLE-B")
    assert await listed(operate) == ["TABLE-A", "TABLE-B", "TABLE-C"]
    assert await listed(operate, "--sort", "balance") == ["TABLE-C", "TABLE-A", "TABLE-B"]
    assert await listed(operate, "--sort", "balance", "--descending") == ["TABLE-B", "TABLE-A", "TABLE-C"]
    assert await listed(operate, "--sort", "state") == ["TABLE-A", "TABLE-B", "TABLE-C"]
    shown = (await operate("list", "--json", *ACCOUNT)).json[0]
    as_of = datetime.fromisoformat(shown["as_of"])
    assert abs(datetime.now(UTC) - as_of) < timedelta(minutes=10)


async def test_what_cannot_be_sorted_is_refused(operate: Operate):
    for words, why in (
        (("--sort", "coming_at"), "no column 'coming_at'; there are: invoice,"),
        (("--temporal", "--sort", "due"), "--sort"),
    ):
        said = await operate("list", *words)
        assert (said.status, said.out) == (2, "")
        assert why in said.err


async def test_a_table_that_was_lost_is_made_anew(a_stage: Stage, operate: Operate):
    await opened(operate, "REBUILT-1", "REBUILT-2")
    before = [number for number in await listed(operate) if number.startswith("REBUILT")]
    while await listed(operate):  # the worker may just be writing a row
        async with a_stage.store._writing() as connection:
            await connection.execute(text("delete from open_cases"))
    async with asyncio.timeout(30):  # Temporal's list follows a moment later
        while [number for number in await listed(operate) if number.startswith("REBUILT")] != before:
            said = await operate("cases", "rebuild")
            # 1: some of other tests' cases, which have no worker any more, or too slow a one, did not answer.
            assert (said.status == 0) is ("did not answer" not in said.err)
            assert "running case(s) asked" in said.out
