"""The last day, cent and level at which a policy is still accepted, and what a plan takes over from it."""

from collections.abc import Callable
from typing import Any

import pytest

from dunning.holds import Hold, Rule, after_payment
from dunning.level import Level
from dunning.money import Money
from dunning.policy.check import findings
from dunning.policy.file import MilestoneRule, Policy
from dunning.policy.finding import Finding
from dunning.policy.plan import Excess
from dunning.policy.timeline import plan_for
from tests.dunning.evenings import ASO
from tests.dunning.examples import at, opened, policy
from tests.dunning.life import utc

ISSUE = {"action": "issue", "offset": -10, "notice": "Invoice"}
WARN: dict[str, Any] = {"action": "notify", "offset": 5, "notice": "Overdue", "warns_of": ["suspend"]}
SUSPEND = {"action": "suspend", "offset": 10}


def written(*milestones: dict[str, Any], **more: Any) -> Policy:
    base = {"name": "mine", "title": "Mine", "currency": "USD", "zone": "UTC", "hour": "09:00", "version": "v7"}
    return Policy.model_validate({**base, "milestones": milestones, **more})


def test_the_smallest_fee_is_a_cent_and_the_fee_for_reactivation_is_checked_too() -> None:
    fee = {"action": "late_fee", "offset": 7, "fee": "USD 0.01"}
    both = {**WARN, "warns_of": ["late-fee", "suspend"]}
    assert findings(written(ISSUE, both, fee, SUSPEND)) == []
    assert findings(written(ISSUE, WARN, SUSPEND, reinstatement={"fee": "EUR 5"})) == [
        Finding("reinstatement.fee", "EUR 5.00 must be a positive amount of the policy's currency, USD")
    ]


def test_each_restriction_goes_further_than_the_one_before() -> None:
    again = {"action": "suspend", "name": "again", "offset": 12}
    both = {**WARN, "warns_of": ["suspend", "again"]}
    assert findings(written(ISSUE, both, SUSPEND, again)) == [
        Finding("milestones[3].action", "'again' does not go beyond 'suspended'")
    ]


UNWARNED = (
    "'suspend' is a consequence without a warning before it: a milestone on or after the due date and before it has to "
    'announce it: warns_of = ["suspend"], and a notice that says so'
)
NO_GRACE = "'suspend' on day 0 leaves no grace period; write confirm_no_grace = true if that is what you want"


@pytest.mark.parametrize(
    ("milestones", "confirmed", "found"),
    [
        ((ISSUE, {**SUSPEND, "offset": 1}), False, [Finding("milestones[1]", UNWARNED)]),
        ((ISSUE, {**SUSPEND, "offset": 1}), True, [Finding("milestones[1]", UNWARNED)]),
        (
            (ISSUE, {**SUSPEND, "offset": 0}),
            False,
            [Finding("milestones[1]", UNWARNED), Finding("milestones[1].offset", NO_GRACE)],
        ),
        ((ISSUE, {**SUSPEND, "offset": 0}), True, []),
        ((ISSUE, {**WARN, "offset": 0}, {**SUSPEND, "offset": 1}), False, []),
    ],
)
def test_a_day_of_grace_and_a_warning_are_asked_for(
    milestones: tuple[dict[str, Any], ...], confirmed: bool, found: list[Finding]
) -> None:
    assert findings(written(*milestones, confirm_no_grace=confirmed)) == found


def test_what_is_no_milestone_is_refused_with_all_that_are() -> None:
    with pytest.raises(ValueError, match=r"choose one of issue, charge, notify, late_fee, warn_admins, lock, suspend,"):
        MilestoneRule.model_validate({"action": "close", "offset": 5})


def test_more_digits_than_the_currency_has_are_refused_with_their_number() -> None:
    for text, words in (
        ("JPY 1.5", "it has 0 decimal"),
        ("USD 1.555", "it has 2 decimal"),
        ("KWD 1.0001", "3 decimal"),
    ):
        with pytest.raises(ValueError, match=words):
            Money.parse(text)


@pytest.mark.parametrize("text", ["five", "", "USD 5 EUR", "5,00"])
def test_a_currency_given_beside_makes_no_amount_of_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        Money.parse(text, "EUR")


def test_equal_amounts_are_not_less() -> None:
    less: Callable[[Money, Money], bool] = lambda a, b: a < b  # noqa: E731
    assert not less(Money.parse("USD 1"), Money.parse("USD 1.00"))


def test_a_plan_takes_over_all_that_a_running_case_needs() -> None:
    hours = {**WARN, "offset": "PT36H"}
    mine = written(
        ISSUE,
        hours,
        SUSPEND,
        excess="refund",
        payment_notice="Thanks",
        reinstatement={"rule": "all-past-due", "fee": "USD 5"},
    )
    invoice = opened(ASO).invoice
    plan = plan_for(mine, invoice)
    assert (plan.policy, plan.version, plan.zone, plan.excess) == ("mine", "v7", "UTC", Excess.REFUND)
    assert (plan.payment_notice, plan.rule, str(plan.reactivation_fee)) == (
        "Thanks",
        Rule.ALL_PAST_DUE,
        "USD 5.00",
    )
    assert [(m.at, m.day) for m in plan.milestones] == [
        (utc("2026-11-21 09:00"), -10), (utc("2026-12-02 21:00"), 1), (utc("2026-12-11 09:00"), 10),
    ]  # fmt: skip


def test_a_plan_keeps_the_account_s_own_zone_for_its_steps() -> None:
    plan = plan_for(policy(ASO), opened(ASO).invoice, "Asia/Tokyo")
    assert plan.zone == "Asia/Tokyo"
    assert plan.milestones[0].at == utc("2026-11-21 00:00")
    assert plan_for(policy(ASO), opened(ASO).invoice).milestones[0].at == at(opened(ASO), -10)


def test_a_hold_that_is_handed_on_stands_beside_the_own_one_on_another_service() -> None:
    """Its own touches one service; the one handed on touches every one."""
    now = utc("2026-12-11 14:00")
    lifted = Hold(account="a", source="INV-1", level=Level.SUSPENDED, since=now)
    own = Hold(account="a", source="INV-2", level=Level.LOCKED, since=now, service="website")
    after = after_payment([lifted, own], ["INV-1"], Rule.ALL_PAST_DUE, ["INV-2"])
    assert after == (own, lifted.model_copy(update={"source": "INV-2"}))
