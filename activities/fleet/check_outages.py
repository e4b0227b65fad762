"""The look at the way to pay, as an activity."""

from temporalio import activity

from activities.heartbeat import steady
from dunning.fleet.outage_check import LookOrder, LookReport
from operations.windows.check_outages import CheckOutages


class CheckWays:
    """Whatever fails out there is its result, no error."""

    def __init__(self, checking: CheckOutages) -> None:
        self._checking = checking

    @activity.defn(name="check_outages")
    @steady
    async def check(self, order: LookOrder) -> LookReport:
        """Safe to repeat. Raises StoreOutageError: then nothing was written that nobody saw."""
        assert order.at
        return await self._checking.check(order.at)
