"""Money that comes while a step is being tried, and facts that cannot be: what is dropped, asked about or refused."""

from datetime import UTC, datetime, timedelta

import pytest

from dunning.case.case import Case, Opened
from dunning.case.catch_up import days_late
from dunning.case.decisions import Perform, Wait
from dunning.case.facts import DueDateChange, Payment, Promise, Reversal, Waiver
from dunning.case.orders import ChargeOrder
from dunning.case.results import Abandoned, Noted, Undelivered, Unknown
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import Action, Milestone
from dunning.policy.timeline import plan_for
from dunning.rules.machine import decide, overtaken
from dunning.rules.money_in import paid, reversed_
from dunning.rules.order_for import order_for
from dunning.rules.promises import promise_refused
from dunning.rules.record import recorded
from dunning.rules.updates import due_date_changed, due_date_refused, payment_refused, reversal_refused, waiver_refused
from dunning.tickets.ticket import TicketOrder
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, WHMCS, moment, step
from tests.dunning.examples import DUE, PRICE, at, opened, pays, policy


def follow_up(name: str, action: Action, now: datetime) -> Milestone:
    return Milestone(name=name, action=action, at=now, day=0)


# Steps that lost their reason


@pytest.mark.promise(2)
@pytest.mark.parametrize("name", ["issue", "charge", "first-overdue", "suspend", "deactivate", "delete"])
def test_who_paid_is_not_written_to_charged_or_cut_off_by_a_step_still_being_tried(name: str) -> None:
    case, now = moment(ASO, -1)
    assert not overtaken(case, step(case, name))
    assert overtaken(pays()(case, now), step(case, name))
    assert not overtaken(pays("USD 5.00")(case, now), step(case, name))


@pytest.mark.promise(2)
def test_warnings_at_login_and_fees_are_dropped_as_well() -> None:
    hotdoodle, now = moment(HOTDOODLE, 4)
    assert overtaken(pays()(hotdoodle, now), step(hotdoodle, "warn-admins"))
    courtesy, then = moment(COURTESY, 4)
    assert overtaken(pays()(courtesy, then), step(courtesy, "late-fee"))


def test_a_receipt_and_the_work_on_the_books_go_on_but_nobody_waits_behind_a_receipt_for_the_service() -> None:
    case, now = moment(ASO, 4)
    settled = pays()(case, now)
    receipt, closing = follow_up("confirm:p-1", Action.NOTIFY, now), follow_up("close:2", Action.CLOSE, now)
    assert not overtaken(settled, receipt)
    assert not overtaken(settled, closing)
    suspended, then = moment(ASO, 11)
    assert overtaken(pays()(suspended, then), receipt)
    assert not overtaken(pays()(suspended, then), closing)


def test_after_the_deletion_a_receipt_is_all_that_is_left_to_write() -> None:
    case, now = moment(ASO, 4)
    gone = pays()(case, now).model_copy(update={"level": Level.DELETED})
    assert not overtaken(gone, follow_up("confirm:p-1", Action.NOTIFY, now))


def test_what_became_of_an_attempt_is_asked_even_when_nothing_is_owed_any_more() -> None:
    case, now = moment(ASO, -1)
    charge = step(case, "charge")
    asking = pays()(recorded(case, charge, Unknown(ask_at=now), now), now)
    assert not overtaken(asking, charge)
    order = order_for(asking, charge, now)
    assert isinstance(order, ChargeOrder)
    assert (order.ask_only, order.amount) == (True, PRICE)
    owing = order_for(case, charge, now)
    assert isinstance(owing, ChargeOrder)
    assert (owing.ask_only, owing.amount) == (False, PRICE)


def test_an_abandoned_charge_is_asked_about_and_an_abandoned_restriction_is_taken_back() -> None:
    case, now = moment(ASO, -1)
    charged = recorded(case, step(case, "charge"), Abandoned(), now)
    assert charged.in_transit is not None
    assert (charged.in_transit.kind, charged.in_transit.ask_at) == ("unknown", now)
    for name, level in (("suspend", Level.SUSPENDED), ("deactivate", Level.INACTIVE)):
        assert recorded(pays()(case, now), step(case, name), Abandoned(), now).level is level
    hotdoodle, then = moment(HOTDOODLE, 4)
    for name, level in (("warn-admins", Level.WARNED), ("lock", Level.LOCKED)):
        assert recorded(pays()(hotdoodle, then), step(hotdoodle, name), Abandoned(), then).level is level


