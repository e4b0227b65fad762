"""What a case remembers of each step: its own story, its attempts, its ledger."""

from datetime import datetime, timedelta

import pytest

from dunning.case.case import Case, Deferral, Done, open_case
from dunning.case.ledger import Kind
from dunning.case.results import (
    Charged,
    Declined,
    Deferred,
    Deleted,
    Delivered,
    NoMethod,
    Noted,
    NotOurs,
    Pending,
    Refunded,
    Reinstated,
    Restricted,
    Result,
    Undelivered,
    Unknown,
)
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import Action, Milestone
from dunning.rules.record import recorded, reinstated
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, WHMCS, moment, step
from tests.dunning.examples import before_issue, opened, pays

PRICE = Money.parse("USD 19.99")
HOUR = timedelta(hours=1)


def after(case: Case, name: str, result: Result, now: datetime) -> Case:
    return recorded(case, step(case, name), result, now)


@pytest.mark.parametrize(
    ("name", "result", "kind", "detail"),
    [
        ("suspend", Restricted(level=Level.SUSPENDED), "restricted", "suspended"),
        ("suspend", NotOurs(reason="INV-2 was paid"), "not_ours", "INV-2 was paid"),
        ("first-overdue", Delivered(notice="n-7"), "delivered", "n-7"),
        ("first-overdue", Undelivered(notice="n-7", reason="550 no such user"), "undelivered", "550 no such user"),
        ("charge", Declined(code="card_declined", message="Your card was declined."), "declined", "card_declined"),
        ("charge", NoMethod(), "no_method", ""),
        ("delete", Deleted(services=("site", "mail")), "deleted", "site, mail"),
        ("delete", Deleted(), "deleted", ""),
        ("delete", Noted(note="by hand"), "noted", "by hand"),
    ],
)
def test_the_story_says_what_came_of_a_step_and_when(name: str, result: Result, kind: str, detail: str) -> None:
    case, now = moment(ASO, 2)
    done = after(case, name, result, now).done[-1]
    assert (done.step, done.action, done.at, done.kind, done.detail) == (
        name, step(case, name).action, now, kind, detail,
    )  # fmt: skip


def test_only_a_notice_has_a_title_in_the_story() -> None:
    case, now = moment(COURTESY, 9)
    assert case.done[0].notice == "Courtesy Invoice"
    assert after(case, "suspend", Restricted(level=Level.SUSPENDED), now).done[-1].notice == ""


def test_the_story_of_a_charge_says_how_much_was_paid_and_the_ledger_with_what() -> None:
    case, now = moment(ASO, -1)
    case = after(case, "charge", Charged(payment="ch-1", amount=PRICE, at=now - HOUR, method="visa 4242"), now)
    assert case.done[-1] == Done(step="charge", action=Action.CHARGE, at=now, kind="charged", detail="USD 19.99")
    line = case.entries[-1]
    assert (line.id, line.kind, line.amount, line.at, line.note) == (
        "ch-1", Kind.PAYMENT, PRICE, now - HOUR, "visa 4242",
    )  # fmt: skip
    assert [(a.step, a.kind, a.payment, a.at) for a in case.attempts] == [("charge", "charged", "ch-1", now)]


def test_a_charge_that_succeeds_after_the_invoice_lapsed_is_parked() -> None:
    case, now = moment(ASO, 31)
    assert case.lapsed
    late = Milestone(name="late-charge", action=Action.CHARGE, at=now, day=31)
    case = recorded(case, late, Charged(payment="ch-1", amount=PRICE, at=now), now)
    assert case.entries[-1].kind is Kind.PARKED


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (
            Declined(code="insufficient_funds", message="Your card has too little money."),
            "Your card has too little money.",
        ),
        (Declined(code="insufficient_funds"), "insufficient_funds"),
        (NoMethod(), "no valid payment method on file"),
    ],
)
def test_a_failed_charge_keeps_the_words_for_the_customer(result: Result, message: str) -> None:
    case, now = moment(ASO, -1)
    (attempt,) = after(case, "charge", result, now).attempts
    assert (attempt.step, attempt.message, attempt.at, attempt.ask_at) == ("charge", message, now, None)


