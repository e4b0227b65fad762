"""What people and companies tell a case: what they hear, and what is refused with which words."""

from datetime import date, timedelta

import pytest

from dunning.case.case import Case
from dunning.case.decisions import Reinstate
from dunning.case.facts import (
    Approval,
    DueDateChange,
    MethodChanged,
    Payment,
    Promise,
    Restored,
    Reversal,
    Void,
    Waiver,
)
from dunning.case.ledger import Kind
from dunning.case.results import Deleted, NotOurs, Pending, Restricted
from dunning.case.state import missing_approvals
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import Plan
from dunning.rules.machine import decide
from dunning.rules.money_in import paid, reversed_
from dunning.rules.promises import promise_refused, promised
from dunning.rules.record import recorded
from dunning.rules.state_at import state_at
from dunning.rules.upcoming import nothing_waits, upcoming
from dunning.rules.updates import (
    approval_refused,
    approved,
    due_date_changed,
    due_date_refused,
    method_changed,
    payment_refused,
    restored_refused,
    unreadable,
    void_refused,
    voided,
    waived,
    waiver_refused,
)
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, evening, moment, step
from tests.dunning.examples import DUE, approves, at, before_issue, opened, pays, takes_back
from tests.dunning.life import Fact, live
from tests.dunning.world import World

PRICE = Money.parse("USD 19.99")
WAIVE_ALL: Fact = lambda case, now: waived(case, Waiver(entry="invoice"), now)  # noqa: E731
MISTAKE: Fact = lambda case, now: voided(case, Void(reason="billed twice"), now)  # noqa: E731
PROMISE: Fact = lambda case, _now: promised(case, Promise(until=DUE + timedelta(days=20)))  # noqa: E731


def notes(case: Case) -> dict[str, str]:
    return {entry.id: entry.note for entry in case.entries}


# Payments


def money(amount: str, payment: str = "p-1") -> Payment:
    return Payment(id=payment, amount=Money.parse(amount), at=at(opened(ASO), 3), method="visa 4242")


def test_money_for_a_void_invoice_is_parked_and_the_note_says_why() -> None:
    void, _ = moment(ASO, 3, (2, MISTAKE))
    late = money("USD 19.99")
    assert [(e.kind, e.answered) for e in paid(void, late, answered=True).entries][-1] == (Kind.PARKED, "parked")
    assert notes(paid(void, late))["p-1"] == "the invoice is no longer payable"


def test_the_ledger_notes_how_a_payment_came_or_why_it_was_parked() -> None:
    case, _ = moment(ASO, 2)
    assert notes(paid(case, money("USD 5.00")))["p-1"] == "visa 4242"
    assert notes(paid(case, money("EUR 5.00")))["p-1"] == "paid in EUR, invoiced in USD"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("USD 0.01", ""),
        ("USD 0", "USD 0.00 is not a payment: the amount must be positive"),
        ("USD -5", "USD -5.00 is not a payment: the amount must be positive"),
    ],
)
def test_only_a_positive_amount_is_a_payment(amount: str, words: str) -> None:
    assert payment_refused(money(amount)) == words


def test_other_money_does_not_settle_a_debit_on_its_way() -> None:
    case, _ = moment(ASO, 2, charges="pending")
    (debit,) = case.attempts
    other = paid(case, money("USD 5.00"))
    assert other.attempts == case.attempts
    settled = paid(case, money("USD 19.99", debit.payment))
    assert [(a.kind, a.ask_at) for a in settled.attempts] == [("charged", None)]


def test_a_settled_debit_leaves_earlier_attempts_as_they_were() -> None:
    declined, now = moment(COURTESY, 4)
    debit = recorded(declined, step(declined, "second-charge"), Pending(payment="debit-1", ask_at=now), now)
    settled = paid(debit, money("USD 19.99", "debit-1"))
    assert [(a.step, a.kind) for a in settled.attempts] == [("charge", "declined"), ("second-charge", "charged")]