@pytest.mark.parametrize("name", ["first-overdue", "delete"])
def test_an_abandoned_notice_or_deletion_leaves_the_case_as_it_was(name: str) -> None:
    case, now = moment(ASO, -1)
    assert recorded(case, step(case, name), Abandoned(), now) == case


# Facts that cannot be


def money(minor: int, when: datetime, currency: str = "USD") -> Payment:
    return Payment(id="p-1", amount=Money(minor=minor, currency=currency), at=when)


NOW = datetime(2026, 12, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("payment", "words"),
    [
        (money(1, NOW), ""),
        (money(10**12 - 1, NOW), ""),
        (money(10**12, NOW), "USD 10000000000.00 is more than a payment can be"),
        (money(1, NOW.replace(year=2000)), ""),
        (money(1, NOW.replace(year=2200)), ""),
        (money(1, NOW.replace(year=1999)), "1999-12-03T14:00:00+00:00 is no time at which money can have moved"),
        (money(1, NOW.replace(year=2201)), "2201-12-03T14:00:00+00:00 is no time at which money can have moved"),
    ],
)
def test_no_payment_is_that_large_or_that_old(payment: Payment, words: str) -> None:
    assert payment_refused(payment) == words


def back(amount: str, payment: str = "p-1") -> Reversal:
    return Reversal(id="r-1", payment=payment, amount=Money.parse(amount), at=NOW)


def test_a_reversal_is_in_the_currency_of_its_payment() -> None:
    case, now = moment(ASO, 2)
    euro = pays("EUR 5.00")(case, now)
    assert reversal_refused(euro, back("EUR 5.00")) == ""
    assert reversal_refused(euro, back("USD 5.00")) == "USD 5.00 takes nothing back: the payment is in EUR"
    assert reversal_refused(case, back("EUR 5.00")) == "EUR 5.00 takes nothing back: the payment is in USD"
    assert reversal_refused(case, back("USD 5.00")) == ""
    assert reversal_refused(case, back("USD 0")) == "USD 0.00 is not a payment: the amount must be positive"


def test_neither_promise_nor_due_date_lies_more_than_two_years_ahead() -> None:
    case, now = moment(ASO, 1)
    far = DUE + timedelta(days=731)
    for day, words in ((far, ""), (far + timedelta(days=1), "2028-12-02 is too far ahead")):
        assert promise_refused(case, Promise(until=day), now) == words
        assert due_date_refused(case, DueDateChange(due=day), now) == words


def test_nothing_is_waived_where_nothing_is_payable() -> None:
    lapsed, _ = moment(ASO, 31)
    assert waiver_refused(lapsed, Waiver(entry="invoice")) == "nothing is payable on this invoice"
    case, _ = moment(ASO, 1)
    void = case.model_copy(update={"voided": "billed twice"})
    assert waiver_refused(void, Waiver(entry="invoice")) == "nothing is payable on this invoice"


# Parked money that is taken back


def test_parked_money_that_is_taken_back_takes_its_credit_with_it() -> None:
    case, now = moment(ASO, 2)
    case = reversed_(pays("EUR 5.00")(case, now), back("EUR 5.00"), now)
    ticket = follow_up("taken-back:r-1", Action.TICKET, now)
    order = order_for(case, ticket, now)
    assert isinstance(order, TicketOrder)
    assert (order.credit_id, order.credit) == ("INV-1042:taken-back:r-1", Money.parse("EUR -5.00"))
    assert (order.subject, order.body) == (
        "A payment kept as credit for INV-1042 was taken back",
        "The credit was taken off the account again.",
    )
    assert told(case, now) == ["parked:p-1", "taken-back:r-1"]


def told(case: Case, now: datetime) -> list[str]:
    """The tickets that are opened at once."""
    found: list[str] = []
    while isinstance(todo := decide(case, now), Perform) and todo.milestone.action is Action.TICKET:
        assert todo.milestone.notice == ""
        found.append(todo.milestone.name)
        case = recorded(case, todo.milestone, Noted(), now)
    return found


