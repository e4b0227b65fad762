"""Giving money back."""

from temporalio import activity

from activities.heartbeat import steadily
from dunning.case.orders import RefundOrder
from dunning.case.results import RefundResult
from dunning.ports.companies import Gateway


class RefundPayment:
    """Calls the gateway; its idempotency key makes a retry harmless."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @activity.defn(name="refund")
    async def refund(self, order: RefundOrder) -> RefundResult:
        """Raises OutageError while the company cannot be reached."""
        return await steadily(self._gateway.refund(order))
