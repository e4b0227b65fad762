"""Whole lives under the shipped policies, told in the words of the source documents."""

from datetime import date, timedelta

import pytest

from dunning.case.case import Case, Opened
from dunning.case.decisions import Finish, Perform, Wait
from dunning.case.facts import DueDateChange, Payment, Promise, Reversal, Void, Waiver
from dunning.case.ledger import Kind
from dunning.case.orders import NoticeOrder, RestrictOrder
from dunning.case.results import NotOurs
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import Action
from dunning.rules.machine import decide
from dunning.rules.money_in import paid, reversed_
from dunning.rules.order_for import order_for
from dunning.rules.promises import promised
from dunning.rules.record import recorded
from dunning.rules.state_at import state_at
from dunning.rules.updates import due_date_changed, voided, waived
from dunning.tickets.ticket import TicketOrder
from tests.dunning.evenings import days
from tests.dunning.examples import DUE, approves, at, before_issue, opened, pays
from tests.dunning.life import Fact, Life, World, live

ASO, COURTESY, HOTDOODLE = "a-small-orange", "courtesy-5-10-35", "hotdoodle"


def never_paid(name: str, *facts: tuple[int, Fact], **world: object) -> Life:
    case = opened(name)
    declining = World(charges=["declined", "declined"], **world)  # type: ignore[arg-type]
    return live(case, before_issue(case), [(at(case, day, minutes=30), fact) for day, fact in facts], declining)


@pytest.mark.req("S2-01", "S2-05", "S2-09", "S2-10", "S2-14", "S2-24", "S2-25", "S2-26", "S2-27")
def test_a_small_orange_never_paid() -> None:
    life = never_paid(ASO, (120, approves("delete")))
    assert days(life) == [
        (-10, "issue"),
        (0, "charge"),
        (0, "charge:told"),
        (5, "first-overdue"),
        (9, "second-overdue"),
        (10, "suspend"),
        (10, "suspend:told"),
        (30, "deactivate"),
        (30, "deactivate:told"),
        (83, "last-warning"),
        (120, "delete"),
        (120, "deletion:told"),
        (120, "close:2"),
    ]
    assert life.outcome == "deleted"
    assert life.case.lapsed
    assert life.case.balance.minor == 0


@pytest.mark.req("S3-02", "S3-03", "S3-10", "S3-13", "S3-15", "S3-16", "S3-19", "S3-23")
def test_courtesy_never_paid() -> None:
    life = never_paid(COURTESY, (40, approves("terminate")))
    assert days(life) == [
        (-10, "issue"),
        (0, "charge"),
        (0, "charge:told"),
        (5, "second-charge"),
        (5, "second-charge:told"),
        (5, "late-fee"),
        (10, "suspend"),
        (10, "suspend:told"),
        (28, "last-warning"),
        (40, "terminate"),
        (40, "deletion:told"),
        (40, "close:2"),
    ]
    assert life.case.balance == Money.parse("USD 54.99")


@pytest.mark.req("S4-01", "S4-05", "S4-06", "S4-07", "S4-08", "S4-09", "S4-12", "S4-14", "S4-17", "S4-18")
def test_hotdoodle_never_paid() -> None:
    life = never_paid(HOTDOODLE)
    assert days(life) == [
        (0, "issue"),
        (5, "reminder"),
        (10, "warn-admins"),
        (10, "warn-admins:told"),
        (20, "lock"),
        (20, "lock:told"),
        (30, "suspend"),
        (30, "suspend:told"),
        (53, "last-warning"),
        (60, "delete"),
        (60, "delete-backups"),
        (60, "deletion:told"),
        (60, "close:2"),
    ]