@pytest.mark.parametrize("ask_in", [HOUR, timedelta(0), -HOUR])
@pytest.mark.parametrize("kind", ["pending", "unknown"])
def test_what_is_on_its_way_is_asked_for_again_and_never_in_the_past(kind: str, ask_in: timedelta) -> None:
    case, now = moment(ASO, -1)
    ask_at = now + ask_in
    result = Pending(payment="ch-1", ask_at=ask_at) if kind == "pending" else Unknown(ask_at=ask_at)
    case = after(case, "charge", result, now)
    assert case.in_transit is not None
    assert (case.in_transit.kind, case.in_transit.ask_at) == (kind, max(ask_at, now))
    assert "charge" not in case.steps_done


def test_only_the_latest_word_on_an_attempt_counts() -> None:
    case, now = moment(ASO, -1)
    for result in (Unknown(ask_at=now), Pending(payment="ch-1", ask_at=now), Declined(code="returned")):
        case = after(case, "charge", result, now)
    assert [(a.step, a.kind) for a in case.attempts] == [("charge", "declined")]
    assert case.in_transit is None


# Money that goes back


def refund_of(payment: str, now: datetime) -> Milestone:
    return Milestone(name=f"refund:{payment}", action=Action.REFUND, at=now, day=0)


def test_a_refund_names_the_payment_it_takes_back_and_the_company_s_word_for_it() -> None:
    case, now = moment(ASO, 2, (1, pays("USD 25.00")))
    excess = Money.parse("USD 5.01")
    case = recorded(case, refund_of("p-1", now), Refunded(refund="re-1", amount=excess), now)
    line = case.entries[-1]
    assert (line.id, line.kind, line.amount, line.at, line.of, line.note) == (
        "refund:p-1", Kind.REFUND, excess, now, "p-1", "re-1",
    )  # fmt: skip
    assert case.done[-1] == Done(step="refund:p-1", action=Action.REFUND, at=now, kind="refunded", detail="USD 5.01")


def test_a_declined_refund_is_no_failed_charge() -> None:
    case, now = moment(ASO, 2, (1, pays("USD 25.00")))
    after_refund = recorded(case, refund_of("p-1", now), Declined(code="too_old"), now)
    assert after_refund.attempts == case.attempts
    assert after_refund.entries == case.entries
    assert (after_refund.done[-1].kind, after_refund.done[-1].detail) == ("declined", "too_old")


def test_a_credit_takes_exactly_what_is_too_much() -> None:
    for paid_in, credited in (("USD 25.00", [501]), ("USD 20.00", [1]), ("USD 19.99", []), ("USD 5.00", [])):
        case, now = moment(ASO, -1)
        case = pays(paid_in)(case, now)
        credit = Milestone(name="credit:2", action=Action.CREDIT, at=now, day=0)
        case = recorded(case, credit, Noted(), now)
        assert [(e.amount.minor) for e in case.entries if e.kind is Kind.CREDIT] == credited


# Restricting and reinstating


def test_each_reinstatement_stands_in_the_story_and_says_who_else_holds_the_service() -> None:
    case, now = moment(ASO, 11)
    assert case.level is Level.SUSPENDED
    case = reinstated(case, Reinstated(level=Level.LOCKED, remaining=("abuse", "INV-7")), now)
    assert (case.level, case.lifted, case.remaining_holds) == (Level.ACTIVE, True, ("abuse", "INV-7"))
    case = reinstated(case, Reinstated(level=Level.ACTIVE), now + HOUR)
    assert case.remaining_holds == ()
    assert list(case.done[-2:]) == [
        Done(
            step="reinstate:1", action=Action.REINSTATE, at=now, kind="reinstated", detail="still held by abuse, INV-7"
        ),
        Done(step="reinstate:2", action=Action.REINSTATE, at=now + HOUR, kind="reinstated", detail="active"),
    ]


def test_a_service_restricted_again_is_not_given_back_yet() -> None:
    case, now = moment(ASO, 9)
    case = reinstated(case, Reinstated(level=Level.ACTIVE), now)
    case = after(case, "suspend", Restricted(level=Level.SUSPENDED), now)
    assert case.lifted is False


