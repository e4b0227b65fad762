"""`start --dry-run`: what a file would do, to whom and when; nothing is written and no server is asked."""

import re
from datetime import date

import pytest

from dunning.names import workflow_id
from sandbox.stage.stage import Stage
from tests.cli.command import Operate, in_days, lines, row


async def test_it_tells_whom_what_and_when_and_writes_nothing(a_stage: Stage, operate: Operate) -> None:
    assert (await operate("start", "-", stdin=lines(row("DRY-1")))).status == 0
    rows = [row("DRY-1", amount="USD 5"), row("DRY-2"), row("DRY-3", due=str(in_days(-2))), row("DRY-4", due="soon")]
    said = await operate("start", "-", "--dry-run", stdin=lines(*rows))
    assert (said.status, said.err) == (2, "standard input:4: DRY-4: due: must be a date, like 2026-12-01\n")
    told = said.out.splitlines()
    assert told[:2] == [
        "DRY-1 (DRY-1-account): already running; differs: amount",
        "DRY-2 (DRY-2-account): would start",
    ]
    third = told.index("DRY-3 (DRY-3-account): would start")
    assert re.fullmatch(r"  \w{3} \d\d \w{3} \d{4} \d\d:\d\d E.T · issue · .*Customer Invoice.*", told[2])
    assert any(" · suspend" in line for line in told[2:third]), "the first consequence is always told"
    assert told[third + 1].startswith("  at once · issue · ")
    summary = "Nothing was written: 2 would start, 1 already running, 0 already closed, 1 bad; at once would"
    assert told[-1].startswith(summary)
    assert await a_stage.store.invoice("DRY-2") is None
    asked = await operate("list", "--account", "DRY-3-account", "--json")
    assert asked.json == []


async def test_programs_get_the_same_as_json_without_a_server(
    a_stage: Stage, offline: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPRIEVE_STORE_URL", a_stage.env["REPRIEVE_STORE_URL"])
    rows = lines(row("DRY-5"), row("DRY-6", amount="x"))
    said = (await offline("start", "-", "--dry-run", "--json", stdin=rows)).json
    assert said["bad"][0]["line"] == 2
    (told,) = said["invoices"]
    first, at = told["steps"][0], told["steps"][0].pop("at")
    assert first == {"step": "issue", "action": "issue", "notice": "Customer Invoice", "at_once": False}
    assert in_days(40) < date.fromisoformat(at[:10]) < in_days(60)
    told.pop("steps")
    expected: dict[str, object] = {"line": 1, "invoice": "DRY-5", "account": "DRY-5-account", "differs": []}
    assert told == expected | {"would": "would start", "moved_in": []}


async def test_a_closed_one_is_told_and_one_of_another_account_is_bad(a_stage: Stage, operate: Operate) -> None:
    await operate("start", "-", stdin=lines(row("DRY-7"), row("DRY-8")))
    await operate("pay", "DRY-7", "--amount", "19.99", "--id", "dry-7")
    await (await a_stage.connect()).get_workflow_handle(workflow_id("DRY-7")).result()
    said = await operate("start", "-", "--dry-run", stdin=lines(row("DRY-7"), row("DRY-8", "else")))
    assert said.out.splitlines()[0] == "DRY-7 (DRY-7-account): already closed"
    assert "DRY-8: differs: account; it is an invoice of the account 'DRY-8-account'" in said.err