@pytest.mark.parametrize("name", [ASO, COURTESY, HOTDOODLE, "whmcs-default"])
@pytest.mark.parametrize("day", [-8, 0, 3, 7, 12, 29])
@pytest.mark.promise(2)
@pytest.mark.req("S2-05", "S2-07", "S3-06", "S3-29", "S4-02", "S4-10")
def test_paid_on_any_day_ends_everything_and_gives_the_service_back(name: str, day: int) -> None:
    life = never_paid(name, (day, pays("USD 200.00")))
    paid_at = next(e.at for e in life.case.entries if e.kind is Kind.PAYMENT)
    after = [d for d in life.did if d.decided >= paid_at]
    assert {d.step.action if d.step else "reinstate" for d in after} <= {
        Action.NOTIFY, Action.CREDIT, Action.CLOSE, "reinstate",
    }  # fmt: skip
    assert life.outcome in {"paid", "deleted"}
    assert life.case.level in {Level.ACTIVE, Level.INACTIVE, Level.DELETED}


@pytest.mark.req("S3-14")
@pytest.mark.promise(2)
def test_no_fee_when_the_second_charge_succeeds_even_when_the_answer_is_late() -> None:
    case = opened(COURTESY)
    world = World(charges=["declined", "unknown"])
    life = live(case, before_issue(case), world=world)
    assert life.outcome == "paid"
    assert not [e for e in life.case.entries if e.kind is Kind.LATE_FEE]
    assert len(life.moved) == 1


@pytest.mark.req("S3-33")
def test_a_pending_debit_holds_fee_and_suspension_until_it_is_known() -> None:
    case = opened(COURTESY)
    life = live(case, before_issue(case), world=World(charges=["declined", *["pending"] * 20]), until=at(case, 20))
    assert life.steps()[-1] == "second-charge"
    assert state_at(life.case, life.now) == "in-transit"
    assert life.case.level is Level.ACTIVE


@pytest.mark.req("S3-35", "S3-09")
@pytest.mark.parametrize(("applies", "fees"), [(True, 1), (False, 0)])
def test_the_policy_says_whether_a_fee_applies_when_nothing_could_be_charged(applies: bool, fees: int) -> None:
    case = opened(COURTESY)
    milestones = tuple(m.model_copy(update={"fee_without_attempt": applies}) for m in case.plan.milestones)
    case = case.model_copy(update={"plan": case.plan.model_copy(update={"milestones": milestones})})
    life = live(case, before_issue(case), world=World(charges=["no_method"] * 2), until=at(case, 6))
    assert len([e for e in life.case.entries if e.kind is Kind.LATE_FEE]) == fees
    assert "charge:told" in life.steps()
    assert life.moved == {}


@pytest.mark.req("S2-27")
def test_without_a_card_nobody_is_told_that_a_card_failed() -> None:
    case = opened(ASO)
    life = live(case, before_issue(case), world=World(charges=["no_method"]), until=at(case, 1))
    assert life.steps() == ["issue", "charge"]


@pytest.mark.req("S4-10", "S4-11")
def test_hotdoodle_wants_the_fee_and_the_balance() -> None:
    for part in ("USD 75.00", "USD 19.99"):
        life = never_paid(HOTDOODLE, (31, pays(part)))
        assert "reinstate" not in life.steps()
    both = never_paid(HOTDOODLE, (31, pays("USD 75.00")), (32, pays("USD 19.99", "p-2")))
    assert days(both)[-3:] == [(32, "reinstate"), (32, "confirm:p-2"), (32, "close:4")]


@pytest.mark.req("S2-11")
@pytest.mark.promise(9)
def test_money_for_a_lapsed_invoice_becomes_credit_and_a_ticket() -> None:
    life = never_paid(ASO, (40, pays()))
    assert (40, "parked:p-1") in days(life)
    ticket = next(d for d in life.did if d.step and d.step.name == "parked:p-1")
    assert ticket.step is not None
    order = order_for(life.case, ticket.step, ticket.decided)
    assert isinstance(order, TicketOrder)
    assert (order.department, order.credit_id, order.credit) == ("Billing", "INV-1042:p-1", Money.parse("USD 19.99"))
    assert life.case.level is Level.INACTIVE


