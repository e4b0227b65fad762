"""`reverse` and `restore`: what nobody here knows is asked about before anything is written."""

from typing import Any

import pytest

from dunning.case.ledger import Kind
from sandbox.stage.stage import Stage
from tests.cli.books import written
from tests.cli.command import Operate, lines, row, until_said


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
    assert (said.status, "EUR 5.00 is no part of 'one', which is USD 5.00: nothing was recorded" in said.err) == (
        2,
        True,
    )
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


def restore(number: str, reversal: str, amount: str, id_: str, *more: str) -> tuple[str, ...]:
    return ("restore", number, "--reversal", reversal, "--amount", amount, "--id", id_, *more)


async def all_refused(operate: Operate, *commands: tuple[tuple[str, ...], str]) -> None:
    for words, why in commands:
        said = await operate(*words)
        assert (said.status, said.out) == (2, ""), words
        assert why in said.err, said.err


@pytest.mark.promise(9)
async def test_no_more_goes_back_or_comes_again_than_there_was_forced_or_not(a_stage: Stage, operate: Operate) -> None:
    """Money came out of nothing: 5.00 was paid, 3.00 taken back, and twice 4.00 came again."""
    await paid(operate, "REV-5", "one")
    assert (await operate(*reverse("REV-5", "one", "USD 3"))).status == 0
    await until_said(operate, "reversal:back-one:undelivered", "show", "REV-5", "--json")
    before = await written(a_stage, "REV-5", "REV-5-account")
    for force in ((), ("--force",)):
        back = ("reverse", "REV-5", "--payment", "one", "--id", "more", *force)
        await all_refused(
            operate,
            ((*back, "--amount", "USD 2.01"), "USD 2.01 is more than the USD 2.00 that is left of 'one': nothing"),
            ((*back, "--amount", "EUR 1"), "EUR 1.00 is no part of 'one', which is USD 5.00: nothing was recorded"),
            ((*back, "--amount", "USD 0"), "--amount: USD 0.00 is not positive"),
            ((*back, "--amount", "3"), "--amount: '3' is not an amount; write it like 'USD 19.99'"),
            (restore("REV-5", "back-one", "USD 3.01", "w", *force), "more than the USD 3.00 that is left"),
            (restore("REV-5", "back-one", "EUR 3", "w", *force), "EUR 3.00 is no part of 'back-one', which is USD"),
        )  # fmt: skip
    assert await written(a_stage, "REV-5", "REV-5-account") == before
    for _ in range(2):  # the same again is harmless
        assert (await operate(*restore("REV-5", "back-one", "USD 2", "won"))).status == 0
    await all_refused(
        operate,
        (restore("REV-5", "back-one", "USD 1.01", "won-2"), "USD 1.01 is more than the USD 1.00 that is left"),
        (restore("REV-5", "back-one", "USD 1", "won"), "--id: 'won' was entered before, as USD 2.00 of back-one"),
        ((*reverse("REV-5", "one", "USD 1")[:-1], "back-one"), "'back-one' was entered before, as USD 3.00 of one"),
    )  # fmt: skip
    assert (await operate("show", "REV-5", "--json")).json["balance"]["minor"] == 1999 - 500 + 300 - 200


@pytest.mark.promise(9)
async def test_of_money_that_is_credit_no_more_goes_back_either_and_only_its_own_currency(
    a_stage: Stage, operate: Operate
) -> None:
    """The credit of USD 3.00 became USD -31.00, and the euros could not be taken back at all."""
    await paid(operate, "REV-6")
    await operate("pay", "REV-6", "--amount", "USD 19.99", "--id", "all")
    assert await (await a_stage.connect()).get_workflow_handle("invoice-REV-6").result() == "paid"
    await operate("pay", "REV-6", "--amount", "USD 3", "--id", "late")
    await operate("pay", "REV-6", "--amount", "EUR 4", "--id", "euro", "--force")
    before = await written(a_stage, "REV-6", "REV-6-account")
    for force in ((), ("--force",)):
        await all_refused(
            operate,
            ((*reverse("REV-6", "late", "USD 3.01"), *force), "USD 3.01 is more than the USD 3.00 that is left"),
            ((*reverse("REV-6", "euro", "USD 4"), *force), "USD 4.00 is no part of 'euro', which is EUR 4.00"),
            ((*reverse("REV-6", "all", "EUR 3"), *force), "EUR 3.00 is no part of 'all', which is USD 19.99"),
        )  # fmt: skip
    await all_refused(
        operate,
        (
            (*reverse("REV-6", "nobody", "EUR 3"), "--force"),
            "EUR 3.00 takes nothing back: the payment is in USD: nothing was recorded",
        ),
        (reverse("REV-NONE", "all"), "REV-NONE: there is no such invoice, so nothing was recorded"),
        ((*reverse("REV-NONE", "all"), "--force"), "REV-NONE: there is no such invoice, so nothing was recorded"),
    )
    assert await written(a_stage, "REV-6", "REV-6-account") == before
    assert (await operate(*reverse("REV-6", "euro", "EUR 4"))).out == "REV-6: taken off the credit\n"
    assert (await operate(*reverse("REV-6", "late", "USD 1"))).out == "REV-6: taken off the credit\n"
    await all_refused(
        operate,
        ((*reverse("REV-6", "late", "USD 2.01")[:-1], "b2"), "is more than the USD 2.00 that is left of 'late'"),
    )
    left = (await operate("credits", "REV-6-account", "--json")).json["left"]
    assert [money["minor"] for money in left] == [0, 200]
