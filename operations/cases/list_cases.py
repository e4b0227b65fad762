"""Listing the cases that are running, or that ended and are still kept by Temporal."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple, cast

from pydantic import ValidationError

from dunning.case.decisions import APPROVAL_OF, PROMISED
from dunning.level import Level
from dunning.ports.cases import Cases, Listed, Wanted
from dunning.states import State, StateAt
from operations.errors import RefusedError

OF_TIME: Mapping[StateAt, tuple[tuple[State, ...], str]] = {
    "promised": (("scheduled", "open", "lapsed"), PROMISED),
    "awaiting-approval": (("scheduled", "open", "lapsed"), APPROVAL_OF),
    "overdue": (("scheduled", "open"), ""),
}
"""What Temporal is asked for instead of a state that time makes: states by facts, and how the next step begins."""


class Listing(NamedTuple):
    """Which cases: those with all of these values; an empty one means any. `ended`: closed ones, too."""

    state: StateAt | None = None
    account: str = ""
    policy: str = ""
    level: Level | None = None
    ended: bool = False


class CaseRow(NamedTuple):
    """A listed case with its state as of now, and the days that it is overdue while something is payable."""

    case: Listed
    state: str | None
    overdue: int


class ListCases:
    """What time makes of a case is derived here, at reading, in UTC days: Temporal does not know the case's zone."""

    def __init__(self, cases: Cases, clock: Callable[[], datetime]) -> None:
        self._cases = cases
        self._clock = clock

    def of(self, asked: Listing) -> AsyncIterator[CaseRow]:
        """One at a time. Raises RefusedError for a value that none can have, and OutageError, also while it goes on."""
        state = asked.state
        states, coming = OF_TIME.get(state, ((cast("State", state),), "")) if state else ((), "")
        wanted = filter_by(account=asked.account, policy=asked.policy)
        if asked.ended:  # an earlier life may have been in that state, so the last one is looked at
            return _chosen(self._last_lives(wanted.model_copy(update={"ended": True})), asked)
        return _chosen(self._rows(wanted.model_copy(update={"states": states, "coming": coming})), asked)

    async def _last_lives(self, wanted: Wanted) -> AsyncIterator[CaseRow]:
        """Each invoice once: Temporal lists the running life first, then the one that closed last."""
        known = set[str]()
        async for row in self._rows(wanted):
            if row.case.invoice not in known:
                yield row
            known.add(row.case.invoice)

    async def _rows(self, wanted: Wanted) -> AsyncIterator[CaseRow]:
        today = self._clock().date()
        async for case in self._cases.listed(wanted):
            overdue = overdue_days(case.state, case.due, today)
            yield CaseRow(case, state_at_reading(case.state, case.coming, overdue), overdue)


async def _chosen(rows: AsyncIterator[CaseRow], asked: Listing) -> AsyncIterator[CaseRow]:
    async for row in rows:
        if asked.state in (None, row.state) and asked.level in (None, row.case.level):
            yield row


def filter_by(*, account: str, policy: str) -> Wanted:
    """What is wanted. Raises RefusedError for a value that none can have."""
    try:
        return Wanted(account=account, policy=policy)
    except ValidationError as error:
        wrong = error.errors()[0]
        value, field = wrong["input"], str(wrong["loc"][0])
        reason = f"{value!r} is not one: letters, digits, dots, dashes and underscores"
        raise RefusedError(reason, field=field) from None


def state_at_reading(state: str | None, coming: str | None, overdue: int) -> str | None:
    """The same word as `dunning.rules.state_at` finds in the whole case, from what is written down of it."""
    if state not in ("scheduled", "open", "lapsed") or not coming:
        return state
    if coming == PROMISED:
        return "promised"
    if coming.startswith(APPROVAL_OF):
        return "awaiting-approval"
    return "overdue" if overdue else state


def overdue_days(state: str | None, due: date | None, today: date) -> int:
    """Calendar days past the due date while something is payable, else 0."""
    payable = due is not None and state in ("scheduled", "open", "in-transit", "deleted")
    return max(0, (today - due).days) if payable and due else 0