@pytest.mark.promise(9)
def test_partial_excess_duplicate_and_foreign_money() -> None:
    euro = pays("EUR 19.99", "p-eur")
    life = never_paid(
        ASO, (1, pays("USD 5.00", "p-1")), (2, pays("USD 5.00", "p-1")), (2, euro), (3, pays("USD 20.00", "p-2"))
    )
    kinds = {e.id: (e.kind, e.amount.minor) for e in life.case.entries}
    assert kinds["p-1"] == (Kind.PAYMENT, 500)
    assert kinds["p-2"] == (Kind.PAYMENT, 2000)
    assert kinds["p-eur"] == (Kind.PARKED, 1999)
    assert [amount for kind, amount in kinds.values() if kind is Kind.CREDIT] == [501]
    assert life.outcome == "paid"
    assert "parked:p-eur" in life.steps()


def test_a_payment_id_like_one_of_ours_is_still_counted() -> None:
    life = never_paid(COURTESY, (7, pays("USD 54.99", "late-fee")))
    assert life.outcome == "paid"


@pytest.mark.promise(9)
def test_a_reversal_before_its_payment_waits_for_it() -> None:
    back: Fact = lambda case, now: reversed_(  # noqa: E731
        case, Reversal(id="r", payment="p-1", amount=Money.parse("USD 19.99"), at=now), now
    )
    life = never_paid(ASO, (1, back), (2, pays()), (3, pays("USD 19.99", "p-2")))
    assert life.outcome == "paid"
    assert (2, "close:3") not in days(life)
    assert (3, "confirm:p-2") in days(life)


@pytest.mark.promise(4)
@pytest.mark.req("S0-14")
def test_after_an_outage_the_rest_moves_by_whole_days() -> None:
    """The worker was down from the due date until noon of day 2: the charge came 2.1 days late, so all moves by 3."""
    life = never_paid(ASO, delays=[timedelta(0), timedelta(days=2, hours=3)])
    assert days(life)[:7] == [
        (-10, "issue"),
        (2, "charge"),
        (2, "charge:told"),
        (8, "first-overdue"),
        (12, "second-overdue"),
        (13, "suspend"),
        (13, "suspend:told"),
    ]


@pytest.mark.promise(4)
def test_seconds_of_lateness_move_nothing() -> None:
    life = never_paid(ASO, delays=[timedelta(seconds=40)] * 12)
    assert life.case.shift_days == 0
    assert (10, "suspend") in days(life)


@pytest.mark.promise(3)
@pytest.mark.req("S2-19", "S2-20")
def test_an_undelivered_warning_is_sent_again_daily_and_nobody_is_cut_off_until_it_arrives() -> None:
    life = never_paid("whmcs-default", undelivered={3, 4, 5, 6})
    named = days(life)
    assert named[2:8] == [
        (0, "charge"), (0, "charge:told"), (0, "charge:told:undelivered"), (1, "first-overdue"),
        (1, "first-overdue:undelivered"), (5, "first-overdue:again:1"),
    ]  # fmt: skip
    assert (6, "first-overdue:again:2") in named
    assert (7, "first-overdue:again:3") in named
    assert next(day for day, step in named if step == "suspend") == 11  # 4 days after the delivery, as planned


def test_a_promise_holds_everything_until_its_day_is_over_and_then_goes_on_at_the_usual_hour() -> None:
    promise: Fact = lambda case, _now: promised(case, Promise(until=DUE + timedelta(days=20)))  # noqa: E731
    life = never_paid(ASO, (8, promise))
    assert days(life)[3:6] == [(5, "first-overdue"), (21, "second-overdue"), (22, "suspend")]
    assert all(did.known.hour == 14 for did in life.did)


def test_a_waived_fee_is_not_asked_for_any_more() -> None:
    waive: Fact = lambda case, now: waived(case, Waiver(entry="late-fee", reason="long-standing customer"), now)  # noqa: E731
    life = never_paid(COURTESY, (6, waive), (7, pays()))
    assert life.outcome == "paid"
    assert life.case.balance.minor == 0


