"""What every gateway must keep, against a real server that fails on demand."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.gateways.sandbox import ChargeMismatchError, SandboxGateway
from dunning.money import Money
from dunning.orders import ChargeOrder, RefundOrder
from dunning.ports import OutageError
from dunning.results import Charged, Declined, NoMethod, Pending, Refunded, Unknown
from tests.adapters.companies import PAYMENTS, PaymentCompany

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module", params=PAYMENTS)
async def company(request: pytest.FixtureRequest) -> AsyncGenerator[PaymentCompany]:
    async with PAYMENTS[request.param]() as company:
        yield company


@pytest.fixture
def order(request: pytest.FixtureRequest) -> ChargeOrder:
    """Each test has its own account, so that scripts and books do not mix."""
    name = request.node.name
    return ChargeOrder(invoice=f"INV/{name}", account=name, step="charge", at=AT, amount=usd(1999))


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


async def moved(company: PaymentCompany, order: ChargeOrder) -> int:
    return sum(charge.amount for charge in (await company.desk.books()).paid(order.account))


async def test_a_charge_moves_the_money_and_says_so(company: PaymentCompany, order: ChargeOrder):
    result = await company.gateway.charge(order)
    assert isinstance(result, Charged)
    assert (result.amount, result.at) == (usd(1999), AT)
    assert result.payment
    assert result.method
    assert await company.gateway.find(order) == result


@pytest.mark.promise(1)
async def test_the_same_key_never_moves_money_again(company: PaymentCompany, order: ChargeOrder):
    first = await company.gateway.charge(order)
    later = order.model_copy(update={"at": AT + timedelta(days=3)})
    assert await company.gateway.charge(later) == first
    assert await moved(company, order) == 1999


@pytest.mark.promise(1)
async def test_calls_at_the_same_time_move_money_once(company: PaymentCompany, order: ChargeOrder):
    results = await asyncio.gather(*(company.gateway.charge(order) for _ in range(10)))
    assert {type(result) for result in results} <= {Charged, Unknown}
    assert await moved(company, order) == 1999


async def test_another_attempt_is_another_charge(company: PaymentCompany, order: ChargeOrder):
    await company.desk.script(order.account, "decline:card_declined")
    assert isinstance(await company.gateway.charge(order), Declined)
    assert isinstance(await company.gateway.charge(order.model_copy(update={"attempt": 2})), Charged)


async def test_a_decline_is_a_value_and_is_replayed(company: PaymentCompany, order: ChargeOrder):
    await company.desk.script(order.account, "decline:insufficient_funds")
    result = await company.gateway.charge(order)
    assert isinstance(result, Declined)
    assert result.code == "insufficient_funds"
    assert result.message
    assert await company.gateway.charge(order) == result
    assert await company.gateway.find(order) == result
    assert await moved(company, order) == 0


@pytest.mark.req("S3-09")
async def test_without_a_payment_method_there_is_no_attempt(company: PaymentCompany, order: ChargeOrder):
    await company.desk.script(order.account, "no_method")
    assert await company.gateway.charge(order) == NoMethod()
    assert await company.gateway.find(order) is None


async def test_a_company_that_never_saw_the_attempt_says_so(company: PaymentCompany, order: ChargeOrder):
    assert await company.gateway.find(order) is None


@pytest.mark.parametrize(("outcome", "kind", "money"), [("succeeded", Charged, 1999), ("debit_returned", Declined, 0)])
async def test_a_debit_in_transit_ends_later(
    company: PaymentCompany, order: ChargeOrder, outcome: str, kind: type, money: int
):
    await company.desk.script(order.account, "pending")
    result = await company.gateway.charge(order)
    assert isinstance(result, Pending)
    assert result.ask_at == AT + timedelta(days=1)
    assert await company.gateway.find(order) == result
    await company.desk.settle(order.key, outcome)
    assert isinstance(await company.gateway.find(order), kind)
    assert await moved(company, order) == money


@pytest.mark.promise(1)
async def test_a_lost_answer_is_an_outage_and_find_knows_the_charge(company: PaymentCompany, order: ChargeOrder):
    await company.desk.script(order.account, "timeout_after")
    with pytest.raises(OutageError):
        await company.gateway.charge(order)
    assert isinstance(await company.gateway.find(order), Charged)
    assert await moved(company, order) == 1999


@pytest.mark.promise(1)
async def test_a_slow_answer_is_an_outage_and_find_says_unknown_until_it_is_done(
    company: PaymentCompany, order: ChargeOrder
):
    await company.desk.script(order.account, "hold:ok")
    with pytest.raises(OutageError):
        await company.hasty.charge(order)
    await company.desk.until_held(order.account)
    for result in (await company.gateway.find(order), await company.gateway.charge(order)):
        assert isinstance(result, Unknown)
        assert result.ask_at == AT + timedelta(hours=1)
    assert await moved(company, order) == 0
    await company.desk.release(order.account)
    assert isinstance(await company.gateway.charge(order), Charged)
    assert await moved(company, order) == 1999


@pytest.mark.parametrize("behaviour", ["timeout_before", "429", "500"])
async def test_an_outage_before_anything_happened_leaves_nothing(
    company: PaymentCompany, order: ChargeOrder, behaviour: str
):
    await company.desk.script(order.account, behaviour)
    with pytest.raises(OutageError):
        await company.gateway.charge(order)
    assert await company.gateway.find(order) is None
    assert isinstance(await company.gateway.charge(order), Charged)


async def test_money_may_have_moved_before_the_answer_comes(company: PaymentCompany, order: ChargeOrder):
    await company.desk.script(order.account, "ok:hold")
    charging = asyncio.create_task(company.gateway.charge(order))
    await company.desk.until_held(order.account)
    assert await moved(company, order) == 1999
    assert not charging.done()
    await company.desk.release(order.account)
    assert isinstance(await charging, Charged)


async def test_a_key_with_other_parameters_is_our_mistake(company: PaymentCompany, order: ChargeOrder):
    await company.gateway.charge(order)
    with pytest.raises(ChargeMismatchError) as caught:
        await company.gateway.charge(order.model_copy(update={"amount": usd(1)}))
    assert order.account not in str(caught.value)


async def refund_of(company: PaymentCompany, order: ChargeOrder, minor: int) -> RefundOrder:
    charged = await company.gateway.charge(order)
    assert isinstance(charged, Charged)
    return RefundOrder(
        invoice=order.invoice,
        account=order.account,
        step="refund",
        at=AT,
        payment=charged.payment,
        amount=usd(minor),
    )


async def test_a_refund_happens_once(company: PaymentCompany, order: ChargeOrder):
    refund = await refund_of(company, order, 500)
    result = await company.gateway.refund(refund)
    assert isinstance(result, Refunded)
    assert result.amount == usd(500)
    assert await company.gateway.refund(refund) == result
    books = await company.desk.books()
    assert [r.amount for r in books.refunds if r.payment == refund.payment] == [500]


async def test_a_refund_of_more_than_was_paid_is_declined(company: PaymentCompany, order: ChargeOrder):
    refund = await refund_of(company, order, 1500)
    await company.gateway.refund(refund)
    result = await company.gateway.refund(refund.model_copy(update={"step": "again"}))
    assert isinstance(result, Declined)
    assert result.code == "amount_too_large"


async def test_a_refund_that_broke_can_be_asked_again(company: PaymentCompany, order: ChargeOrder):
    refund = await refund_of(company, order, 500)
    await company.desk.script(order.account, "refund:500")
    await company.desk.script(order.account, "refund:timeout_after")
    for _ in range(2):
        with pytest.raises(OutageError):
            await company.gateway.refund(refund)
    assert isinstance(await company.gateway.refund(refund), Refunded)


async def test_nobody_there_is_an_outage(unused_tcp_port: int, order: ChargeOrder):
    gateway = SandboxGateway(f"http://127.0.0.1:{unused_tcp_port}")
    for call in (gateway.charge(order), gateway.find(order)):
        with pytest.raises(OutageError, match="ConnectError"):
            await call
    await gateway.close()
