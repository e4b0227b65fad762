"""Money that is there pays what is owed: two suspended invoices of an account, and one payment for both."""

import pytest

from dunning.fleet.open_cases import WORKFLOW, CheckOrder, CheckReport
from dunning.level import Level
from dunning.money import Money
from dunning.records.credit import Credit
from sandbox.stage.stage import QUEUE, Stage
from tests.server.payments.test_money_in import until
from tests.server.playing import Playing, begin

ASO = "a-small-orange"


async def two(stage: Stage, name: str) -> tuple[Playing, Playing]:
    """Two invoices of one account, of USD 10.00 each, both unpaid; the second is due a day later."""
    one = await begin(stage, f"{name}-a", ASO, decline=2, amount="USD 10.00")
    services = [{"kind": "website", "user": one.user}]
    other = await begin(stage, f"{name}-b", ASO, due_in=12, account=one.account, services=services, amount="USD 10.00")
    return one, other


@pytest.mark.promise(9)
async def test_the_rest_of_a_payment_pays_the_other_invoice_and_gives_the_service_back(open_stage: Stage) -> None:
    one, other = await two(open_stage, "OPENCR-1")
    await one.to_day(11)
    await other.to_day(11)
    assert (await one.case()).level is (await other.case()).level is Level.SUSPENDED
    await open_stage.companies.payments.pay_directly(one.account, 2000, "USD", "OPENCR-1-a")
    assert await one.outcome() == "paid"
    assert await other.outcome() == "paid"
    assert (await one.levels())[-1] == "active"
    assert sum(credit.amount.minor for credit in await open_stage.store.credits(one.account)) == 0


@pytest.mark.promise(9)
async def test_the_oldest_is_paid_first_and_has_the_rest_told_on(open_stage: Stage) -> None:
    one, other = await two(open_stage, "OPENCR-2")
    await one.to_day(11)
    await other.to_day(11)
    made = open_stage.made(one.skipper.client)
    await made.credit.add(one.account, Money.parse("USD 15"), "goodwill-1", "ana", "a bad week")
    assert await one.outcome() == "paid"
    case = await until(other, lambda case: case.balance.minor == 500)
    assert case.level is Level.SUSPENDED
    await made.credit.add(one.account, Money.parse("USD 15"), "goodwill-1", "ana", "a bad week")
    assert (await other.case()).balance.minor == 500


@pytest.mark.promise(9)
async def test_a_signal_that_was_lost_is_made_good_by_the_hourly_check(open_stage: Stage) -> None:
    one, other = await two(open_stage, "OPENCR-3")
    await one.to_day(11)
    await other.to_day(11)
    at = one.moment(11, 0)
    await open_stage.store.add_credit(
        Credit(id="OPENCR-3:gift", account=one.account, amount=Money.parse("USD 20"), at=at, reason="a gift")
    )
    report = await (await open_stage.connect()).execute_workflow(
        WORKFLOW, CheckOrder(), id="open-3-check", task_queue=QUEUE, result_type=CheckReport
    )
    assert report.told_of_credit >= 1
    assert (await one.outcome(), await other.outcome()) == ("paid", "paid")
