"""Listing the table: what time has made of a row since it was written, and in which order rows come."""

from datetime import date, datetime, timedelta

import pytest

from dunning.case.case import Case, open_case
from dunning.case.decisions import Perform
from dunning.case.facts import Promise
from dunning.case.results import Delivered
from dunning.explain.open_cases import row_of
from dunning.ports.open_cases import Other
from dunning.records.open_case import OpenCase
from dunning.rules.machine import decide
from dunning.rules.promises import promised
from dunning.rules.record import recorded
from dunning.rules.state_at import state_at
from operations.cases.list_open_cases import ListOpenCases, SortedListing
from operations.errors import RefusedError
from tests.dunning.examples import before_issue, opened

BEGUN = opened("whmcs-default")
AT = before_issue(BEGUN)


class Table:
    """Rows as the store gives them: with a snapshot only where the next step's time has come."""

    def __init__(self, *rows: OpenCase, closed: tuple[OpenCase, ...] = ()) -> None:
        self.rows = rows
        self.closed = closed

    async def closed_cases(self, account: str = "", policy: str = "", outcome: str = "") -> tuple[OpenCase, ...]:
        assert (account, policy) == ("", "")
        return tuple(row for row in self.closed if outcome in ("", row.state))

    async def closed_cases_of(self, accounts: object, numbers: object) -> tuple[OpenCase, ...]:
        raise NotImplementedError

    async def open_cases(
        self, now: datetime, *, account: str = "", policy: str = "", sort: str = "number", descending: bool = False
    ) -> tuple[OpenCase, ...]:
        assert (account, policy) == ("", "")
        rows = [
            row if row.coming_at and row.coming_at <= now else row.model_copy(update={"snapshot": ""})
            for row in self.rows
        ]
        return tuple(sorted(rows, key=lambda row: getattr(row, sort), reverse=descending))

    async def put_open(self, rows: object) -> None: ...

    async def open_case(self, number: str) -> OpenCase | None: ...

    async def note_deaths(self, died: object) -> None: ...

    async def forget_open(self, rows: object) -> None: ...

    def note(self, row: OpenCase, other: Other | None = None) -> None: ...


def issued(number: str = "INV-1", due: date | None = None) -> tuple[Case, datetime]:
    begun = opened("whmcs-default", due=due or date(2026, 12, 1), number=number)
    case, now = open_case(begun, before_issue(begun)), begun.plan.milestones[0].at
    step = decide(case, now)
    assert isinstance(step, Perform)
    return recorded(case, step.milestone, Delivered(notice="n"), now), now


def row(case: Case, now: datetime) -> OpenCase:
    made = row_of(case, now)
    assert made is not None
    return made


async def test_overdue_is_derived_at_reading_in_the_case_s_own_zone() -> None:
    case, now = issued()
    table = Table(row(case, now))
    for days in (0, 13, 15, 40):
        later = now + timedelta(days=days)
        (found,) = await ListOpenCases(table, lambda later=later: later).of(SortedListing())
        assert found.overdue == case.overdue_days(later)
        assert found.row.as_of == now


async def test_a_promise_that_ended_is_none_any_more_though_nobody_wrote() -> None:
    case, now = issued()
    case = promised(case, Promise(until=date(2026, 12, 20)))
    table = Table(row(case, now))
    for later in (now, datetime(2026, 12, 20, 12, tzinfo=now.tzinfo), datetime(2026, 12, 22, tzinfo=now.tzinfo)):
        (found,) = await ListOpenCases(table, lambda later=later: later).of(SortedListing())
        assert found.state == state_at(case, later)
    assert await ListOpenCases(table, lambda: now).of(SortedListing(state="promised")) != []
    after = datetime(2026, 12, 22, tzinfo=now.tzinfo)
    assert await ListOpenCases(table, lambda: after).of(SortedListing(state="promised")) == []


async def test_what_is_derived_can_be_sorted_by() -> None:
    rows = [row(*issued(number, due)) for number, due in (("A", date(2026, 12, 3)), ("B", date(2026, 11, 1)))]
    listing = ListOpenCases(Table(*rows), lambda: datetime(2026, 12, 2, tzinfo=AT.tzinfo))
    assert [each.row.number for each in await listing.of(SortedListing(sort="overdue", descending=True))] == ["B", "A"]
    assert [each.row.number for each in await listing.of(SortedListing(sort="overdue"))] == ["A", "B"]
    assert [each.state for each in await listing.of(SortedListing(sort="state"))] == ["open", "overdue"]


async def test_the_next_step_is_sorted_by_as_it_is_now_and_nothing_to_come_comes_last() -> None:
    (case, now), (other, _) = issued("A", date(2026, 12, 25)), issued("B", date(2026, 12, 23))
    waits = row(promised(case, Promise(until=date(2026, 12, 12))), now)
    rows = (waits, row(other, now), row(case, now).model_copy(update={"number": "C", "coming_at": None}))
    assert waits.coming_at
    assert rows[1].coming_at
    assert waits.coming_at < rows[1].coming_at
    listing = ListOpenCases(Table(*rows), lambda: datetime(2026, 12, 14, tzinfo=AT.tzinfo))
    for descending, order in ((False, ["B", "A", "C"]), (True, ["C", "A", "B"])):
        found = await listing.of(SortedListing(sort="coming_at", descending=descending))
        assert [each.row.number for each in found] == order


async def test_a_snapshot_of_another_version_is_shown_as_it_was_written() -> None:
    case, now = issued()
    old = row(case, now).model_copy(update={"snapshot": "b2xk", "coming_at": now})
    (found,) = await ListOpenCases(Table(old), lambda: now).of(SortedListing())
    assert found.row == old


async def test_a_value_that_no_case_can_have_is_refused() -> None:
    with pytest.raises(RefusedError, match="account"):
        await ListOpenCases(Table(), lambda: AT).of(SortedListing(account="x' OR 'a"))


def over(number: str, state: str, minor: int = 0) -> OpenCase:
    case, now = issued(number)
    balance = case.balance.model_copy(update={"minor": minor})
    return row(case, now).model_copy(update={"state": state, "balance": balance, "zone": "", "coming_at": None})


async def test_closed_ones_are_found_by_their_end_and_each_invoice_is_one_line() -> None:
    running = [row(*issued(number, date(2026, 12, day))) for number, day in (("B", 3), ("D", 9))]
    closed = (over("A", "paid"), over("C", "void"), over("D", "paid"))
    listing = ListOpenCases(Table(*running, closed=closed), lambda: AT)

    async def told(**asked: object) -> list[tuple[str, bool]]:
        return [(each.row.number, each.closed) for each in await listing.of(SortedListing()._replace(**asked))]

    assert await told() == [("B", False), ("D", False)]
    assert await told(closed=True) == [("A", True), ("B", False), ("C", True), ("D", True)], "D closed meanwhile"
    assert await told(state="paid") == [("A", True), ("D", True)]
    assert await told(state="waived") == []


@pytest.mark.parametrize(
    ("sort", "order"), [("balance", "CAB"), ("due", "ABC"), ("coming_at", "BAC"), ("state", "BAC")]
)
async def test_closed_ones_are_sorted_among_the_others(sort: str, order: str) -> None:
    closed = (over("A", "paid", 700), over("C", "void", -1))
    listing = ListOpenCases(Table(row(*issued("B")), closed=closed), lambda: AT)
    found = await listing.of(SortedListing(sort=sort, closed=True))
    assert "".join(each.row.number for each in found) == order
