"""Asking the gateway for money that the case has not heard of: a lost webhook must cost nobody anything."""

from typing import Protocol

from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.orders import AskOrder, ChargeOrder, DeleteOrder, RestrictOrder
from dunning.case.results import Found
from dunning.payments.taken_back import about
from dunning.ports.accounts import Accounts
from dunning.ports.claims import Claims
from dunning.ports.companies import Gateway
from dunning.ports.tickets import Tickets
from dunning.records.claims import TakenBackNews

MoneyOrder = AskOrder | ChargeOrder | DeleteOrder | RestrictOrder
"""Whoever does one of these asks for money first."""


class AskRecords(Accounts, Claims, Tickets, Protocol):
    """Whose money it is, who has counted it, and what waits for its case."""


async def unheard_of(gateway: Gateway, store: AskRecords, order: MoneyOrder) -> Found | None:
    """What the company has for the invoice beside the order's `known` payments, and what we were told of these.

    None when there is nothing. Raises OutageError while the company cannot be asked: until it can, nobody suffers
    anything. Raises OvertakenError for money that would be given to a case whose newer orders have written.
    """
    account = await store.account(order.account)
    found = await gateway.received(account, order.invoice, order.known)
    fresh = [payment for each in found.payments if (payment := await _given(store, order, each))]
    told = await store.remembered(order.invoice) if fresh or order.taken_back else ()
    news: list[TakenBackNews] = [each for payment in fresh for each in about(payment.id, told)]
    news += [each for each in told if isinstance(each, Restored) and each.reversal in order.taken_back]
    news = [each for each in news if each.id not in order.heard]
    money = Found(
        payments=tuple(fresh),
        underway=found.underway,
        reversals=tuple(each for each in news if isinstance(each, Reversal)),
        restored=tuple(each for each in news if isinstance(each, Restored)),
    )
    return money if money.anything else None


async def _given(store: AskRecords, order: MoneyOrder, payment: Payment) -> Payment | None:
    """The payment, as far as it is still there for the invoice, counted for its case from now on.

    What came when the invoice had no case became credit of the account. What is left of that is taken back for the
    invoice, once; what another invoice used is no money of this one's any more.
    """
    left = await store.give(order.invoice, order.account, payment, order.at, order.fence)
    return payment.model_copy(update={"amount": left}) if left else None
