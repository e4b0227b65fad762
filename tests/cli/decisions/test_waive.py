"""`waive` as typed: a part, what was paid given back as credit, and what makes no sense and leaves nothing behind."""

import pytest

from dunning.names import workflow_id
from sandbox.stage.stage import Stage
from tests.cli.books import written
from tests.cli.command import Operate, lines, row, until_said


async def part_paid(operate: Operate, number: str) -> str:
    """An invoice of USD 19.99 of which USD 5.00 is paid; its account."""
    assert (await operate("start", "-", stdin=lines(row(number)))).status == 0
    assert (await operate("pay", number, "--amount", "USD 5", "--id", f"{number}-part")).status == 0
    await until_said(operate, "undelivered", "show", number, "--json")
    return f"{number}-account"


@pytest.mark.promise(9)
async def test_a_part_of_a_charge_is_waived_once(a_stage: Stage, operate: Operate) -> None:
    account = await part_paid(operate, "WAI-1")
    said = await operate("waive", "WAI-1", "invoice", "--amount", "USD 2", "--by", "ana", "--reason", "a bad week")
    assert (said.status, said.out, said.err) == (0, "WAI-1: waived; balance USD 12.99, state scheduled\n", "")
    before = await written(a_stage, "WAI-1", account)
    for more in (("--amount", "USD 2"), ("--amount", "USD 3"), ("--give-back",), ()):
        said = await operate("waive", "WAI-1", "invoice", *more)
        assert (said.status, said.out) == (2, "")
        assert "USD 2.00 of 'invoice' is already waived, and a charge is waived once; give more with" in said.err
    assert await written(a_stage, "WAI-1", account) == before


@pytest.mark.promise(9)
async def test_what_is_no_part_of_a_charge_is_refused_and_nothing_is_written(a_stage: Stage, operate: Operate) -> None:
    account = await part_paid(operate, "WAI-2")
    before = await written(a_stage, "WAI-2", account)
    for words, why in (
        (("late-fee",), "WAI-2: refused: there is no charge 'late-fee' on this invoice; there are: invoice"),
        (("invoice", "--amount", "EUR 1"), "WAI-2: refused: EUR 1.00 is no part of a charge in USD"),
        (("invoice", "--amount", "USD 20"), "USD 20.00 is more than the USD 19.99 that is asked for"),
        (("invoice", "--amount", "USD 0"), "USD 0.00 is not positive"),
        (("invoice", "--amount", "USD -1", "--give-back"), "USD -1.00 is not positive"),
        (("invoice", "--amount", ""), "--amount: '' is not an amount; write it like 'USD 19.99'"),
        (("invoice", "--amount", "5"), "--amount: '5' is not an amount; write it like 'USD 19.99'"),
        (("invoice", "--amount", "USD 1.001"), "--amount: '1.001' is not an amount of USD"),
    ):
        said = await operate("waive", "WAI-2", *words)
        assert (said.status, said.out) == (2, ""), words
        assert why in said.err
    assert await written(a_stage, "WAI-2", account) == before
    said = await operate("waive", "WAI-NONE", "invoice")
    assert (said.status, "WAI-NONE: there is no such invoice" in said.err) == (2, True)


@pytest.mark.promise(9)
@pytest.mark.parametrize(("give_back", "waived", "credit"), [((), 1499, []), (("--give-back",), 1999, ["USD 5.00"])])
async def test_what_was_paid_comes_back_as_credit_only_when_asked_and_it_ends_as_waived(
    a_stage: Stage, operate: Operate, give_back: tuple[str, ...], waived: int, credit: list[str]
) -> None:
    number = f"WAI-3-{waived}"
    account = await part_paid(operate, number)
    assert (await operate("waive", number, "invoice", *give_back)).status == 0
    handle = (await a_stage.connect()).get_workflow_handle(workflow_id(number))
    assert await handle.result() == "waived"
    entries = (await operate("show", number, "--json")).json["entries"]
    assert [entry["amount"]["minor"] for entry in entries if entry["kind"] == "waiver"] == [waived]
    assert [str(each.amount) for each in await a_stage.store.credits(account)] == credit
    said = await operate("waive", number, "invoice")
    assert (said.status, "its case is closed as waived, so nothing can be decided about it any more" in said.err) == (
        2,
        True,
    )
