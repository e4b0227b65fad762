"""Which payment of a processor's subscription a step waits for, and which steps wait at all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dunning.case.case import Deferral
from dunning.case.update import changed
from dunning.payments.awaited import MOST, WORDS, awaits, expected
from dunning.policy.plan import Action, Awaits
from dunning.records.processor_subscriptions import ProcessorSubscription, Terms
from tests.dunning.evenings import ASO, moment

NOW = datetime(2027, 3, 10, 9, tzinfo=UTC)
DAY = timedelta(days=1)
WAIT, TAKE_OVER = Awaits(days=7), Awaits(days=7, take_over=True)


def link(name: str = "I-1", **terms: Any) -> ProcessorSubscription:
    its = Terms.model_validate({"status": "active", **terms})
    return ProcessorSubscription(id=name, account="a", counts_from=NOW, terms=its, looked_at=NOW)


@pytest.mark.parametrize(
    ("days", "waits"), [(-2, False), (-1, False), (-0.99, True), (0, True), (7, True), (7.01, False)]
)
def test_a_payment_is_awaited_when_it_is_near_and_until_the_day_after_it(days: float, *, waits: bool) -> None:
    when = NOW + days * DAY
    found = expected([link(next_charge=when)], WAIT, NOW)
    assert bool(found) is waits
    assert found is None or (found.at, found.until) == (when, when + DAY)


def test_the_first_of_several_is_awaited() -> None:
    found = expected([link("I-1", next_charge=NOW + 5 * DAY), link("I-2", next_charge=NOW + 3 * DAY)], WAIT, NOW)
    assert found
    assert found.subscription == "I-2"


@pytest.mark.parametrize("status", ["approval_pending", "approved", "suspended", "cancelled", "expired"])
def test_one_that_does_not_pay_is_not(status: str) -> None:
    assert expected([link(status=status, next_charge=NOW + DAY)], WAIT, NOW) is None


def test_a_failed_payment_is_awaited_where_it_is_tried_again_unless_we_take_over() -> None:
    failed: dict[str, Any] = {"next_charge": NOW + 30 * DAY, "retry_at": NOW + 4 * DAY}
    for count in (1, 2):
        again = expected([link("I-1", failed=count, **failed)], WAIT, NOW)
        assert again
        assert again.at == NOW + 4 * DAY
        assert expected([link("I-1", failed=count, **failed)], TAKE_OVER, NOW) is None
    given_up = {**failed, "retry_at": None}
    assert expected([link("I-1", failed=3, **given_up)], WAIT, NOW) is None
    assert expected([link(next_charge=NOW + DAY)], TAKE_OVER, NOW)


def test_steps_of_the_plan_wait_so_often_and_no_more_and_never_the_invoice_itself() -> None:
    case, _ = moment(ASO, 3)
    by_action = {each.action: each for each in case.plan.milestones}
    assert awaits(case, by_action[Action.ISSUE]) is None
    reminder = by_action[Action.SUSPEND]
    assert awaits(case, reminder) == case.plan.awaits == WAIT
    assert awaits(case, reminder.model_copy(update={"name": "confirm:x"})) is None
    for number in range(MOST):
        assert awaits(case, reminder), number
        waited = Deferral(step=reminder.name, at=NOW, until=NOW, reason=f"{WORDS} on some day")
        other = Deferral(step=reminder.name, at=NOW, until=NOW, reason="the breaker")
        case = changed(case, deferrals=(*case.deferrals, waited, other))
    assert awaits(case, reminder) is None
    assert awaits(case, by_action[Action.CHARGE])
    fresh, _ = moment(ASO, 3)
    none = changed(fresh, plan=fresh.plan.model_copy(update={"awaits": Awaits()}))
    assert awaits(none, reminder) is None