def test_a_step_put_off_is_not_done_and_never_put_off_into_the_past() -> None:
    case, now = moment(ASO, 9)
    for until in (now + HOUR, now - HOUR):
        later = after(case, "suspend", Deferred(until=until, reason="the panel is being repaired"), now)
        assert later.done == case.done
        assert later.deferrals == (
            Deferral(step="suspend", at=now, until=max(until, now), reason="the panel is being repaired"),
        )


def test_an_invoice_that_lapses_is_written_off_by_policy() -> None:
    case, now = moment(ASO, 29)
    case = after(case, "deactivate", Restricted(level=Level.INACTIVE), now)
    line = case.entries[-1]
    assert (line.id, line.kind, line.amount, line.at, line.note) == (
        "deactivate:void", Kind.VOID, PRICE, now, "by policy",
    )  # fmt: skip


def test_deleting_back_ups_changes_no_level() -> None:
    case, now = moment(HOTDOODLE, 54)
    case = after(case, "delete", Deleted(), now)
    assert after(case, "delete-backups", Deleted(), now).level is Level.DELETED
    early, then = moment(HOTDOODLE, 31)
    assert after(early, "delete-backups", Deleted(), then).level is Level.SUSPENDED


# Fees


@pytest.mark.parametrize(
    ("attempts", "fees"),
    [
        ([], 0),
        (["no_method"], 0),
        (["declined"], 1),
        (["declined", "no_method"], 0),
        (["no_method", "declined"], 1),
    ],
)
def test_where_a_fee_needs_an_attempt_the_latest_one_counts(attempts: list[str], fees: int) -> None:
    case, now = moment(COURTESY, -1)
    for name, kind in zip(("charge", "second-charge"), attempts, strict=False):
        case = after(case, name, NoMethod() if kind == "no_method" else Declined(code="no"), now)
    fee = step(case, "late-fee")
    for without, expected in ((False, fees), (True, 1)):
        charged = recorded(case, fee.model_copy(update={"fee_without_attempt": without}), Noted(), now)
        lines = [e for e in charged.entries if e.kind is Kind.LATE_FEE]
        assert [(e.id, str(e.amount), e.at) for e in lines] == [("late-fee", "USD 35.00", now)] * expected


def test_the_reactivation_fee_is_asked_for_with_the_suspension_and_for_nothing_else() -> None:
    case, now = moment(HOTDOODLE, 29)
    assert [e.kind for e in case.entries] == [Kind.INVOICE]
    line = after(case, "suspend", Restricted(level=Level.SUSPENDED), now).entries[-1]
    assert (line.id, line.kind, str(line.amount), line.at) == (
        "suspend:reactivation-fee", Kind.REACTIVATION_FEE, "USD 75.00", now,
    )  # fmt: skip


# A case opened late


def test_a_notice_whose_day_was_over_before_the_case_began_is_left_out_and_the_story_says_so() -> None:
    opening = opened(WHMCS)
    late = opening.plan.milestones[1].at + HOUR
    case = open_case(opening, late)
    (notice,) = [m.name for m in opening.plan.milestones if m.action is Action.NOTIFY and m.day < 0]
    assert case.done == (Done(step=notice, action=Action.NOTIFY, at=late, kind="skipped", detail="its day was over"),)
    assert case.opened_at == late
    for in_time in (before_issue(opening), opening.plan.milestones[1].at):
        assert open_case(opening, in_time).done == ()


def test_notices_after_the_due_date_come_however_late_the_case_began() -> None:
    opening = opened(ASO)
    assert open_case(opening, before_issue(opening) + timedelta(days=100)).done == ()
    early = opening.plan.model_copy(
        update={"milestones": tuple(m.model_copy(update={"day": 0}) for m in opening.plan.milestones)}
    )
    assert open_case(opening.model_copy(update={"plan": early}), early.milestones[-1].at).done == ()


def test_what_is_overdue_is_counted_in_local_days_while_something_is_owed() -> None:
    case, now = moment(ASO, 11)
    assert case.overdue_days(now) == 11
    assert case.overdue_days(now - timedelta(days=11)) == 0
    assert case.overdue_days(now - timedelta(days=30)) == 0
    assert pays()(case, now).overdue_days(now) == 0
    lapsed, then = moment(ASO, 31)
    assert lapsed.overdue_days(then) == 0
