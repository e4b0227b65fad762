"""`reverse` and `restore`: what nobody here knows is asked about before anything is written."""

from typing import Any

import pytest

from dunning.case.ledger import Kind
from sandbox.stage.stage import Stage
from tests.cli.command import Operate, lines, row


async def paid(operate: Operate, number: str, *ids: str) -> None:
    assert (await operate("start", "-", stdin=lines(row(number)))).status == 0
    for payment in ids:
        assert (await operate("pay", number, "--amount", "USD 5", "--id", payment)).status == 0


async def entries(operate: Operate, number: str) -> list[dict[str, Any]]:
    shown = (await operate("show", number, "--json")).json
    return [entry for entry in shown["entries"] if entry["kind"] != "invoice"]


def reverse(number: str, payment: str, amount: str = "USD 5") -> tuple[str, ...]:
    return ("reverse", number, "--payment", payment, "--amount", amount, "--id", f"back-{payment}")


@pytest.mark.promise(9)
async def test_a_reversal_of_money_that_nobody_knows_is_refused_with_what_there_is(a_stage: Stage, operate: Operate):
    await paid(operate, "REV-1", "one", "two")
    said = await operate(*reverse("REV-1", "onee"))
    assert (said.status, said.out) == (2, "")
    words = (
        "no books here know the payment 'onee' of REV-1; it has one, two. Nothing was recorded. With --force this waits"
    )
    assert words in said.err
    assert [entry["id"] for entry in await entries(operate, "REV-1")] == ["one", "two"]
    assert await a_stage.store.remembered("REV-1") == ()
    assert (await operate(*reverse("REV-1", "one"))).status == 0
    assert (await operate(*reverse("REV-1", "onee"), "--force")).status == 0
    assert [entry["id"] for entry in await entries(operate, "REV-1")] == ["one", "two", "back-one", "back-onee"]


async def test_a_reversal_in_another_currency_is_said_and_not_left_to_a_ticket(operate: Operate):
    await paid(operate, "REV-2", "one")
    said = await operate(*reverse("REV-2", "one", "EUR 5"))
    assert (said.status, "EUR 5.00 takes nothing back: the payment is in USD" in said.err) == (2, True)
    assert [entry["kind"] for entry in await entries(operate, "REV-2")] == [Kind.PAYMENT]


@pytest.mark.promise(9)
async def test_of_a_closed_invoice_and_of_its_credit_the_money_is_known(a_stage: Stage, operate: Operate):
    await paid(operate, "REV-3", "one", "two", "three")
    await operate("pay", "REV-3", "--amount", "USD 4.99", "--id", "four")
    handle = (await a_stage.connect()).get_workflow_handle("invoice-REV-3")
    assert await handle.result() == "paid"
    await operate("pay", "REV-3", "--amount", "USD 3", "--id", "late")
    assert (await operate(*reverse("REV-3", "nobody"))).status == 2
    assert (await operate(*reverse("REV-3", "late", "USD 3"))).out == "REV-3: taken off the credit\n"
    assert (await operate(*reverse("REV-3", "one"))).out == "REV-3: reopened\n"


async def test_what_came_again_after_a_reversal_that_nobody_knows_is_refused(operate: Operate):
    await paid(operate, "REV-4", "one")
    words = ("restore", "REV-4", "--reversal", "back-one", "--amount", "USD 5", "--id", "won")
    said = await operate(*words)
    assert (said.status, said.out) == (2, "")
    assert "no books here know the reversal 'back-one' of REV-4; it has none. Nothing was recorded." in said.err
    await operate(*reverse("REV-4", "one"))
    assert (await operate(*words)).status == 0
