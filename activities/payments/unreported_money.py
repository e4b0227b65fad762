"""Asking the gateway for money that the case has not heard of: a lost webhook must cost nobody anything."""

from typing import Protocol

from dunning.case.facts import Payment
from dunning.case.orders import AskOrder, ChargeOrder, DeleteOrder, Order, RestrictOrder
from dunning.case.results import Found
from dunning.ports.accounts import Accounts
from dunning.ports.companies import Gateway
from dunning.ports.payments import Credits


class AskRecords(Accounts, Credits, Protocol):
    """Whose money it is, and what became credit."""


async def unheard_of(
    gateway: Gateway, store: AskRecords, order: AskOrder | ChargeOrder | DeleteOrder | RestrictOrder
) -> Found | None:
    """What the company has for the invoice beside the order's `known` payments.

    None when there is nothing. Raises OutageError while the company cannot be asked: until
    it can, nobody suffers anything.
    """
    account = await store.account(order.account)
    found = await gateway.received(account, order.invoice, order.known)
    fresh = [payment for each in found.payments if (payment := await _still_its_own(store, order, each))]
    return Found(payments=tuple(fresh), underway=found.underway) if fresh or found.underway else None


async def _still_its_own(store: AskRecords, order: Order, payment: Payment) -> Payment | None:
    """The payment, as far as it is still there for the invoice.

    What came when the invoice had no case became credit of the account. What is left of that is taken back for the
    invoice, once; what another invoice used is no money of this one's any more.
    """
    if await store.credit(f"{order.invoice}:{payment.id}") is None:
        return payment
    left = await store.use_credit(order.account, f"{order.invoice}:{payment.id}", payment.amount, order.at)
    return payment.model_copy(update={"amount": left}) if left.minor > 0 else None
