"""The hourly look at maintenance windows that are over, as an activity."""

from temporalio import activity

from activities.heartbeat import steady
from dunning.fleet.open_cases import FollowUpOrder
from operations.windows.follow_up import FollowUpWindows


class FollowWindows:
    """Through the use case."""

    def __init__(self, following: FollowUpWindows) -> None:
        self._following = following

    @activity.defn(name="follow_windows")
    @steady
    async def follow_windows(self, order: FollowUpOrder) -> int:
        """How many tickets were opened or completed. Safe to repeat. Raises StoreOutageError."""
        return await self._following.follow_up(order.at)
