"""What every gateway must keep, against a real server that fails on demand."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

import pytest

from dunning.case.orders import ChargeOrder, RefundOrder
from dunning.case.results import Charged, ChargeResult, Declined, Found, Pending, Refunded, Unknown
from dunning.money import Money
from dunning.ports.outages import GatewayRefusedError, OutageError
from dunning.records.payments import Method
from tests.adapters.companies import PAYMENTS, PaymentCompany
from tests.adapters.paying import AT, DEBIT, attempt, customer, moved, on_file, order_of, usd


@pytest.fixture(scope="module", params=PAYMENTS)
async def company(request: pytest.FixtureRequest) -> AsyncGenerator[PaymentCompany]:
    async with PAYMENTS[request.param]() as company:
        yield company


@pytest.fixture
def order(request: pytest.FixtureRequest) -> ChargeOrder:
    return order_of(request.node.name)


@pytest.fixture
async def method(company: PaymentCompany, order: ChargeOrder) -> Method:
    """Give the card that is on file."""
    return await on_file(company, order)


async def found(
    company: PaymentCompany, order: ChargeOrder, method: Method, asked: datetime = AT
) -> ChargeResult | None:
    asking = order.model_copy(update={"at": asked})
    return await company.gateway.find(asking, attempt(order, method))


async def test_a_charge_moves_the_money_and_says_so(company: PaymentCompany, order: ChargeOrder, method: Method):
    result = await company.gateway.charge(order, method)
    assert isinstance(result, Charged)
    assert (result.amount, result.at) == (usd(1999), AT)
    assert result.payment
    assert result.method == method.label == "Visa ending 4242"
    assert await found(company, order, method) == result
    assert await company.gateway.find(order, attempt(order, method, result.payment)) == result


@pytest.mark.promise(1)
async def test_the_same_key_never_moves_money_again(company: PaymentCompany, order: ChargeOrder, method: Method):
    first = await company.gateway.charge(order, method)
    later = order.model_copy(update={"at": AT + timedelta(days=3)})
    assert await company.gateway.charge(order, method) == first
    assert await company.gateway.charge(later, method) == first
    assert await moved(company, order) == 1999


@pytest.mark.promise(1)
async def test_calls_at_the_same_time_move_money_once(company: PaymentCompany, order: ChargeOrder, method: Method):
    results = await asyncio.gather(*(company.gateway.charge(order, method) for _ in range(10)))
    assert {type(result) for result in results} <= {Charged, Unknown}
    assert await moved(company, order) == 1999


async def test_another_attempt_is_another_charge(company: PaymentCompany, order: ChargeOrder, method: Method):
    await company.control.script(order.account, "decline:generic_decline")
    assert isinstance(await company.gateway.charge(order, method), Declined)
    assert isinstance(await company.gateway.charge(order.model_copy(update={"attempt": 2}), method), Charged)


async def test_a_decline_is_a_value_and_is_replayed(company: PaymentCompany, order: ChargeOrder, method: Method):
    await company.control.script(order.account, "decline:insufficient_funds")
    result = await company.gateway.charge(order, method)
    assert isinstance(result, Declined)
    assert (result.code, result.final) == ("insufficient_funds", False)
    assert result.message
    assert await company.gateway.charge(order, method) == result
    assert await found(company, order, method) == result
    assert await moved(company, order) == 0


@pytest.mark.req("S3-15")
@pytest.mark.parametrize("code", ["lost_card", "stolen_card", "revocation_of_authorization"])
async def test_a_card_that_must_not_be_tried_again_is_marked(
    company: PaymentCompany, order: ChargeOrder, method: Method, code: str
):
    await company.control.script(order.account, f"decline:{code}")
    result = await company.gateway.charge(order, method)
    assert isinstance(result, Declined)
    assert (result.code, result.advice, result.final) == (code, "do_not_try_again", True)


@pytest.mark.req("S3-09")
@pytest.mark.parametrize("nothing", ["no customer", "no card"])
async def test_without_a_payment_method_there_is_none_to_charge(
    company: PaymentCompany, order: ChargeOrder, nothing: str
):
    account = await customer(company, order, "")
    payer = "" if nothing == "no customer" else account.payer
    assert await company.gateway.method(account.model_copy(update={"payer": payer})) is None


async def test_a_customer_whom_the_company_does_not_know_is_our_mistake(company: PaymentCompany, order: ChargeOrder):
    """Told as "no payment method", a key of another account would tell every customer so."""
    account = (await customer(company, order)).model_copy(update={"payer": "cus_nobody"})
    with pytest.raises(GatewayRefusedError, match="another account or mode"):
        await company.gateway.method(account)


async def test_a_company_that_never_saw_the_attempt_says_so(
    company: PaymentCompany, order: ChargeOrder, method: Method
):
    assert await found(company, order, method) is None
    assert await company.gateway.received(await customer(company, order), order.invoice, ()) == Found()


@pytest.mark.req("S3-33")
@pytest.mark.parametrize(
    ("outcome", "kind", "money"), [("succeeded", Charged, 1999), ("insufficient_funds", Declined, 0)]
)
async def test_a_debit_in_transit_ends_later(
    company: PaymentCompany, order: ChargeOrder, outcome: str, kind: type, money: int
):
    method = await on_file(company, order, DEBIT)
    assert method.kind == "debit"
    result = await company.gateway.charge(order, method)
    assert isinstance(result, Pending)
    assert result.ask_at == AT + timedelta(days=1)
    assert await found(company, order, method) == result
    await company.control.settle(order.key, outcome, AT + timedelta(days=4))
    ended = await found(company, order, method, AT + timedelta(days=5))
    assert isinstance(ended, kind)
    assert not isinstance(ended, Charged) or ended.at == AT + timedelta(days=5)
    assert await moved(company, order) == money


@pytest.mark.promise(1)
async def test_a_lost_answer_is_an_outage_and_find_knows_the_charge(
    company: PaymentCompany, order: ChargeOrder, method: Method
):
    await company.control.script(order.account, "timeout_after")
    with pytest.raises(OutageError):
        await company.gateway.charge(order, method)
    assert isinstance(await found(company, order, method), Charged)
    assert await moved(company, order) == 1999


@pytest.mark.promise(1)
async def test_a_key_that_the_company_forgot_charges_nobody_again(
    company: PaymentCompany, order: ChargeOrder, method: Method
):
    """The answer was lost, and a day passed: the key alone would charge a second time, so it is never used alone."""
    await company.control.script(order.account, "timeout_after")
    with pytest.raises(OutageError):
        await company.gateway.charge(order, method)
    await company.control.forget_keys()
    result = await found(company, order, method, AT + timedelta(days=2))
    assert isinstance(result, Charged)
    assert result.at == AT
    assert await moved(company, order) == 1999


@pytest.mark.promise(1)
async def test_a_slow_answer_is_an_outage_and_then_unknown_until_it_is_done(
    company: PaymentCompany, order: ChargeOrder, method: Method
):
    await company.control.script(order.account, "hold:ok")
    with pytest.raises(OutageError):
        await company.hasty.charge(order, method)
    await company.control.until_held(order.account)
    for result in (await found(company, order, method), await company.gateway.charge(order, method)):
        assert isinstance(result, Unknown)
        assert result.ask_at == AT + timedelta(hours=1)
    assert await moved(company, order) == 0
    await company.control.release(order.account)
    async with asyncio.timeout(5):
        while isinstance(result := await company.gateway.charge(order, method), Unknown):
            pass
    assert isinstance(result, Charged)
    assert await moved(company, order) == 1999


@pytest.mark.parametrize("behaviour", ["timeout_before", "429", "500"])
async def test_an_outage_before_anything_happened_leaves_nothing(
    company: PaymentCompany, order: ChargeOrder, method: Method, behaviour: str
):
    await company.control.script(order.account, behaviour)
    with pytest.raises(OutageError):
        await company.gateway.charge(order, method)
    assert await found(company, order, method) is None
    assert isinstance(await company.gateway.charge(order, method), Charged)


async def test_money_may_have_moved_before_the_answer_comes(
    company: PaymentCompany, order: ChargeOrder, method: Method
):
    await company.control.script(order.account, "ok:hold")
    charging = asyncio.create_task(company.gateway.charge(order, method))
    await company.control.until_held(order.account)
    assert await moved(company, order) == 1999
    assert not charging.done()
    await company.control.release(order.account)
    assert isinstance(await charging, Charged)


async def test_a_key_with_other_money_is_our_mistake(company: PaymentCompany, order: ChargeOrder, method: Method):
    await company.gateway.charge(order, method)
    with pytest.raises(Exception, match="refuses") as caught:
        await company.gateway.charge(order.model_copy(update={"amount": usd(1)}), method)
    assert not isinstance(caught.value, OutageError)
    assert order.account not in str(caught.value)
    assert await moved(company, order) == 1999


@pytest.mark.promise(9)
async def test_money_that_the_case_has_not_heard_of_is_received(
    company: PaymentCompany, order: ChargeOrder, method: Method
):
    """The answer was lost: before a consequence, the company is asked for money beside what is known."""
    account = await customer(company, order)
    first = await company.gateway.charge(order, method)
    assert isinstance(first, Charged)
    second = order.model_copy(update={"attempt": 2})
    await company.control.script(order.account, "timeout_after")
    with pytest.raises(OutageError):
        await company.gateway.charge(second, method)
    received = await company.gateway.received(account, order.invoice, [first.payment])
    assert [(payment.amount, payment.at) for payment in received.payments] == [(usd(1999), AT)]
    assert received.payments[0].id != first.payment
    assert received.underway == ()
    known = [first.payment, received.payments[0].id]
    assert await company.gateway.received(account, order.invoice, known) == Found()
    assert await company.gateway.received(account, "INV-another", ()) == Found()


async def test_our_own_debit_in_transit_is_none_of_the_customers(company: PaymentCompany, order: ChargeOrder):
    method = await on_file(company, order, DEBIT)
    assert isinstance(await company.gateway.charge(order, method), Pending)
    assert await company.gateway.received(await customer(company, order), order.invoice, ()) == Found()


async def refund_of(company: PaymentCompany, order: ChargeOrder, method: Method, minor: int) -> RefundOrder:
    charged = await company.gateway.charge(order, method)
    assert isinstance(charged, Charged)
    return RefundOrder(
        invoice=order.invoice,
        account=order.account,
        step="refund",
        at=AT,
        payment=charged.payment,
        amount=usd(minor),
    )


async def given_back(company: PaymentCompany, refund: RefundOrder) -> list[int]:
    return [r.amount for r in (await company.control.books()).refunds if r.payment == refund.payment]


async def test_a_refund_happens_once(company: PaymentCompany, order: ChargeOrder, method: Method):
    refund = await refund_of(company, order, method, 500)
    result = await company.gateway.refund(refund)
    assert isinstance(result, Refunded)
    assert result.amount == usd(500)
    assert await company.gateway.refund(refund) == result
    await company.control.forget_keys()
    assert await company.gateway.refund(refund.model_copy(update={"at": AT + timedelta(days=2)})) == result
    assert await given_back(company, refund) == [500]


async def test_a_refund_of_more_than_was_paid_is_declined(company: PaymentCompany, order: ChargeOrder, method: Method):
    refund = await refund_of(company, order, method, 1500)
    await company.gateway.refund(refund)
    result = await company.gateway.refund(refund.model_copy(update={"step": "again"}))
    assert isinstance(result, Declined)
    assert result.code == "amount_too_large"
    assert await given_back(company, refund) == [1500]


async def test_a_payment_that_went_back_whole_is_not_given_back_again(
    company: PaymentCompany, order: ChargeOrder, method: Method
):
    refund = await refund_of(company, order, method, 1999)
    await company.gateway.refund(refund)
    result = await company.gateway.refund(refund.model_copy(update={"step": "again", "amount": usd(1)}))
    assert isinstance(result, Declined)
    assert result.code == "charge_already_refunded"


@pytest.mark.parametrize(("payment", "code"), [("bank-7781", "paid_elsewhere"), ("pi_nobody", "no_such_payment")])
async def test_what_was_not_paid_there_is_not_given_back_there(
    company: PaymentCompany, order: ChargeOrder, method: Method, payment: str, code: str
):
    refund = await refund_of(company, order, method, 500)
    result = await company.gateway.refund(refund.model_copy(update={"payment": payment}))
    assert isinstance(result, Declined)
    assert result.code == code


async def test_a_refund_in_another_currency_is_declined(company: PaymentCompany, order: ChargeOrder, method: Method):
    refund = await refund_of(company, order, method, 500)
    result = await company.gateway.refund(refund.model_copy(update={"amount": Money(minor=500, currency="EUR")}))
    assert isinstance(result, Declined)
    assert result.code == "other_currency"
    assert await given_back(company, refund) == []


async def test_a_refund_that_broke_can_be_asked_again(company: PaymentCompany, order: ChargeOrder, method: Method):
    refund = await refund_of(company, order, method, 500)
    await company.control.script(order.account, "refund:500")
    await company.control.script(order.account, "refund:timeout_after")
    for _ in range(2):
        with pytest.raises(OutageError):
            await company.gateway.refund(refund)
    assert isinstance(await company.gateway.refund(refund), Refunded)
    assert await given_back(company, refund) == [500]