def test_waiving_everything_ends_the_case_without_a_payment() -> None:
    waive: Fact = lambda case, now: waived(case, Waiver(entry="invoice"), now)  # noqa: E731
    assert never_paid(ASO, (12, waive)).outcome == "waived"


def test_a_void_gives_everything_back_and_makes_credit_of_what_was_paid() -> None:
    mistake: Fact = lambda case, now: voided(case, Void(reason="billed twice"), now)  # noqa: E731
    life = never_paid(ASO, (2, pays("USD 5.00")), (12, mistake))
    assert life.outcome == "void"
    assert (12, "reinstate") in days(life)
    assert [e.amount.minor for e in life.case.entries if e.kind is Kind.CREDIT] == [500]


def test_a_later_due_date_moves_what_is_still_to_come() -> None:
    later: Fact = lambda case, now: due_date_changed(case, DueDateChange(due=date(2026, 12, 15)), now)  # noqa: E731
    life = never_paid(ASO, (-5, later))
    assert days(life)[1:3] == [(-5, "due-date:1"), (14, "charge")]
    assert (24, "suspend") in days(life)


@pytest.mark.req("S2-12", "S2-13")
def test_a_renewal_lifts_the_hold_of_the_lapsed_invoice_and_that_case_ends() -> None:
    renewal = opened(ASO, renews="INV-0900")
    life = live(renewal, before_issue(renewal))
    assert life.steps() == ["issue", "charge", "reinstate", "confirm:ch-INV-1042%3Acharge%3A1", "close:2"]
    old = never_paid(ASO).case
    delete = old.plan.milestone("delete")
    assert delete is not None
    ended = recorded(old, delete, NotOurs(reason="renewed"), at(opened(ASO), 91))
    step = decide(ended, at(opened(ASO), 91))
    assert isinstance(step, Perform)
    assert ended.outcome == "renewed"


@pytest.mark.req("S3-27", "S3-28")
@pytest.mark.promise(6)
def test_paid_after_its_due_date_an_invoice_looks_for_holds_handed_to_it() -> None:
    assert (3, "reinstate") in days(never_paid(COURTESY, (3, pays())))
    assert (3, "reinstate") in days(never_paid(ASO, (3, pays()))), "another policy's invoice may pass its hold on"
    assert "reinstate" not in never_paid(COURTESY, (-3, pays())).steps()


def test_every_step_done_and_nothing_paid_waits_for_a_payment() -> None:
    case = opened("whmcs-default")
    plan = case.plan.model_copy(update={"milestones": case.plan.milestones[:-1]})
    life = live(
        Opened(invoice=case.invoice, plan=plan, reach="outside", generation=1),
        before_issue(case),
        world=World(charges=["declined"]),
    )
    assert life.last == Wait(
        None, "payment", "every step of the policy is done; only a payment or a person ends this case"
    )


def test_deletion_waits_for_a_person() -> None:
    life = never_paid(ASO)
    assert isinstance(life.last, Wait)
    assert (life.last.until, life.last.coming) == (None, "approval of delete")
    assert state_at(life.case, life.now) == "awaiting-approval"


@pytest.mark.req("S2-06")
def test_a_billing_suspension_carries_its_reason() -> None:
    life = never_paid(ASO)
    suspend = next(d for d in life.did if d.step and d.step.action is Action.SUSPEND)
    assert suspend.step is not None
    order = order_for(suspend.before, suspend.step, suspend.decided)
    assert isinstance(order, RestrictOrder)
    assert (order.reason, order.level, order.held) == ("non-payment", Level.SUSPENDED, Level.ACTIVE)


