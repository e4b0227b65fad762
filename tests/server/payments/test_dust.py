"""All but some cents, on the real road: the service comes back, nobody is charged for cents, and they are not free."""

import pytest

from dunning.case.ledger import Kind
from sandbox.stage.stage import Stage
from tests.server.playing import begin

ASO = "a-small-orange"


@pytest.mark.promise(2)
@pytest.mark.promise(9)
async def test_all_but_49_cents_gives_the_service_back_and_is_owed_with_the_next_invoice(open_stage: Stage) -> None:
    one = await begin(open_stage, "DUST-1", ASO, decline=1)
    await one.to_day(11)
    assert await one.levels() == ["suspended"]
    await open_stage.companies.payments.pay_directly(one.account, 1950, "USD", "DUST-1")
    assert await one.outcome() == "paid"
    assert await one.levels() == ["suspended", "active"]
    assert [str(line.amount) for line in await open_stage.store.carried(one.account)] == ["USD 0.49"]
    await begin(open_stage, "DUST-2", ASO, account=one.account, amount="USD 10.00")
    two = await begin(open_stage, "DUST-2", ASO, account=one.account, amount="USD 10.00")  # takes it once
    entries = [(e.kind, e.amount.minor) for e in (await two.case()).entries]
    assert entries == [(Kind.INVOICE, 1000), (Kind.BROUGHT, 49)]
    await two.to_day(1)
    assert await two.outcome() == "paid"
    assert sorted(await two.charged()) == [1049, 1950]
    assert sum(line.amount.minor for line in await open_stage.store.carried(one.account)) == 0


@pytest.mark.promise(9)
async def test_an_invoice_of_some_cents_is_never_charged_and_what_comes_late_for_it_is_credit(
    open_stage: Stage,
) -> None:
    life = await begin(open_stage, "DUST-3", ASO, amount="USD 0.30")
    await life.to_day(-2)
    assert (await life.case()).balance.minor == 30
    await life.to_day(1)
    assert await life.outcome() == "paid"
    assert await life.charged() == []
    assert "Credit Card Payment failed" not in await life.mails()
    made = open_stage.made(await open_stage.connect())
    assert (await made.payments.take("DUST-3", life.payment("USD 0.30"))).outcome == "credited"
    assert sum(line.amount.minor for line in await open_stage.store.carried(life.account)) == 30
    assert sum(line.amount.minor for line in await open_stage.store.credits(life.account)) == 30
