"""Listing the open cases as the table has them: sorted, filtered, in one look, whatever Temporal does meanwhile."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from dunning.calendar import local_date
from dunning.explain.open_cases import as_at
from dunning.ports.open_cases import OpenCases
from dunning.records.open_case import OpenCase
from dunning.states import StateInTable
from operations.errors import RefusedError
from operations.list_cases import filter_by, overdue_days, state_at_reading


class SortedListing(NamedTuple):
    """Which open cases: those with all of these values; an empty one means any. `sort` is a column of the table."""

    state: StateInTable | None = None
    account: str = ""
    policy: str = ""
    sort: str = "number"
    descending: bool = False


class CaseNow(NamedTuple):
    """A row, and what time has made of it: the state now, and the calendar days past the due date in its zone."""

    row: OpenCase
    state: str
    overdue: int


_NEVER = datetime.max.replace(tzinfo=UTC)
_DERIVED: Mapping[str, Callable[[CaseNow], Any]] = {
    "state": lambda found: found.state,
    "overdue": lambda found: found.overdue,
    "coming": lambda found: found.row.coming,
    "coming_at": lambda found: found.row.coming_at or _NEVER,
}
"""What is sorted here, by what it is now: time has changed it since it was written, or it is not in the table."""


class ListOpenCases:
    """`clock` is the wall's: what time alone changes is derived when it is read."""

    def __init__(self, table: OpenCases, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._clock = clock

    async def of(self, asked: SortedListing) -> list[CaseNow]:
        """All of them at once.

        Raises RefusedError for a column that there is not and for a value that none can have, StoreOutageError.
        """
        wanted = filter_by(account=asked.account, policy=asked.policy)
        now, derived = self._clock(), _DERIVED.get(asked.sort)
        column, down = ("number", False) if derived else (asked.sort, asked.descending)
        try:
            rows = await self._table.open_cases(
                now, account=wanted.account, policy=wanted.policy, sort=column, descending=down
            )
        except ValueError as error:
            raise RefusedError(str(error), field="sort") from None
        found = _all_found(rows, now)
        if derived:
            found.sort(key=derived, reverse=asked.descending)
        return [each for each in found if asked.state in (None, each.state)]


def _all_found(rows: tuple[OpenCase, ...], now: datetime) -> list[CaseNow]:
    today = {zone: local_date(now, zone) for zone in {row.zone for row in rows}}
    return [_found(as_at(row, now), today[row.zone]) for row in rows]


def _found(row: OpenCase, today: date) -> CaseNow:
    overdue = overdue_days(row.state, row.due, today)
    state = "dead" if row.died else state_at_reading(row.state, row.coming, overdue) or row.state
    return CaseNow(row, state, overdue)
