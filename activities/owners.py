"""An order whose account was merged since it was given goes to the account that there is now.

One place for all activities, so that none can forget it. An order for a whole account would be about the services of
the other one, too: it is about those that its invoice paid for. What is frozen after this is refused by the store
(`dunning.ports.fences.MovedError`), and comes here again.
"""

from typing import Any, Protocol

from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from dunning.case.orders import Order
from dunning.coverage import Coverage
from dunning.ports.accounts import Accounts
from dunning.ports.fences import MovedError
from dunning.ports.invoices import Invoices
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice


class FindsOwners(Interceptor):
    """For the worker's `interceptors`."""

    def __init__(self, store: Invoices) -> None:
        self._store = store

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Stand around every activity."""
        return _Around(next, self._store)


class _Around(ActivityInboundInterceptor):
    def __init__(self, inner: ActivityInboundInterceptor, store: Invoices) -> None:
        super().__init__(inner)
        self._store = store

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        order = input.args[0] if input.args else None
        if isinstance(order, Order) and order.invoice:
            known = await self._store.invoice(order.invoice)
            input.args = [for_owner(order, known) if known else order, *input.args[1:]]
        return await super().execute_activity(input)


class OwnerRecords(Accounts, Invoices, Protocol):
    """Accounts, and whose an invoice is."""


async def account_of(store: OwnerRecords, order: Order) -> Account:
    """The order's account, with nothing of another one that was merged with it after the order began.

    The account is read first: whoever sees the other one's services also sees what the invoice pays for since. Raises
    MovedError: the order is tried again, for the right one.
    """
    account = await store.account(order.account)
    known = await store.invoice(order.invoice) if order.invoice else None
    if known and for_owner(order, known) != order:
        raise MovedError(order.invoice)
    return account


def for_owner(order: Order, known: KnownInvoice) -> Order:
    """The order for the invoice's account, and for what the invoice pays for since a merge, if it named nothing."""
    covers, changes = getattr(order, "covers", None), dict[str, object]()
    if order.account and order.account != known.account:
        changes["account"] = known.account
    if isinstance(covers, Coverage) and known.pays_for and not covers.services:
        changes["covers"] = covers.model_copy(update={"services": known.pays_for})
    return order.model_copy(update=changes) if changes else order