# Money taken back


def test_a_payment_and_its_reversal_may_have_the_same_id() -> None:
    """Ids come from outside; only the same kind of line with the same id is the same line."""
    case, now = moment(ASO, 2)
    case = paid(case, money("USD 19.99", "x-1"))
    back = reversed_(case, Reversal(id="x-1", payment="x-1", amount=PRICE, at=now, reason="chargeback"), now)
    assert back.balance == PRICE
    assert back.entries[-1].note == "chargeback"
    assert reversed_(back, Reversal(id="x-1", payment="x-1", amount=PRICE, at=now), now).balance == PRICE


@pytest.mark.parametrize("kind", ["payment", "reversal"])
def test_an_id_from_outside_never_clashes_with_one_of_ours(kind: str) -> None:
    case, now = moment(ASO, 2)
    case = paid(case, money("USD 19.99"))
    if kind == "payment":
        assert paid(case, money("USD 1.00", "invoice")).balance == Money.parse("USD -1.00")
    else:
        back = Reversal(id="invoice", payment="p-1", amount=PRICE, at=now)
        assert reversed_(case, back, now).balance == PRICE


def test_what_was_parked_is_not_counted_again_as_a_payment() -> None:
    case, _ = moment(ASO, 2)
    parked = paid(case, money("EUR 19.99"))
    assert paid(parked, money("USD 19.99")) == parked


def test_a_reversal_that_still_waits_hides_no_line_after_it() -> None:
    case, now = moment(ASO, 2)
    early = reversed_(case, Reversal(id="r", payment="p-9", amount=PRICE, at=now), now)
    assert paid(early, money("USD 5.00")).balance == Money.parse("USD 14.99")


def test_money_taken_back_and_paid_again_gives_the_renewed_service_back_again() -> None:
    case, now = moment(ASO, 1, charges="ok", renews="INV-0900")
    assert case.lifted
    (charge,) = case.payments
    owing = reversed_(case, Reversal(id="r", payment=charge.id, amount=PRICE, at=now), now)
    again = paid(owing, money("USD 19.99", "p-2"))
    assert decide(again, now) == Reinstate("paid for again: the hold of INV-0900 goes")


# Promises


def test_a_promise_is_taken_until_today_and_while_something_is_payable() -> None:
    case, now = moment(ASO, 6)
    today = DUE + timedelta(days=6)
    assert promise_refused(case, Promise(until=today), now) == ""
    assert promise_refused(case, Promise(until=today - timedelta(days=1)), now) == "2026-12-06 is already past"
    lapsed, then = moment(ASO, 31)
    settled, later = moment(ASO, 6, (5, pays()))
    for nothing_owed, when in ((lapsed, then), (settled, later)):
        promise = Promise(until=DUE + timedelta(days=40))
        assert promise_refused(nothing_owed, promise, when) == "nothing is payable on this invoice"


def test_without_a_step_left_a_promise_ends_at_midnight() -> None:
    case, _ = moment(HOTDOODLE, 61)
    assert case.next_milestone is None
    until = promised(case, Promise(until=date(2027, 2, 10))).promised_until
    assert until is not None
    assert until.isoformat() == "2027-02-11T08:00:00+00:00"


# Waivers


def waiver(entry: str, **words: str) -> Waiver:
    return Waiver.model_validate({"entry": entry, **words})


def test_only_a_charge_of_this_invoice_can_be_waived_and_only_once() -> None:
    case, now = moment(COURTESY, 6, (6, pays("USD 5.00")))
    assert waiver_refused(case, waiver("late-fee")) == ""
    assert waiver_refused(case, waiver("setup")) == (
        "there is no charge 'setup' on this invoice; there are: invoice, late-fee"
    )
    assert waiver_refused(case, waiver("p-1")).startswith("there is no charge 'p-1'")
    once = waived(case, waiver("late-fee"), now)
    refused = "of 'late-fee' is already waived, and a charge is waived once; give more with `starter.py credits add`"
    assert waiver_refused(once, waiver("late-fee")).endswith(refused)
    assert waiver_refused(once, waiver("invoice")) == ""


