"""The hourly look at subscriptions that a processor runs: a webhook may never come."""

from temporalio import activity

from dunning.fleet.open_cases import LookOrder
from operations.processors.look import LookAtAll


class LookAtProcessors:
    """The look, as an activity."""

    def __init__(self, look: LookAtAll) -> None:
        self._look = look

    @activity.defn(name="look_at_processors")
    async def look_at_processors(self, order: LookOrder) -> int:
        """How many of their payments were brought to cases. Safe to repeat. Raises StoreOutageError.

        What cannot be looked at now is looked at in the next hour.
        """
        return await self._look.all(order.at, activity.heartbeat)
