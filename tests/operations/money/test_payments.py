"""Money that is entered ends in the books exactly once, and what cannot be is refused with its reason (promise 9)."""

import asyncio

import pytest

from composition import Composition
from dunning.case.facts import Payment, Restored, Reversal
from dunning.money import Money
from operations.errors import NoSuchAccountError, NoSuchInvoiceError, RefusedError
from operations.money.payments import SENT
from tests.operations.opening import now, opened, usd


def payment(name: str, minor: int = 1999) -> Payment:
    return Payment(id=name, amount=usd(minor), at=now())


async def paid(made: Composition, number: str) -> None:
    await opened(made, number)
    await made.payments.take(number, payment(f"{number}-all"))
    assert await made._client().get_workflow_handle(f"invoice-{number}").result() == "paid"


@pytest.mark.promise(9)
async def test_a_payment_counts_once_and_says_what_was_counted(made: Composition) -> None:
    await opened(made, "TAKE-1")
    first = await made.payments.take("TAKE-1", payment("take-1", 500))
    assert (first.outcome, first.balance, first.state, first.late) == ("applied", usd(1499), "scheduled", False)
    assert await made.payments.take("TAKE-1", payment("take-1", 700)) == first._replace(first="applied")
    assert first.counted == usd(500)


@pytest.mark.promise(9)
async def test_it_may_be_left_with_the_server(made: Composition) -> None:
    await opened(made, "TAKE-2")
    taken = await made.payments.take("TAKE-2", payment("take-2"), durable=True)
    assert (taken.outcome, taken.late) == (SENT, False)
    assert await made._client().get_workflow_handle("invoice-TAKE-2").result() == "paid"


@pytest.mark.promise(9)
@pytest.mark.parametrize("durable", [False, True])
async def test_money_for_a_closed_invoice_is_credit_with_a_ticket(made: Composition, durable: bool) -> None:
    number = f"TAKE-3{durable}"
    await paid(made, number)
    late = await made.payments.take(number, payment(f"{number}-late", 300), durable=durable)
    assert (late.outcome, late.late, late.balance) == ("credited", True, None)
    again = await made.payments.take(number, payment(f"{number}-late", 300), durable=durable)
    assert again.outcome == "already credited"
    assert (await made.payments.credit(f"of-{number}")).left == (usd(300),)
    subjects = [ticket.subject for ticket in await made.tickets.of(f"of-{number}")]
    assert subjects.count(f"Late payment for {number} kept as credit") == 1


async def test_the_table_of_open_cases_has_at_once_what_a_signal_told(made: Composition) -> None:
    await opened(made, "TAKE-8")
    await made.payments.take("TAKE-8", payment("take-8", 500))
    back = Reversal(id="back-8", payment="take-8", amount=usd(500), at=now())
    again = Restored(id="again-8", reversal="back-8", amount=usd(500), at=now())
    for entered, balance in (
        (made.payments.reverse("TAKE-8", back), 1999),
        (made.payments.restore("TAKE-8", again), 1499),
    ):
        assert (await entered).outcome == "noted"
        async with asyncio.timeout(5):  # it is written with others, in a moment
            while True:
                row = await made.store.open_case("TAKE-8")
                if row and row.balance == usd(balance):
                    break
                await asyncio.sleep(0.02)


async def test_what_is_taken_back_and_comes_again_reopens_a_closed_case(made: Composition) -> None:
    await paid(made, "TAKE-4")
    back = Reversal(id="back-4", payment="TAKE-4-all", amount=usd(1999), at=now())
    assert (await made.payments.reverse("TAKE-4", back)).outcome == "reopened"
    again = Restored(id="again-4", reversal="back-4", amount=usd(1999), at=now())
    assert (await made.payments.restore("TAKE-4", again)).outcome in ("noted", "reopened")
    assert await made._client().get_workflow_handle("invoice-TAKE-4").result() == "paid"


async def test_an_unknown_invoice_is_refused_and_nothing_is_parked(made: Composition) -> None:
    with pytest.raises(NoSuchInvoiceError, match="TAKE-NONE: there is no such invoice, so nothing was recorded"):
        await made.payments.take("TAKE-NONE", payment("none"))
    with pytest.raises(NoSuchInvoiceError):
        await made.payments.reverse("TAKE-NONE", Reversal(id="r", payment="none", amount=usd(1), at=now()))
    with pytest.raises(NoSuchInvoiceError):
        await made.payments.currency("TAKE-NONE")
    assert await made.store.credit("TAKE-NONE:none") is None


async def test_what_is_no_money_is_refused_and_names_the_field(made: Composition) -> None:
    for minor in (0, -5):
        with pytest.raises(RefusedError, match="the amount must be positive") as refused:
            await made.payments.take("TAKE-1", payment("zero", minor))
        assert refused.value.field == "amount"
    with pytest.raises(RefusedError, match=r"amount: USD 0\.00 is not positive"):
        await made.payments.restore("TAKE-1", Restored(id="r", reversal="x", amount=usd(0), at=now()))


async def test_the_currency_is_known_of_running_closed_and_never_started_invoices(made: Composition) -> None:
    await paid(made, "TAKE-5")
    assert await made.payments.currency("TAKE-5") == "USD"
    known = await made.store.invoice("TAKE-5")
    assert known
    await made.store.open_invoice(known.model_copy(update={"number": "TAKE-5B", "status": "open"}))
    assert await made.payments.currency("TAKE-5B") == "USD"


async def test_credit_is_summed_by_currency_and_an_unknown_account_is_none(made: Composition) -> None:
    await paid(made, "TAKE-6")
    await made.payments.take(
        "TAKE-6", Payment(id="euro", amount=Money(minor=700, currency="EUR"), at=now()), force=True
    )
    await made.payments.take("TAKE-6", payment("dollar", 100))
    found = await made.payments.credit("of-TAKE-6")
    assert [str(each) for each in found.left] == ["EUR 7.00", "USD 1.00"]
    with pytest.raises(NoSuchAccountError, match="TAKE-nobody: there is no such account"):
        await made.payments.credit("TAKE-nobody")


@pytest.mark.promise(9)
async def test_a_person_does_not_take_back_more_than_is_left_of_a_payment(made: Composition) -> None:
    await opened(made, "TAKE-9")
    await made.payments.take("TAKE-9", payment("take-9", 500))

    def back(name: str, minor: int) -> Reversal:
        return Reversal(id=name, payment="take-9", amount=usd(minor), at=now())

    with pytest.raises(RefusedError, match=r"USD 5\.01 is more than the USD 5\.00 that is left of 'take-9'"):
        await made.payments.reverse("TAKE-9", back("back-9", 501))
    assert (await made.payments.reverse("TAKE-9", back("back-9", 300))).outcome == "noted"
    assert (await made.payments.reverse("TAKE-9", back("back-9", 300))).outcome == "noted"
    with pytest.raises(RefusedError, match=r"USD 2\.01 is more than the USD 2\.00 that is left"):
        await made.payments.reverse("TAKE-9", back("more-9", 201))