@pytest.mark.parametrize(
    ("words", "note"),
    [
        ({"reason": "long-standing customer", "by": "ana"}, "long-standing customer by ana"),
        ({"reason": "long-standing customer"}, "long-standing customer"),
        ({"by": "ana"}, "by ana"),
        ({}, ""),
    ],
)
def test_a_waiver_names_its_charge_and_notes_reason_and_person(words: dict[str, str], note: str) -> None:
    case, now = moment(COURTESY, 6)
    line = waived(case, waiver("late-fee", **words), now).entries[-1]
    assert (line.id, line.kind, line.of, line.note, line.at) == ("waive:late-fee", Kind.WAIVER, "late-fee", note, now)


# Approvals


def approval(milestone: str, by: str = "ana") -> Approval:
    return Approval(milestone=milestone, by=by)


def test_an_approval_is_taken_once_a_person_and_only_where_one_is_asked_for() -> None:
    case, now = moment(ASO, 40)
    assert approval_refused(case, approval("delete")) == ""
    wanted = "asks for no approval; milestones that do: delete"
    assert approval_refused(case, approval("suspend")) == f"'suspend' {wanted}"
    assert approval_refused(case, approval("explode")) == f"'explode' {wanted}"
    once = approves("delete")(case, now)
    assert approval_refused(once, approval("delete")) == "ana has already approved 'delete'"
    assert approval_refused(once, approval("delete", "ben")) == ""


@pytest.mark.parametrize("again", ["Ana", "ana ", " ANA", "a\u200bna", "\uff41na", "an\u00ada", "ana\x00", "\u202eana"])
def test_four_eyes_are_two_people_however_one_of_them_is_typed(again: str) -> None:
    case, _ = moment(ASO, 40)
    case = case.model_copy(update={"plan": four_eyes(case.plan)})
    case = approved(case, approval("delete"))
    delete = case.plan.milestone("delete")
    assert delete
    assert missing_approvals(case, delete) == 1
    assert "has already approved" in approval_refused(case, approval("delete", again))
    assert missing_approvals(approved(case, approval("delete", again)), delete) == 1, "whatever door it came through"
    assert missing_approvals(approved(case, approval("delete", "ben")), delete) == 0


@pytest.mark.parametrize("nobody", ["\u200b", "\u00ad\u202e"])
def test_nobody_is_no_second_person(nobody: str) -> None:
    case, _ = moment(ASO, 40)
    delete = case.plan.milestone("delete")
    assert delete
    assert approval_refused(case, approval("delete", nobody)) == "an approval needs the name of who gives it"
    assert missing_approvals(approved(case, approval("delete", nobody)), delete) == delete.approvals


def four_eyes(plan: Plan) -> Plan:
    """Give the plan a deletion that two people have to agree to."""
    milestones = (m.model_copy(update={"approvals": 2}) if m.name == "delete" else m for m in plan.milestones)
    return Plan.model_validate({**dict(plan), "milestones": tuple(milestones)})


def test_nobody_decides_about_a_step_before_its_turn() -> None:
    case, _ = moment(ASO, 20)
    assert approval_refused(case, approval("delete")) == ("'delete' cannot be decided yet: 'deactivate' comes first")


def test_what_is_done_needs_no_approval() -> None:
    case, now = moment(ASO, 91, (40, approves("delete")))
    case = recorded(case, step(case, "delete"), Deleted(), now)
    assert approval_refused(case, approval("delete", "ben")) == "'delete' is already done"


def test_a_policy_may_ask_for_no_approval_at_all() -> None:
    case, _ = moment(HOTDOODLE, 1)
    assert approval_refused(case, approval("delete")) == ("'delete' asks for no approval; milestones that do: none")


