"""Golden timelines: what a person expects to read, for each shipped policy, due 1 December 2026."""

from datetime import date, time

import pytest

from adapters.settings.policies import policy_names
from dunning.calendar import local
from dunning.case.case import Opened
from dunning.policy.plan import Action
from dunning.policy.timeline import TimelineError, timeline
from tests.dunning.examples import FOLDER, opened, policy


def lines(case: Opened) -> list[str]:
    return [
        f"{m.day:+4d}  {local(m.at, case.plan.zone):%a %Y-%m-%d %H:%M %Z}  {m.action.value}"
        + (f"  [{m.notice or m.notice_failed}]" if m.notice or m.notice_failed else "")
        + (f"  {m.fee}" if m.fee else "")
        + (f"  needs {m.approvals} approval" if m.approvals else "")
        for m in case.plan.milestones
    ]


@pytest.mark.req("S2-01", "S2-09", "S2-10", "S2-14")
@pytest.mark.req("S2-26", "S2-27", "S2-19")
def test_a_small_orange() -> None:
    assert lines(opened("a-small-orange")) == [
        " -10  Sat 2026-11-21 09:00 EST  issue  [Customer Invoice]",
        "  +0  Tue 2026-12-01 09:00 EST  charge  [Credit Card Payment failed]",
        "  +5  Sun 2026-12-06 09:00 EST  notify  [First Invoice Overdue Notice]",
        "  +9  Thu 2026-12-10 09:00 EST  notify  [Second Invoice Overdue Notice]",
        " +10  Fri 2026-12-11 09:00 EST  suspend  [Service Suspension Notification]",
        " +30  Thu 2026-12-31 09:00 EST  deactivate  [Account Inactive]",
        " +83  Mon 2027-02-22 09:00 EST  notify  [Your Services Will Be Deleted]",
        " +90  Mon 2027-03-01 09:00 EST  delete  needs 1 approval",
    ]


@pytest.mark.req("S3-02", "S3-03", "S3-08", "S3-11", "S3-12", "S3-13", "S3-17", "S3-18", "S3-19", "S3-23")
def test_courtesy_5_10_35() -> None:
    case = opened("courtesy-5-10-35")
    assert lines(case) == [
        " -10  Sat 2026-11-21 09:00 CST  issue  [Courtesy Invoice]",
        "  +0  Tue 2026-12-01 09:00 CST  charge  [Payment Failed]",
        "  +5  Sun 2026-12-06 09:00 CST  charge  [Payment Failed]",
        "  +5  Sun 2026-12-06 09:00 CST  late_fee  USD 35.00",
        " +10  Fri 2026-12-11 09:00 CST  suspend  [Invoice Reminder: Services Suspended]",
        " +28  Tue 2026-12-29 09:00 CST  notify  [Your Services Will Be Deleted]",
        " +35  Tue 2027-01-05 09:00 CST  delete  needs 1 approval",
    ]
    suspend = case.plan.milestone("suspend")
    assert suspend is not None
    assert suspend.services == ("website", "email")


@pytest.mark.req("S4-01", "S4-05", "S4-06", "S4-07", "S4-08", "S4-09", "S4-12", "S4-14")
def test_hotdoodle() -> None:
    assert lines(opened("hotdoodle")) == [
        "  +0  Tue 2026-12-01 09:00 PST  issue",
        "  +5  Sun 2026-12-06 09:00 PST  notify  [Monthly Fees Are Due]",
        " +10  Fri 2026-12-11 09:00 PST  warn_admins  [Payment Warning]",
        " +20  Mon 2026-12-21 09:00 PST  lock  [Website Locked]",
        " +30  Thu 2026-12-31 09:00 PST  suspend  [Website Suspended]",
        " +53  Sat 2027-01-23 09:00 PST  notify  [Website Will Be Deleted]",
        " +60  Sat 2027-01-30 09:00 PST  delete",
        " +60  Sat 2027-01-30 09:00 PST  delete_backups",
    ]


def test_whmcs_default() -> None:
    assert lines(opened("whmcs-default")) == [
        " -14  Tue 2026-11-17 09:00 EST  issue  [Customer Invoice]",
        "  -7  Tue 2026-11-24 09:00 EST  notify  [Invoice Payment Reminder]",
        "  +0  Tue 2026-12-01 09:00 EST  charge  [Credit Card Payment failed]",
        "  +1  Wed 2026-12-02 09:00 EST  notify  [First Invoice Overdue Notice]",
        "  +5  Sun 2026-12-06 09:00 EST  suspend  [Service Suspension Notification]",
        " +23  Thu 2026-12-24 09:00 EST  notify  [Your Services Will Be Deleted]",
        " +30  Thu 2026-12-31 09:00 EST  delete  needs 1 approval",
    ]


@pytest.mark.req("S4-06", "S4-17", "S4-18")
def test_hotdoodle_reminds_on_the_fifteenth_for_the_tenth_and_not_before() -> None:
    """Counted from the day that is paid through, which need not be the due date; nothing is said before."""
    for due in (date(2026, 3, 10), date(2026, 3, 6), date(2026, 3, 13)):
        case = opened("hotdoodle", due=due, paid_through=date(2026, 3, 10))
        mails = [local(m.at, case.plan.zone).date() for m in case.plan.milestones if m.notice]
        assert mails[0] == date(2026, 3, 15), due


def test_every_shipped_policy_is_among_these() -> None:
    assert policy_names(FOLDER) == ["a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default"]


@pytest.mark.parametrize("name", policy_names(FOLDER))
def test_every_step_comes_at_the_local_hour_through_clock_changes(name: str) -> None:
    """A 90-day life always crosses a change of clocks somewhere."""
    for due in (date(2026, 3, 8), date(2026, 3, 20), date(2026, 10, 25), date(2026, 11, 1), date(2028, 2, 29)):
        case = opened(name, due=due)
        for milestone in case.plan.milestones:
            there = local(milestone.at, case.plan.zone)
            assert there.time() == time(9), milestone.name
            assert (there.date() - due).days == milestone.day


def test_the_account_s_own_zone_replaces_the_policy_s() -> None:
    invoice = opened("a-small-orange").invoice
    (first, *_) = timeline(policy("a-small-orange"), invoice, "Asia/Tokyo")
    assert first.at.isoformat() == "2026-11-21T00:00:00+00:00"


def test_a_paid_through_date_far_from_the_due_date_moves_the_milestones_that_count_from_it() -> None:
    case = opened("hotdoodle", paid_through=date(2026, 12, 15))
    assert [m.day for m in case.plan.milestones] == [14, 19, 24, 34, 44, 67, 74, 74]


def test_dates_that_bring_milestones_out_of_order_are_refused_by_name() -> None:
    mixed = policy("a-small-orange").model_copy(
        update={
            "milestones": tuple(
                rule.model_copy(update={"after": "paid-through"}) if rule.action is Action.SUSPEND else rule
                for rule in policy("a-small-orange").milestones
            )
        }
    )
    invoice = opened("a-small-orange").invoice.model_copy(update={"paid_through": date(2026, 11, 1)})
    with pytest.raises(TimelineError, match="'suspend' would come before 'second-overdue'"):
        timeline(mixed, invoice)
