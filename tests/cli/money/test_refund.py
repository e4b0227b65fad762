"""`refund` as typed: what a person gives back, and what makes no sense and leaves nothing behind."""

import pytest

from sandbox.stage.stage import Stage
from tests.cli.books import written
from tests.cli.command import Operate, lines, row, until_said
from tests.server.playing import Playing, begin

WHO = ("--by", "ana", "--reason", "a bad week")


def refund(number: str, payment: str, amount: str, *more: str, id_: str = "t-1") -> tuple[str, ...]:
    return ("refund", number, "--payment", payment, "--amount", amount, "--id", id_, *(more or WHO))


async def paid_by_card(stage: Stage, number: str) -> tuple[Playing, str]:
    """An invoice of USD 19.99 whose card was charged; it is closed."""
    life = await begin(stage, number, "a-small-orange")
    await life.to_day(1)
    assert await life.outcome() == "paid"
    (charge,) = (await stage.companies.payments.books()).paid(life.account)
    return life, charge.id


async def until_back(operate: Operate, number: str) -> None:
    await until_said(operate, '"kind": "refund"', "show", number, "--json")


@pytest.mark.promise(9)
async def test_a_part_goes_back_once_through_the_gateway_and_show_says_so(a_stage: Stage, operate: Operate) -> None:
    life, payment = await paid_by_card(a_stage, "REF-1")
    said = await operate(*refund("REF-1", payment, "USD 5.00"))
    assert (said.status, said.err) == (0, "")
    assert said.out == f"REF-1: USD 5.00 of {payment} goes back; `show` says when it has\n"
    await until_back(operate, "REF-1")
    again = await operate(*refund("REF-1", payment, "USD 5.00"), "--json")
    assert (again.status, again.json["outcome"]) == (0, "asked for")
    shown = " ".join((await operate("show", "REF-1")).out.split())
    assert "waiver USD 5.00 (a bad week by ana)" in shown
    assert "balance USD 0.00" in shown
    journal = (await a_stage.companies.payments.books()).journal
    assert [line.amount for line in journal if line.account == life.account] == [1999, -500]


@pytest.mark.promise(9)
async def test_what_cannot_go_back_is_refused_and_nothing_is_written(a_stage: Stage, operate: Operate) -> None:
    life, payment = await paid_by_card(a_stage, "REF-2")
    assert (await operate(*refund("REF-2", payment, "USD 5.00"))).status == 0
    await until_back(operate, "REF-2")
    before = await written(a_stage, "REF-2", life.account)
    no_id = "--id: write 1 to 64 letters, digits, points, hyphens"
    no_such = "REF-2: refused: there is no payment 'pi_typo' on this invoice that a gateway could give back"
    known = f"under the id 't-1' USD 5.00 of {payment} (a bad week) was given back before"

    def asks(amount: str, *who: str, id_: str = "t-2", of: str = payment) -> tuple[str, ...]:
        return refund("REF-2", of, amount, *who, id_=id_)

    for words, why in (
        (asks("USD 1", of="pi_typo"), no_such),
        (asks("EUR 1"), "EUR 1.00 is no part of a payment of USD 19.99"),
        (asks("USD 15"), f"USD 15.00 is more than the USD 14.99 that is left of {payment}"),
        (asks("USD 0"), "USD 0.00 is no part of a payment"),
        (asks("USD -1"), "USD -1.00 is no part of a payment"),
        (asks("USD 4", id_="t-1"), known),
        (asks("5"), "--amount: '5' is not an amount; write it like 'USD 19.99'"),
        (asks("USD 1.001"), "--amount: '1.001' is not an amount of USD"),
        (asks("USD 1", id_=""), no_id),
        (asks("USD 1", id_="a b"), no_id),
        (asks("USD 1", "--by", " ", "--reason", "x"), "--by: it must not be empty"),
        (asks("USD 1", "--by", "ana", "--reason", " "), "--reason: may not be empty"),
        (asks("USD 1", of=""), "--payment: may not be empty"),
        (refund("REF-NONE", payment, "USD 1"), "REF-NONE: there is no such invoice; `starter.py list --all`"),
    ):
        said = await operate(*words)
        assert (said.status, said.out) == (2, ""), words
        assert why in said.err
        assert words[3] != "pi_typo" or f"it has {payment}; what became credit" in said.err
    assert await written(a_stage, "REF-2", life.account) == before


@pytest.mark.promise(9)
async def test_what_is_credit_of_the_account_does_not_go_back_through_the_gateway_too(
    a_stage: Stage, operate: Operate
) -> None:
    """Paid twice: the customer had all of it back, and half of it as credit."""
    life = await begin(a_stage, "REF-3", "a-small-orange", amount="USD 10.00")
    payment = await a_stage.companies.payments.pay_directly(life.account, 2000, "USD", "REF-3")
    assert (await operate("pay", "REF-3", "--amount", "USD 20.00", "--id", payment)).status == 0
    assert await life.outcome() == "paid"
    before = await written(a_stage, "REF-3", life.account)
    said = await operate(*refund("REF-3", payment, "USD 20.00"))
    assert (said.status, said.out) == (2, "")
    assert "USD 20.00 is more than the USD 10.00 that pays for this invoice; what became credit" in said.err
    assert "`starter.py credits pay-out`" in said.err
    assert await written(a_stage, "REF-3", life.account) == before
    assert (await operate(*refund("REF-3", payment, "USD 10.00"))).status == 0
    await until_back(operate, "REF-3")
    journal = (await a_stage.companies.payments.books()).journal
    assert [line.amount for line in journal if line.account == life.account] == [2000, -1000]
    assert [str(each.amount) for each in await a_stage.store.credits(life.account)] == ["USD 10.00"]


@pytest.mark.promise(9)
async def test_money_that_came_by_hand_is_a_ticket_for_a_hand_and_nothing_is_waived(
    a_stage: Stage, operate: Operate
) -> None:
    assert (await operate("start", "-", stdin=lines(row("REF-4")))).status == 0
    assert (await operate("pay", "REF-4", "--amount", "USD 5", "--id", "wire-1")).status == 0
    assert (await operate(*refund("REF-4", "wire-1", "USD 1"))).status == 0
    said = await until_said(operate, "not-given-back", "tickets", "--account", "REF-4-account")
    assert "The gateway declined the refund t-1 of REF-4 (a bad week); nothing was waived." in said.out
    assert (await operate("show", "REF-4", "--json")).json["balance"]["minor"] == 1499


async def test_without_a_server_it_is_an_outage_and_may_be_typed_again(a_stage: Stage, offline: Operate) -> None:
    del a_stage
    said = await offline(*refund("REF-1", "pi_1", "USD 1"))
    assert (said.status, said.out, "no Temporal server answers" in said.err) == (1, "", True)