def test_one_person_may_approve_two_steps() -> None:
    case, now = moment(ASO, 9)
    more = {"delete": 2, "suspend": 1, "deactivate": 1}
    milestones = tuple(m.model_copy(update={"approvals": more.get(m.name, 0)}) for m in case.plan.milestones)
    case = case.model_copy(update={"plan": Plan.model_validate({**dict(case.plan), "milestones": milestones})})
    assert approval_refused(case, approval("charge")).endswith("milestones that do: suspend, deactivate, delete")
    once = approves("suspend")(case, now)
    assert approval_refused(once, approval("suspend")) == "ana has already approved 'suspend'"
    suspended = recorded(once, step(once, "suspend"), Restricted(level=Level.SUSPENDED), now)
    assert approval_refused(suspended, approval("deactivate")) == ""


# Voids


def test_an_invoice_is_voided_once() -> None:
    case, now = moment(ASO, 2)
    mistake = Void(reason="billed twice")
    assert void_refused(case, mistake) == ""
    assert void_refused(MISTAKE(case, now), mistake) == "the invoice is already void"
    assert void_refused(moment(ASO, 31)[0], mistake) == "the invoice is already void"


def test_a_void_takes_every_charge_back_but_what_was_waived() -> None:
    waive_fee: Fact = lambda case, now: waived(case, waiver("late-fee"), now)  # noqa: E731
    case, now = moment(COURTESY, 6)
    for facts, taken in (((MISTAKE,), "USD 54.99"), ((waive_fee, MISTAKE), "USD 19.99")):
        void = case
        for fact in facts:
            void = fact(void, now)
        line = void.entries[-1]
        assert (line.id, line.kind, line.amount, line.note) == (
            "void", Kind.VOID, Money.parse(taken), "billed twice",
        )  # fmt: skip
        assert void.balance.minor == 0


# Due dates


def test_a_due_date_moves_only_while_nothing_was_restricted_and_only_to_a_day_that_is_not_past() -> None:
    case, now = moment(ASO, 6)
    today = DUE + timedelta(days=6)

    def refused(case: Case, due: date) -> str:
        return due_date_refused(case, DueDateChange(due=due), now)

    assert refused(case, today) == ""
    assert refused(case, today - timedelta(days=1)) == "2026-12-06 is already past"
    assert refused(case, DUE) == "2026-12-01 is the due date already"
    assert refused(paid(case, money("USD 19.99")), today) == "nothing is payable on this invoice"
    assert refused(moment(ASO, 31)[0], date(2027, 6, 1)) == "nothing is payable on this invoice"
    assert refused(moment(ASO, 11)[0], date(2027, 6, 1)) == (
        "services are already suspended: take a promise to pay, waive or void instead"
    )


def test_a_moved_due_date_is_the_invoice_s_own_from_then_on() -> None:
    case, now = moment(ASO, 6)
    moved = due_date_changed(case, DueDateChange(due=DUE + timedelta(days=5)), now)
    assert (moved.invoice.due, moved.shift_days, moved.overdue_days(now)) == (date(2026, 12, 6), 5, 1)


def test_a_slip_of_a_year_is_forgotten_once_the_due_date_is_put_right() -> None:
    """The steps that were late by the wrong date were not late by the right one."""
    slip = opened(ASO, due=DUE.replace(year=DUE.year - 1))
    start = before_issue(opened(ASO))
    wrong = live(slip, start, world=World(charges=["declined"] * 2), until=start + timedelta(days=2))
    assert wrong.case.shift_days > 300  # its first reminder was a year late
    put_right = due_date_changed(wrong.case, DueDateChange(due=DUE), wrong.now)
    assert put_right.shift_days == (DUE - slip.invoice.due).days
    days = {each.step.name: put_right.today(each.at) - DUE for each in upcoming(put_right, wrong.now, nothing_waits)}
    assert days["second-overdue"] == timedelta(days=9), wrong.steps()
    assert days["suspend"] == timedelta(days=10)
    again = due_date_changed(put_right, DueDateChange(due=DUE + timedelta(days=2)), wrong.now)
    assert again.shift_days == (DUE - slip.invoice.due).days + 2


