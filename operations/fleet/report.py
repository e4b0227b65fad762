"""Reports about all accounts, from the store's table of open cases."""

from dunning.fleet.ageing import AgeingRow, Owed, ageing
from operations.list_open_cases import CaseNow, ListOpenCases, SortedListing

_NOT_ASKED_FOR = ("lapsed", "void", "waived", "renewed")
"""States in which nothing is payable: the policy voided it, or people did."""


class Reports:
    """Reads the store only; as of when each row was written, and overdue as of now in the case's own zone."""

    def __init__(self, cases: ListOpenCases) -> None:
        self._cases = cases

    async def ageing(self) -> list[AgeingRow]:
        """What is owed on open invoices, by account, currency and days past the due date. Raises StoreOutageError."""
        return ageing(_owed(each) for each in await self._cases.of(SortedListing()) if _is_owed(each))


def _is_owed(found: CaseNow) -> bool:
    return found.row.balance.minor > 0 and found.row.state not in _NOT_ASKED_FOR


def _owed(found: CaseNow) -> Owed:
    return Owed(found.row.account, found.row.customer, found.row.balance, found.overdue)
