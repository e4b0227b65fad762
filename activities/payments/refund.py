"""Giving money back."""

from temporalio import activity

from activities.heartbeat import steadily
from activities.payments.refusals import told_of_refusal
from dunning.case.orders import RefundOrder
from dunning.case.results import RefundResult
from dunning.ports.companies import Gateway
from dunning.ports.tickets import Tickets


class RefundPayment:
    """Calls the gateway; its idempotency key makes a retry harmless."""

    def __init__(self, gateway: Gateway, store: Tickets) -> None:
        self._gateway = gateway
        self._store = store

    @activity.defn(name="refund")
    async def refund(self, order: RefundOrder) -> RefundResult:
        """Raises OutageError while the company cannot be reached.

        While it does not let us in, it raises GatewayRefusedError, and a ticket is open.
        """
        return await steadily(told_of_refusal(self._store, order, self._gateway.refund(order)))