# One word for operators


@pytest.mark.parametrize(
    ("name", "day", "facts", "word"),
    [
        (ASO, -11, [], "scheduled"),
        (ASO, -1, [], "open"),
        (ASO, 0, [], "open"),
        (ASO, 1, [], "overdue"),
        (ASO, 11, [], "overdue"),
        (ASO, 31, [], "lapsed"),
        (ASO, 90, [], "awaiting-approval"),
        (ASO, 9, [(8, PROMISE)], "promised"),
        (ASO, 23, [(8, PROMISE)], "overdue"),
        (ASO, 9, [(8, pays())], "paid"),
        (ASO, 9, [(8, WAIVE_ALL)], "waived"),
        (ASO, 9, [(8, MISTAKE)], "void"),
        (ASO, 9, [(2, pays("USD 5.00")), (8, MISTAKE)], "void"),
        (HOTDOODLE, 61, [], "deleted"),
    ],
)
def test_the_state_of_a_case_in_one_word(name: str, day: int, facts: list[tuple[int, Fact]], word: str) -> None:
    life = evening(name, day, *facts)
    assert state_at(life.case, life.now) == word


def test_a_promise_is_over_the_moment_its_steps_go_on() -> None:
    case, _ = moment(ASO, 8)
    case = promised(case, Promise(until=DUE + timedelta(days=20)))
    assert case.promised_until is not None
    assert state_at(case, case.promised_until - timedelta(seconds=1)) == "promised"
    assert state_at(case, case.promised_until) == "overdue"


def test_an_invoice_without_an_issue_step_is_open_at_once() -> None:
    case, _ = moment(ASO, -12)
    without = case.plan.model_copy(update={"milestones": case.plan.milestones[1:]})
    assert state_at(case.model_copy(update={"plan": without}), at(opened(ASO), -5)) == "open"


def test_a_debit_on_its_way_and_a_renewed_service_have_words_of_their_own() -> None:
    assert state_at(*moment(ASO, 2, charges="pending")) == "in-transit"
    lapsed, now = moment(ASO, 91)
    renewed = recorded(lapsed, step(lapsed, "delete"), NotOurs(reason="INV-2 was paid"), now)
    assert state_at(renewed, now) == "renewed"


# What else may come


def test_a_new_method_is_remembered_with_its_instant() -> None:
    case, now = moment(ASO, 2)
    assert method_changed(case, MethodChanged(at=now)).method_changed_at == now


def test_a_message_that_nobody_can_read_is_kept_but_not_at_any_length() -> None:
    case, now = moment(ASO, 2)
    for text in ("{", "x" * 3000):
        case = unreadable(case, "payment_received", text, now)
    assert [(u.signal, u.at, len(u.text)) for u in case.unreadable] == [
        ("payment_received", now, 1), ("payment_received", now, 2000),
    ]  # fmt: skip
    assert case.level is Level.ACTIVE


# Money that came again


def again(amount: str, reversal: str = "r-1") -> Restored:
    return Restored(id="r-1:won", reversal=reversal, amount=Money.parse(amount), at=at(opened(ASO), 3))


def test_a_restoration_is_in_the_currency_of_its_reversal_and_of_a_positive_amount() -> None:
    case, now = moment(ASO, 2)
    back = takes_back("EUR 5.00")(pays("EUR 5.00")(case, now), now)
    assert restored_refused(back, again("EUR 5.00")) == ""
    assert restored_refused(back, again("USD 5.00")) == "USD 5.00 restores nothing: what was taken back is in EUR"
    assert restored_refused(back, again("USD 5.00", "r-2")) == "", "its reversal may come later"
    assert restored_refused(back, again("EUR 0")) == "EUR 0.00 is not a payment: the amount must be positive"
