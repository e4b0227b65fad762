"""What will always go wrong with a subscription that a processor runs, in the source's own dates."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from dunning.calendar import Offset, add_offset
from dunning.case.habit import Habit
from dunning.fleet.payment_dates import Bill, habit, reminds
from dunning.money import Money
from dunning.records.processor_subscriptions import ProcessorSubscription, Terms
from tests.dunning.examples import policy

FEE = Money.parse("USD 19.99")


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def link(pays: date, began: date | None = None, **more: Any) -> ProcessorSubscription:
    terms = Terms.model_validate(
        {"status": "active", "amount": FEE, "begins": at(began or pays), "next_charge": at(pays), **more}
    )
    return ProcessorSubscription(id="I-1", account="a", counts_from=at(pays), terms=terms, looked_at=at(pays))


def bill(due: date = date(2027, 3, 10), owed: Money = FEE, reminds_on: int | None = 5, waits: int = 0) -> Bill:
    return Bill([add_offset(due, Offset(months=each)) for each in range(14)], owed, reminds_on, waits)


def test_due_on_the_10th_reminded_on_the_15th_it_pays_on_the_16th_and_the_10th_is_better() -> None:
    assert habit(link(date(2027, 4, 16), date(2027, 3, 16)), bill(), "UTC") == Habit(
        subscription="I-1",
        due=date(2027, 4, 10),
        reminded=date(2027, 4, 15),
        pays=date(2027, 4, 16),
        next_due=date(2027, 5, 10),
        better=date(2027, 5, 10),
        owed=FEE,
        amount=FEE,
        late=True,
    )


@pytest.mark.parametrize(("day", "late"), [(9, True), (10, False), (14, False), (15, True), (30, True)])
def test_it_is_late_from_the_day_of_the_reminder_on(day: int, *, late: bool) -> None:
    assert bool(habit(link(date(2027, 4, day)), bill(), "UTC")) is late


def test_its_day_is_that_of_the_accounts_own_zone() -> None:
    night = link(date(2027, 4, 14), next_charge=datetime(2027, 4, 15, 3, tzinfo=UTC))
    assert habit(night, bill(), "America/New_York") is None
    assert habit(night, bill(), "UTC")


def test_it_says_that_we_wait_for_it_where_the_policy_does() -> None:
    (near, far) = (habit(link(date(2027, 4, day)), bill(waits=7), "UTC") for day in (16, 28))
    assert near
    assert far
    assert (near.waited, far.waited) == (True, False)


@pytest.mark.parametrize("day", [29, 30, 31])
def test_one_that_began_on_a_day_that_not_every_month_has_was_moved_to_the_1st(day: int) -> None:
    began, due = date(2027, 1, day), date(2026, 12, day)
    found = habit(link(date(2027, 3, 1), began), bill(due, reminds_on=None), "UTC")
    assert found
    assert (found.began, found.pays, found.late, found.better.day) == (began, date(2027, 3, 1), False, 28)
    assert habit(link(date(2027, 3, 1), date(2027, 2, 1)), bill(due, reminds_on=None), "UTC") is None


def test_one_that_pays_less_than_the_fee_never_covers_it() -> None:
    found = habit(link(date(2027, 4, 10), amount=Money.parse("USD 14.99")), bill(), "UTC")
    assert found
    assert (found.short, found.late) == (Money.parse("USD 5.00"), False)
    other = link(date(2027, 4, 10), amount=Money.parse("EUR 1"))
    assert habit(other, bill(), "UTC") is None, "nobody can compare these"


@pytest.mark.parametrize("more", [{"status": "cancelled"}, {"next_charge": None}, {"failed": 1}])
def test_of_one_that_does_not_pay_now_nothing_is_said(more: dict[str, Any]) -> None:
    assert habit(link(date(2027, 4, 16), **more), bill(), "UTC") is None


def test_the_same_is_told_once_in_whatever_month() -> None:
    one, two = (habit(link(date(2027, month, 16)), bill(), "UTC") for month in (4, 5))
    assert one
    assert two
    assert one.key == two.key == "10-16-late"


def test_when_a_policy_reminds_first() -> None:
    assert reminds(policy("hotdoodle"), date(2027, 3, 10)) == 5
    assert reminds(policy("a-small-orange"), date(2027, 3, 10)) == 5
