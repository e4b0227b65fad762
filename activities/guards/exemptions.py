"""An exempt account or service: nobody is restricted before its day is over, also when the case has not heard of it."""

from datetime import timedelta
from typing import Protocol

from activities.guards.begun import begun
from dunning.case.orders import DeleteOrder, RestrictOrder
from dunning.case.results import Deferred
from dunning.level import Level
from dunning.ports.accounts import Accounts
from dunning.ports.holds import Holds
from dunning.records.accounts import is_exempt
from operations.accounts.last_word import last_word


class ExemptionRecords(Accounts, Holds, Protocol):
    """Who is exempt, and who is restricted already."""


_AGAIN = timedelta(hours=1)
"""The case waits for the exemption by its own rules as soon as it has heard of it."""
_REASON = "the account is exempt, which this case has not heard before"


class ExemptionCheck:
    """Fits `dunning.ports.companies.Guard`. The second line: the case itself waits, and its notices name its dates."""

    def __init__(self, store: ExemptionRecords) -> None:
        self._store = store

    async def may(self, order: RestrictOrder | DeleteOrder) -> Deferred | None:
        """None when nobody is exempt; what an earlier try of the order has begun is done wholly."""
        if isinstance(order, RestrictOrder) and (
            order.level.rank <= Level.WARNED.rank or await begun(self._store, order)
        ):
            return None
        account, paid_for = await self._store.account(order.account), order.covers.services
        if not is_exempt(account, paid_for, order.today):
            return None
        exempt = await last_word(self._store, order.account, paid_for)
        return Deferred(until=order.at + _AGAIN, reason=_REASON, exempt=exempt)
