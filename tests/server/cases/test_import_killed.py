"""An import that is killed anywhere and run again: nothing doubled, nothing missing."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping

import pytest

from composition import now
from dunning.case.ledger import Kind
from dunning.ports.cases import Wanted
from dunning.records.credit import Credit
from sandbox.stage.stage import stage
from tests.cli.command import ROOT, Operate, in_days
from tests.operations.opening import usd
from tests.server.payments.test_money_in import until_true

ACCOUNTS, EACH = 40, 2
DIES = """
import os, signal, sys
from adapters.store import SqlStore
from adapters.temporal.cases import TemporalCases
import starter

_, owner, name, count, when, *words = sys.argv
owner, left = {"store": SqlStore, "cases": TemporalCases}[owner], int(count)
real = getattr(owner, name)

async def dies(*args, **more):
    global left
    left -= 1
    mine = left == 0
    if mine and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    answer = await real(*args, **more)
    if mine:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer

setattr(owner, name, dies)
sys.exit(starter.main(words))
"""
"""A command that is killed before or after its so many-th call."""
POINTS = (
    ("store", "begin", 1, "before"),
    ("store", "begin", 1, "after"),
    ("cases", "start", 1, "after"),
    ("cases", "start", 17, "before"),
    ("store", "begin", 2, "after"),
    ("cases", "start", 55, "after"),
    ("cases", "until_begun", 2, "after"),
)


def invoices() -> list[dict[str, object]]:
    """Each account has some; each of them knows another address and service of it."""
    return [
        {
            "invoice": f"KILL-{account}-{place}",
            "account": f"kill-{account}",
            "emails": [f"{place}@kill{account}.example"],
            "amount": "USD 19.99",
            "due": in_days(60).isoformat(),
            "policy": "a-small-orange",
            "services": [{"user": f"kill{account}x{place}"}],
        }
        for place in range(EACH)
        for account in range(ACCOUNTS)
    ]


async def killed(point: tuple[str, str, int, str], file: str, env: Mapping[str, str]) -> int:
    words = (*map(str, point), "start", file)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, *words, cwd=ROOT, env={**env})
    return await process.wait()


@pytest.mark.promise(9)
async def test_an_import_that_is_killed_anywhere_is_whole_when_it_is_run_again(typed: Operate) -> None:
    async with stage() as own:
        made, file, rows = own.made(await own.connect()), own.folder / "rows.json", invoices()
        file.write_text(json.dumps(rows))
        rich = {**rows[0], "invoice": "KILL-RICH"}
        assert (await typed(own, "start", "-", stdin=json.dumps(rich))).status == 0
        await own.store.add_credit(Credit(id="gift", account="kill-0", amount=usd(500), at=now(), reason="a gift"))

        assert [await killed(point, str(file), own.env) for point in POINTS] == [-signal.SIGKILL] * len(POINTS)
        said = await typed(own, "start", str(file), "--json")
        assert said.status == 0, said.err
        opened = said.json
        assert len(opened["started"]) + len(opened["already_running"]) == len(rows)
        assert len(opened["already_running"]) >= 55
        again = (await typed(own, "start", str(file), "--json")).json
        assert (again["started"], len(again["already_running"])) == ([], len(rows))

        async def all_are_there() -> bool:
            return await made.cases.count(Wanted()) == len(rows) + 1

        await until_true(all_are_there)
        table = {each.number for each in await own.store.open_cases(now())}
        assert table == {*(str(row["invoice"]) for row in rows), "KILL-RICH"}, "who was killed had noted nothing of it"
        for account in range(ACCOUNTS):
            kept = await own.store.account(f"kill-{account}")
            assert {each.email for each in kept.contacts} == {f"{n}@kill{account}.example" for n in range(EACH)}
            assert {each.user for each in kept.services} == {f"kill{account}x{n}" for n in range(EACH)}
            assert len(await own.store.open_invoices(kept.id)) == EACH + (account == 0)
        cases = [await made.cases.ask(str(row["invoice"])) for row in rows]
        used = [entry.amount for case in cases for entry in case.entries if entry.kind is Kind.PAYMENT]
        assert used == [usd(500)], "the credit paid for one of them, once"
        assert all(case.plan.milestones and case.invoice.amount == usd(1999) for case in cases)
