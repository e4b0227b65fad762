"""`credits`: what people do with an account's money, as typed; each id happens once, and says who and why."""

import asyncio

import pytest

from adapters.store import SqlStore
from sandbox.stage.stage import Stage
from tests.cli.command import Operate, Said, lines, row

WHO = ("--by", "ana", "--reason", "a bad week")


async def opened(operate: Operate, number: str, **more: str) -> None:
    assert (await operate("start", "-", stdin=lines(row(number, **more)))).status == 0


async def amounts(store: SqlStore, account: str) -> list[tuple[str, str]]:
    return [(str(credit.amount), credit.reason) for credit in await store.credits(account)]


async def until_paid(operate: Operate, number: str) -> Said:
    """Until the case has used what a person asked for."""
    async with asyncio.timeout(30):
        while "use-credit-asked" not in (said := await operate("show", number, "--json")).out:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.2)
    return said


@pytest.mark.promise(9)
async def test_credit_is_added_once_and_paid_out_as_far_as_it_is_there(a_stage: Stage, operate: Operate):
    await opened(operate, "CRE-1")
    account = "CRE-1-account"
    for _ in range(2):
        said = await operate("credits", "add", account, "--amount", "USD 5.00", "--id", "t-1", *WHO)
        assert (said.status, said.out) == (0, f"{account}: USD 5.00 added (added by ana: a bad week)\n")
    said = await operate("credits", "add", account, "--amount", "USD 6.00", "--id", "t-1", *WHO)
    assert (said.status, "it was entered before, with USD 5.00" in said.err) == (2, True)
    said = await operate("credits", "pay-out", account, "--amount", "USD 5.01", "--id", "t-2", *WHO)
    assert (said.status, "USD 5.01 is more than the USD 5.00 that is left" in said.err) == (2, True)
    for _ in range(2):
        said = await operate("credits", "pay-out", account, "--amount", "USD 3.00", "--id", "t-2", *WHO)
        assert (said.status, "USD -3.00 paid out (paid out by ana: a bad week)" in said.out) == (0, True)
    assert await amounts(a_stage.store, account) == [
        ("USD 5.00", "added by ana: a bad week"),
        ("USD -3.00", "paid out by ana: a bad week"),
    ]
    assert "USD 2.00 left" in (await operate("credits", account)).out
    told = (await operate("why", account, "--json")).json["credits"]
    assert ["added by ana: a bad week" in told[0], "paid out by ana: a bad week" in told[1]] == [True, True]


@pytest.mark.promise(9)
async def test_a_person_has_credit_pay_for_an_invoice_that_is_not_due(a_stage: Stage, operate: Operate):
    await opened(operate, "CRE-2")
    account = "CRE-2-account"
    none = await operate("credits", "use", "CRE-2", "--id", "t-3", *WHO)
    assert (none.status, f"account '{account}' has no credit in USD" in none.err) == (2, True)
    await operate("credits", "add", account, "--amount", "USD 5.00", "--id", "t-1", *WHO)
    for _ in range(2):
        said = await operate("credits", "use", "CRE-2", "--amount", "USD 3", "--id", "t-3", *WHO)
        assert (said.status, said.out.startswith("CRE-2: credit asked for; balance USD 1")) == (0, True)
    shown = await until_paid(operate, "CRE-2")
    assert shown.json["balance"]["minor"] == 1699
    (decided,) = shown.json["decided"]
    assert (decided["by"], decided["reason"]) == ("ana", "a bad week")
    said = "up to USD 3.00 of the account's credit used (t-3) by ana (a bad week)"
    for command in ("show", "why"):
        assert said in " ".join((await operate(command, "CRE-2")).out.replace("│", " ").split())
    assert [amount for amount, _ in await amounts(a_stage.store, account)] == ["USD 5.00", "USD -3.00"]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("add", "nobody", "--amount", "USD 5", "--id", "x"), "there is no such account"),
        (("add", "CRE-3-account", "--amount", "USD 0", "--id", "x"), "USD 0.00 is not positive"),
        (("pay-out", "CRE-3-account", "--amount", "5", "--id", "x"), "--amount: '5' is not an amount"),
        (("use", "NONE", "--id", "x"), "there is no such invoice"),
        (("use", "CRE-3", "--amount", "EUR 5", "--id", "x"), "no credit in USD"),
        (("use", "CRE-3", "--id", "a b"), "--id: write 1 to 64 letters, digits, points"),
        (("use", "CRE-3", "--id", "x", "--amount", ""), "--amount: '' is not an amount"),
        (("add", "CRE-3-account", "--amount", "USD 5", "--id", " "), "--id: may not be empty"),
    ],
)
async def test_what_makes_no_sense_is_refused(a_stage: Stage, operate: Operate, words: tuple[str, ...], wrong: str):
    await opened(operate, "CRE-3")
    said = await operate("credits", *words, *WHO)
    assert (said.status, wrong in said.err) == (2, True), said
    assert await a_stage.store.credits("CRE-3-account") == ()
