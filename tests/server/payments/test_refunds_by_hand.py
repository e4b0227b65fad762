"""`refund`: what a person gives back goes back once, also for an invoice that is closed."""

import pytest

from dunning.case.facts import GiveBack
from dunning.case.ledger import Kind
from dunning.money import Money
from operations.errors import CaseRefusedError
from sandbox.stage.stage import Stage
from tests.server.payments.test_money_in import until_true
from tests.server.playing import begin

ASO = "a-small-orange"


@pytest.mark.promise(9)
async def test_a_closed_invoice_gives_a_part_back_once_and_stays_paid(open_stage: Stage) -> None:
    life = await begin(open_stage, "BYHAND-1", ASO)
    await life.to_day(1)
    assert await life.outcome() == "paid"
    (charge,) = (await open_stage.companies.payments.books()).paid(life.account)
    made = open_stage.made(life.skipper.client)
    fact = GiveBack(id="t-1", payment=charge.id, amount=Money.parse("USD 5.00"), by="ana", reason="a bad week")

    async def given() -> bool:
        ledger = await open_stage.store.ledger("BYHAND-1")
        return bool(ledger and [e for e in ledger.order.entries if e.kind is Kind.REFUND])

    await made.decisions.decide("BYHAND-1", fact)
    await until_true(given)
    await until_true(life.is_over)
    await made.decisions.decide("BYHAND-1", fact)
    with pytest.raises(CaseRefusedError, match=r"USD 15\.00 is more than the USD 14\.99 that is left"):
        await made.decisions.decide(
            "BYHAND-1", fact.model_copy(update={"id": "t-2", "amount": Money.parse("USD 15.00")})
        )
    books = await open_stage.companies.payments.books()
    assert [line.amount for line in books.journal if line.account == life.account] == [1999, -500]
    ledger = await open_stage.store.ledger("BYHAND-1")
    assert ledger
    assert (ledger.outcome, ledger.balance.minor) == ("paid", 0)
