"""Asking for money before a fee is added: the fee itself is only a line in the ledger."""

from temporalio import activity

from activities.fenced import fenced
from activities.guards.awaited import AwaitedPayments
from activities.heartbeat import steady
from activities.payments.accepted_news import insist_on_news
from activities.payments.refusals import told_of_refusal
from activities.payments.unreported_money import AskRecords, unheard_of
from dunning.case.orders import AskOrder
from dunning.case.results import AskResult, Noted
from dunning.ports.companies import Gateway


class AskForMoney:
    """Looks for payments that no webhook has told us of. `awaited` says whether one is about to come."""

    def __init__(self, gateway: Gateway, store: AskRecords, awaited: AwaitedPayments | None = None) -> None:
        self._gateway = gateway
        self._store = store
        self._awaited = awaited

    @activity.defn(name="ask_for_money")
    @steady
    @fenced
    async def ask_for_money(self, order: AskOrder) -> AskResult:
        """Raises OutageError while the company cannot be asked, or accepted news has not reached the case.

        A call that it refuses as malformed opens a ticket, and raises GatewayRefusedError.
        """
        return await told_of_refusal(self._store, order, self._asked(order))

    async def _asked(self, order: AskOrder) -> AskResult:
        found = await unheard_of(self._gateway, self._store, order)
        if found:
            return found
        if self._awaited and (waits := await self._awaited.may_ask(order)):
            return waits
        await insist_on_news(self._store, order)
        return Noted()
