"""The hourly check of the table of open cases, as an activity."""

from temporalio import activity

from dunning.fleet.open_cases import CheckOrder, CheckReport
from operations.cases.check_open_cases import CheckOpenCases


class CheckTable:
    """Its heartbeat carries how far it is."""

    def __init__(self, checking: CheckOpenCases) -> None:
        self._checking = checking

    @activity.defn(name="check_open_cases")
    async def check(self, order: CheckOrder) -> CheckReport:
        """Safe to repeat: it begins anew. Raises OutageError while store or Temporal are away."""
        del order
        return await self._checking.check(activity.heartbeat)
