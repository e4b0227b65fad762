"""`start --update`, as typed: what a file says otherwise than is known is changed, and money is not."""

from typing import Any

from sandbox.stage.stage import Stage
from tests.cli.accounts.test_account import planned
from tests.cli.accounts.test_exempt import case_of
from tests.cli.command import Operate, Said, in_days, lines, row, until_said

WHO = ("--by", "ana", "--reason", "new export")
SITE = {"kind": "website", "user": "upd", "domain": "old.example"}


async def start(operate: Operate, *rows: dict[str, Any], words: tuple[str, ...] = ()) -> Said:
    return await operate("start", "-", *words, stdin=lines(*rows))


async def update(operate: Operate, *rows: dict[str, Any], words: tuple[str, ...] = ()) -> Said:
    return await start(operate, *rows, words=("--update", *WHO, *words))


async def test_what_differs_is_listed_then_changed_with_who_and_why(a_stage: Stage, operate: Operate):
    old = row("UPD-1", customer="Bakery", emails=["a@b.example", "b@b.example"], services=[SITE])
    assert (await start(operate, old)).status == 0
    due, plan = in_days(75), await planned(a_stage, "UPD-1")
    new = old | {
        "customer": "Baker & Sons",
        "locale": "de_DE",
        "zone": "Asia/Tokyo",
        "emails": ["c@b.example", "a@b.example"],
        "due": str(due),
        "services": [SITE | {"domain": "new.example"}],
    }
    account = old["account"]
    what = [
        "name: Bakery -> Baker & Sons",
        "locale: en_US -> de_DE",
        "zone: the policies' own -> Asia/Tokyo",
        "contact b@b.example removed",
        "contact c@b.example added",
        "service sandbox:upd:website: domain: old.example -> new.example",
        f"due: {in_days(60)} -> {due}",
    ]
    said = await update(operate, new, words=("--dry-run",))
    assert said.status == 0, said
    told = [line for line in said.out.splitlines() if "would change" in line]
    assert told == [f"UPD-1 ({account}): would change {line}" for line in what]
    assert (await a_stage.store.account_changes(account)) == ()

    said = await update(operate, new)
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        *(f"UPD-1 ({account}): changed {line}" for line in what),
        "0 started, 1 already running, 0 already closed, 0 bad, 0 failed",
    ]
    known = await a_stage.store.account(account)
    assert [each.email for each in known.contacts] == ["c@b.example", "a@b.example"]
    assert (known.name, known.locale, known.zone) == ("Baker & Sons", "de_DE", "Asia/Tokyo")
    (change,) = await a_stage.store.account_changes(account)
    assert (change.by, change.reason, list(change.what)) == ("ana", "new export", what[:-1])
    case = await case_of(a_stage, "UPD-1")
    assert case.invoice.due == due
    assert await planned(a_stage, "UPD-1") == plan, "the zone of what is planned stays"
    await until_said(operate, f"due date moved to {due} by ana (new export)", "show", "UPD-1")
    await until_said(operate, "", "list")
    again = await update(operate, new)
    assert (again.status, "changed" in again.out) == (0, False), again


async def test_money_is_refused_with_what_to_do_and_nothing_of_that_row_is_applied(a_stage: Stage, operate: Operate):
    one, two = row("UPD-2", customer="Two"), row("UPD-3", "UPD-2-account", customer="Two")
    assert (await start(operate, one, two)).status == 0
    less, more = one | {"amount": "USD 15.00", "customer": "No"}, two | {"amount": "USD 25.00", "customer": "No"}
    other = row("UPD-4", customer="Four")
    for words in (("--dry-run",), ()):
        said = await update(operate, less, more, other, words=words)
        assert said.status == 2
        no = "USD 19.99 was asked for, and the row says"
        waive = '`starter.py waive UPD-2 invoice --amount "USD 4.99"` takes the difference back'
        first, second = said.err.splitlines()
        assert first == f"standard input:1: UPD-2: amount: {no} USD 15.00; no file changes money: {waive}"
        assert second.startswith(
            f"standard input:2: UPD-3: amount: {no} USD 25.00; no file changes money: what is to be"
        )
    assert (await a_stage.store.account("UPD-2-account")).name == "Two"
    assert "1 started" in said.out


async def test_rows_that_contradict_each_other_and_dates_that_a_case_refuses_are_refused(
    a_stage: Stage, operate: Operate
):
    one, two = row("UPD-5", customer="Five"), row("UPD-6", "UPD-5-account", customer="Five")
    three = row("UPD-7", customer="Seven")
    assert (await start(operate, one, two, three)).status == 0
    said = await update(
        operate,
        one | {"customer": "A"},
        two | {"customer": "B"},
        three | {"customer": "C", "due": str(in_days(-5))},
    )
    assert said.status == 2
    assert said.err.splitlines() == [
        "standard input:1: UPD-5: customer: the rows of account 'UPD-5-account' say different things",
        "standard input:2: UPD-6: customer: the rows of account 'UPD-5-account' say different things",
        f"standard input:3: UPD-7: due: {in_days(-5)} is already past",
    ]
    names = [(await a_stage.store.account(f"UPD-{number}-account")).name for number in (5, 7)]
    assert names == ["Five", "Seven"]


async def test_who_and_why_are_asked_for_and_a_brand_may_change(a_stage: Stage, operate: Operate):
    one = row("UPD-8", customer="Eight")
    assert (await start(operate, one)).status == 0
    said = await start(operate, one, words=("--update", "--by", "ana"))
    assert (said.status, said.err) == (
        2,
        "starter: --update changes what is known: say who does it and why, with --by and --reason\n",
    )
    said = await start(operate, one, words=("--by", "ana"))
    assert said.status == 2
    assert "they belong to --update" in said.err
    told = (await update(operate, one | {"customer": "8"}, words=("--json",))).json
    assert [each["what"] for each in told["changed"]] == [["name: Eight -> 8"]]
    assert await a_stage.store.account("UPD-8-account")
