"""Until when a subscription is paid for: a period further with each payment, from where it was (S4-16)."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.money import Money
from dunning.subscriptions.renewals import Renewal, paid_through
from dunning.subscriptions.schedule import anchored


def renewal(number: int, outcome: str, anchor: date = date(2026, 3, 10)) -> Renewal:
    """Whoever pays on whichever day: no day of payment is anywhere here."""
    schedule = anchored(anchor, "monthly")
    return Renewal(
        subscription="web",
        number=number,
        invoice=f"INV-{number}",
        starts=schedule.renewal(number),
        ends=schedule.renewal(number + 1),
        amount=Money.parse("USD 20.00"),
        at=datetime(2026, 3, 1, tzinfo=UTC),
        outcome=outcome,
    )


@pytest.mark.req("S4-16")
def test_a_payment_moves_it_by_a_period_from_where_it_was() -> None:
    began = date(2026, 3, 10)
    assert paid_through(began, [renewal(0, "")]) == began
    assert paid_through(began, [renewal(0, "paid")]) == date(2026, 4, 10), "3/10 plus one month, paid on 3/16 or not"
    assert paid_through(began, [renewal(0, "paid"), renewal(1, "paid")]) == date(2026, 5, 10)


@given(st.lists(st.sampled_from(["paid", "waived", "", "void", "deleted", "renewed"]), max_size=8))
def test_it_moves_once_for_each_payment_and_never_for_what_nobody_is_asked_for(outcomes: list[str]) -> None:
    renewals = [renewal(number, outcome) for number, outcome in enumerate(outcomes)]
    asked = [each for each in renewals if each.outcome in ("paid", "waived", "")]
    paid = sum(each.outcome in ("paid", "waived") for each in asked)
    expected = [renewals[0].starts if renewals else date(2026, 3, 10), *(each.ends for each in asked)][paid]
    for order in list(permutations(renewals))[:24]:
        assert paid_through(date(2026, 3, 10), order) == expected
