"""What is listed is true at reading, though Temporal knows only what facts and steps have made."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from dunning.case.decisions import APPROVAL_OF, PROMISED
from dunning.ports.cases import Listed, Wanted
from dunning.states import StateAt
from operations.cases.list_cases import ListCases, Listing
from operations.errors import RefusedError

TODAY = datetime(2026, 12, 8, 9, tzinfo=UTC)


def listed(invoice: str, state: str, coming: str, day: int) -> Listed:
    return Listed(invoice, "running", "a", "p", state, "active", date(2026, 12, day), coming, 1999)


KNOWN = (
    listed("NEW", "scheduled", "issue", 20),
    listed("SENT", "open", "charge", 8),
    listed("LATE", "open", "suspend", 5),
    listed("WORD", "open", PROMISED, 1),
    listed("ASKS", "lapsed", f"{APPROVAL_OF}delete", 1),
    listed("GONE", "lapsed", "delete", 1),
    listed("DEBIT", "in-transit", "ask about charge", 7),
    listed("PAID", "paid", "", 1),
)


class Server:
    """Answers as Temporal does: by the attributes that it has."""

    def __init__(self) -> None:
        self.asked: list[Wanted] = []

    async def listed(self, wanted: Wanted) -> AsyncIterator[Listed]:
        self.asked.append(wanted)
        for each in KNOWN:
            if (not wanted.states or each.state in wanted.states) and (each.coming or "").startswith(wanted.coming):
                yield each


async def rows(state: StateAt | None) -> dict[str, tuple[str | None, int]]:
    cases = ListCases(Server(), lambda: TODAY)  # type: ignore[arg-type]
    return {row.case.invoice: (row.state, row.overdue) async for row in cases.of(Listing(state=state))}


async def test_states_and_days_are_those_of_today() -> None:
    assert await rows(None) == {
        "NEW": ("scheduled", 0),
        "SENT": ("open", 0),
        "LATE": ("overdue", 3),
        "WORD": ("promised", 7),
        "ASKS": ("awaiting-approval", 0),
        "GONE": ("lapsed", 0),
        "DEBIT": ("in-transit", 1),
        "PAID": ("paid", 0),
    }


@pytest.mark.parametrize("state", [word for words in get_args(StateAt) for word in get_args(words)])
async def test_each_state_lists_all_that_read_so(state: StateAt) -> None:
    wanted = {name: row for name, row in (await rows(None)).items() if row[0] == state}
    assert await rows(state) == wanted


def test_what_no_account_can_be_called_is_refused() -> None:
    with pytest.raises(RefusedError, match="is not one"):
        ListCases(Server(), lambda: TODAY).of(Listing(account="a' OR 'b"))  # type: ignore[arg-type]
