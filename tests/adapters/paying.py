"""Customers, orders and attempts for the tests of gateways."""

from datetime import UTC, datetime

from dunning.case.orders import ChargeOrder
from dunning.money import Money
from dunning.records.accounts import Account
from dunning.records.payments import Attempt, Method
from tests.adapters.companies import PaymentCompany

AT = datetime(2027, 3, 1, 12, tzinfo=UTC)
"""Ahead of the real clock: a case may live there, and the companies follow."""

DEBIT = "pm_usBankAccount_success"


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


def order_of(name: str) -> ChargeOrder:
    """Each test has its own account, so that scripts and books do not mix."""
    return ChargeOrder(invoice=f"INV/{name}", account=name, step="charge", at=AT, amount=usd(1999))


async def customer(company: PaymentCompany, order: ChargeOrder, what: str = "pm_card_visa") -> Account:
    payer = await company.control.customer(order.account, what)
    return Account(id=order.account, name="Example", payer=payer)


async def on_file(company: PaymentCompany, order: ChargeOrder, what: str = "pm_card_visa") -> Method:
    found = await company.gateway.method(await customer(company, order, what))
    assert found is not None
    return found


def attempt(order: ChargeOrder, method: Method, payment: str = "") -> Attempt:
    """What the store keeps of an attempt; without a payment's id when the answer was lost."""
    return Attempt(
        key=order.key,
        invoice=order.invoice,
        account=order.account,
        amount=order.amount,
        at=order.at,
        payer=method.payer,
        method=method.id,
        network=method.network,
        payment=payment,
    )


async def moved(company: PaymentCompany, order: ChargeOrder) -> int:
    return sum(charge.amount for charge in (await company.control.books()).paid(order.account))