@pytest.mark.req("S3-04", "S3-19", "S3-16")
def test_a_notice_knows_the_balance_with_the_fee_and_what_comes_next() -> None:
    life = never_paid(COURTESY)
    told = next(d for d in life.did if d.step and d.step.name == "suspend:told")
    assert told.step is not None
    order = order_for(told.before, told.step, told.decided)
    assert isinstance(order, NoticeOrder)
    assert (order.balance, order.next_action, order.title) == (
        Money.parse("USD 54.99"), "delete", "Invoice Reminder: Services Suspended",
    )  # fmt: skip


@pytest.mark.promise(4)
def test_a_late_notice_names_the_day_on_which_the_suspension_really_comes() -> None:
    """The second notice goes out two days and three hours late: it must not announce the old date."""
    late = never_paid(ASO, delays=[timedelta(0)] * 4 + [timedelta(days=2, hours=3)])
    notice = next(d for d in late.did if d.step and d.step.name == "second-overdue")
    assert notice.step is not None
    order = order_for(notice.before, notice.step, notice.known)
    assert isinstance(order, NoticeOrder)
    suspended = next(d for d in late.did if d.step and d.step.name == "suspend")
    assert order.next_at == suspended.decided


@pytest.mark.req("S2-28")
def test_a_confirmation_carries_amount_and_transaction_date() -> None:
    case = opened(ASO)
    life = live(case, before_issue(case))
    confirm = next(d for d in life.did if d.step and d.step.name.startswith("confirm:"))
    assert confirm.step is not None
    order = order_for(confirm.before, confirm.step, confirm.decided)
    assert isinstance(order, NoticeOrder)
    assert (order.title, order.amount, order.happened_at) == (
        "Invoice Payment Confirmation", Money.parse("USD 19.99"), at(case, 0),
    )  # fmt: skip


def test_a_payment_in_the_middle_of_the_suspension_gives_the_service_back_at_once_and_asks_no_fee() -> None:
    """Await, then record: the fact that arrived during the activity is not lost."""
    case = opened(HOTDOODLE)
    delays = [timedelta(0)] * 6 + [timedelta(minutes=30)]
    life = live(case, before_issue(case), [(at(case, 30, minutes=10), pays())], World(delays=delays))
    assert life.steps()[-4:] == ["suspend", "reinstate", "confirm:p-1", "close:2"]
    assert not [e for e in life.case.entries if e.kind is Kind.REACTIVATION_FEE]


def test_a_payment_in_the_middle_of_the_deletion_opens_a_ticket() -> None:
    case = opened(HOTDOODLE)
    delays = [timedelta(0)] * 9 + [timedelta(minutes=30)]
    life = live(case, before_issue(case), [(at(case, 60, minutes=10), pays("USD 94.99"))], World(delays=delays))
    assert "paid-after-deletion" in life.steps()
    assert life.outcome == "paid"


def test_money_that_comes_while_the_books_are_closed_closes_them_again() -> None:
    case = opened(ASO)
    delays = [timedelta(0)] * 3 + [timedelta(minutes=2)]
    life = live(case, before_issue(case), [(at(case, 0, minutes=1), pays())], World(delays=delays))
    assert life.steps() == [
        "issue",
        "charge",
        "confirm:ch-INV-1042%3Acharge%3A1",
        "close:2",
        "confirm:p-1",
        "credit:3",
        "close:4",
    ]
    assert life.case.balance.minor == 0


def test_a_settled_debit_needs_no_more_asking() -> None:
    case = opened(ASO)
    settled: Fact = lambda c, now: paid(  # noqa: E731
        c, Payment(id="ch-INV-1042:charge:1", amount=Money.parse("USD 19.99"), at=now)
    )
    life = live(case, before_issue(case), [(at(case, 2), settled)], World(charges=["pending"] * 9))
    assert life.outcome == "paid"
    assert life.moved == {}


def test_finish_says_the_outcome() -> None:
    case = opened(ASO)
    life = live(case, before_issue(case))
    assert life.last == Finish("paid")
    assert isinstance(life.case, Case)