def test_counted_money_that_is_taken_back_opens_no_ticket() -> None:
    case, now = moment(ASO, 2)
    part = pays("USD 5.00")(case, now)
    quiet = part.model_copy(update={"plan": part.plan.model_copy(update={"payment_notice": ""})})
    assert told(reversed_(quiet, back("USD 5.00"), now), now) == []


def test_a_notice_that_nobody_takes_opens_one_ticket_however_often_it_is_sent_again() -> None:
    case, now = moment(ASO, 4)
    nobody = Undelivered(notice="n", reason="550")
    case = recorded(case, step(case, "first-overdue"), nobody, now)
    assert told(case, now) == ["first-overdue:undelivered"]
    again = recorded(case, follow_up("first-overdue:again:1", Action.NOTIFY, now), nobody, now)
    assert told(again, now) == ["first-overdue:undelivered"]


# Plans without warnings, and due dates that move


def test_where_a_plan_warns_of_nothing_a_person_decides_unless_the_policy_says_so_in_words() -> None:
    case, _ = moment(ASO, 9)
    silent = tuple(m.model_copy(update={"warns_of": ()}) for m in case.plan.milestones)
    when = at(opened(ASO), 10)
    for unwarned in (False, True):
        plan = case.plan.model_copy(update={"milestones": silent, "unwarned": unwarned})
        unsaid = tuple(done.model_copy(update={"announced": None}) for done in case.done)
        step_now = decide(case.model_copy(update={"plan": plan, "done": unsaid}), when)
        if unwarned:
            assert isinstance(step_now, Perform)
        else:
            assert step_now == Wait(
                None, "a warning before suspend", "this plan writes no warning before it; a person decides"
            )


def test_a_policy_that_confirms_no_grace_makes_plans_that_need_no_warning() -> None:
    invoice = opened(ASO).invoice
    assert plan_for(policy(ASO), invoice).unwarned is False
    assert plan_for(policy(ASO).model_copy(update={"confirm_no_grace": True}), invoice).unwarned is True


def warning_steps(name: str, **more: object) -> list[str]:
    return [m.name for m in opened(name, **more).plan.milestones if m.warns_of]  # type: ignore[arg-type]


def test_only_what_a_policy_says_warns() -> None:
    assert warning_steps(ASO) == ["first-overdue", "second-overdue", "suspend", "last-warning"]
    assert warning_steps(WHMCS) == ["first-overdue", "last-warning"]
    assert warning_steps(HOTDOODLE) == ["warn-admins", "lock", "last-warning"]


def test_a_due_date_moved_to_today_leaves_out_the_notices_whose_day_is_over_and_moves_nothing_else() -> None:
    start: Opened = opened(WHMCS, due=DUE + timedelta(days=60))
    case, now = moment(WHMCS, -10, due=DUE + timedelta(days=60))
    assert [d.step for d in case.done] == ["issue"]
    moved = due_date_changed(case, DueDateChange(due=start.invoice.due - timedelta(days=8)), now)
    assert (moved.due_changed_at, moved.due_changes, moved.shift_days) == (now, 1, -8)
    assert [(d.step, d.kind) for d in moved.done] == [("issue", "delivered"), ("reminder", "skipped")]
    assert days_late(moved, step(moved, "reminder"), now + timedelta(minutes=30)) == 0
    assert days_late(moved, step(moved, "charge"), now + timedelta(days=9)) == 8
    again = due_date_changed(moved, DueDateChange(due=start.invoice.due - timedelta(days=9)), now)
    assert [d.step for d in again.done] == ["issue", "reminder"]


def test_who_pays_before_a_due_date_that_was_moved_may_still_hold_what_another_handed_on() -> None:
    case, now = moment(ASO, -5)
    moved = due_date_changed(case, DueDateChange(due=DUE + timedelta(days=14)), now)
    assert not isinstance(decide(paid(moved, money(1999, now)), now), Perform)
    assert isinstance(decide(paid(case, money(1999, now)), now), Perform)
