"""Automatic attempts: how many, with which payment method, and what a new one brings (S3-12 to S3-16)."""

from datetime import timedelta

import pytest

from dunning.case.case import Case, Opened
from dunning.case.decisions import Conclude, Perform, Wait, follow_up
from dunning.case.facts import MethodChanged
from dunning.case.ledger import Kind
from dunning.case.orders import ChargeOrder, NoticeOrder
from dunning.case.results import Abandoned, Charged, Declined, Deferred, NoMethod, Noted, Pending, Skipped, Unknown
from dunning.case.update import changed
from dunning.money import Money
from dunning.payments.retries import REFUSED_FOR_GOOD, attempts
from dunning.policy.plan import Action
from dunning.rules.machine import decide, overtaken
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from dunning.rules.updates import method_changed
from tests.dunning.evenings import ASO, COURTESY, days, declining, did, evening, moment, step, until_evening
from tests.dunning.examples import DUE, at, new_card, opened, pays, sends_money, takes_back
from tests.dunning.life import Fact, Life
from tests.dunning.world import World

USED_UP = "the policy allows 2 automatic attempt(s), and they were made"


def attempted(life: Life) -> list[tuple[int, str]]:
    """Day and key of each attempt that reached the gateway."""
    case = life.case
    tried = {f"{case.invoice.number}:{d.step.name}:1": d.decided for d in life.of(Action.CHARGE) if d.step}
    return [((case.today(tried[key]) - DUE).days, key) for key in life.world.company.reached]


def charges(life: Life) -> list[tuple[int, str]]:
    return [(day, name) for day, name in days(life) if name.startswith(("charge", "second-charge", "new-method:"))]


def fees(case: Case) -> list[str]:
    return [str(entry.amount) for entry in case.entries if entry.kind is Kind.LATE_FEE]


# Never a third one


@pytest.mark.req("S3-12", "S3-13", "S3-15")
def test_a_new_card_after_both_attempts_brings_no_third_one() -> None:
    life = evening(COURTESY, 12, (7, new_card), (11, new_card))
    assert attempted(life) == [(0, "INV-1042:charge:1"), (5, "INV-1042:second-charge:1")]
    assert fees(life.case) == ["USD 35.00"]


@pytest.mark.req("S3-13", "S3-15", "S2-27")
def test_a_new_card_s_attempt_is_the_second_and_the_fee_still_comes_when_it_fails() -> None:
    life = evening(COURTESY, 12, (2, new_card))
    assert charges(life) == [
        (0, "charge"), (0, "charge:told"), (2, "new-method:1"), (2, "new-method:1:told"), (5, "second-charge"),
    ]  # fmt: skip
    assert attempted(life) == [(0, "INV-1042:charge:1"), (2, "INV-1042:new-method:1:1")]
    assert did(life, "second-charge").result == Skipped(reason=USED_UP)
    assert fees(life.case) == ["USD 35.00"]


@pytest.mark.req("S0-11", "S3-15")
def test_a_new_card_s_attempt_that_is_put_off_is_waited_for_and_made_once() -> None:
    case, now = moment(COURTESY, 2)
    case = new_card(case, now)
    attempt = decide(case, now)
    assert isinstance(attempt, Perform)
    assert attempt.milestone.name == "new-method:1"
    until = now + timedelta(hours=15)
    case = recorded(case, attempt.milestone, Deferred(until=until, reason="a window"), now)
    waits = decide(case, now)
    assert isinstance(waits, Wait)
    assert waits.until == until, "not at once again, and not the next step's day"
    again = decide(case, until)
    assert isinstance(again, Perform)
    assert again.milestone.name == "new-method:1"


def test_an_attempt_of_unknown_fate_that_nothing_came_of_waits_for_the_end_of_a_window() -> None:
    case, _ = moment(ASO, -1)
    now = at(opened(ASO), 0)
    charge = decide(case, now)
    assert isinstance(charge, Perform)
    case = recorded(case, charge.milestone, Unknown(ask_at=now + timedelta(hours=1)), now)
    asked = decide(case, now)
    assert isinstance(asked, Wait)
    assert asked.until
    until = asked.until + timedelta(hours=9)
    ask = decide(case, asked.until)
    assert isinstance(ask, Perform)
    case = recorded(case, ask.milestone, Deferred(until=until, reason="a window"), asked.until)
    waits = decide(case, asked.until)
    assert isinstance(waits, Wait)
    assert waits.until == until, "else it asks again at once, for ever"
    assert isinstance(decide(case, until), Perform)


@pytest.mark.req("S3-15")
def test_the_step_that_is_left_out_says_why_in_the_story_and_counts_as_no_attempt() -> None:
    life = evening(COURTESY, 6, (2, new_card))
    left_out = life.case.steps_done["second-charge"]
    assert (left_out.kind, left_out.detail, left_out.notice) == ("skipped", USED_UP, "")
    assert [a.step for a in life.case.attempts] == ["charge", "new-method:1"]


@pytest.mark.req("S3-35")
def test_where_a_fee_needs_an_attempt_the_failed_one_of_the_new_card_is_enough() -> None:
    invoice = unless_attempted(opened(COURTESY))
    assert fees(until_evening(invoice, 6, (2, new_card), world=World(charges=["declined"] * 9)).case) == ["USD 35.00"]
    assert fees(until_evening(invoice, 6, world=World(charges=["no_method"] * 9)).case) == []


def unless_attempted(invoice: Opened) -> Opened:
    milestones = tuple(m.model_copy(update={"fee_without_attempt": False}) for m in invoice.plan.milestones)
    return invoice.model_copy(update={"plan": invoice.plan.model_copy(update={"milestones": milestones})})


@pytest.mark.req("S3-35")
def test_a_debit_of_the_customer_s_own_that_returned_is_no_attempt_that_brings_a_fee() -> None:
    invoice = unless_attempted(opened(COURTESY))
    life = until_evening(invoice, 6, (4, sends_money()), world=World(charges=["no_method"] * 9))
    assert "underway:d-1:told" in life.steps()
    assert fees(life.case) == []


@pytest.mark.req("S3-15")
def test_one_attempt_where_the_policy_says_one_and_as_many_as_milestones_where_it_says_nothing() -> None:
    for most, tried in ((1, ["charge"]), (2, ["charge", "second-charge"]), (None, ["charge", "second-charge"])):
        invoice = opened(COURTESY)
        invoice = invoice.model_copy(update={"plan": invoice.plan.model_copy(update={"most_attempts": most})})
        life = until_evening(invoice, 12, world=World(charges=["declined"] * 9))
        assert [a.step for a in attempts(life.case)] == tried
        assert fees(life.case) == ["USD 35.00"]


def test_an_attempt_begun_is_asked_about_even_when_it_is_the_last_one_allowed() -> None:
    case, now = moment(COURTESY, 4)
    second = step(case, "second-charge")
    asking = recorded(case, second, Unknown(ask_at=now), now)
    assert decide(asking, now) == Perform(second, "ask what became of the attempt; the same key moves no money twice")
    reached = recorded(asking, second, Pending(payment="ch-1", ask_at=now + timedelta(days=1)), now)
    assert len(attempts(reached)) == 2


def test_an_abandoned_attempt_may_have_reached_the_company_and_counts() -> None:
    case, now = moment(COURTESY, 4)
    case = recorded(pays()(case, now), step(case, "second-charge"), Abandoned(), now)
    assert [a.kind for a in attempts(case)] == ["declined", "unknown"]


# Never again with this method


@pytest.mark.req("S3-09", "S3-15")
def test_a_method_that_the_bank_refuses_for_good_is_not_tried_again_and_the_customer_reads_why() -> None:
    life = evening(COURTESY, 6, charges="final")
    assert attempted(life) == [(0, "INV-1042:charge:1")]
    assert did(life, "second-charge").result == NoMethod(reason=REFUSED_FOR_GOOD)
    assert life.case.steps_done["second-charge"].detail == REFUSED_FOR_GOOD
    told = did(life, "second-charge:told")
    assert told.step is not None
    notice = order_for(told.before, told.step, told.decided)
    assert isinstance(notice, NoticeOrder)
    assert (notice.title, notice.detail) == ("Automatic Payment Not Possible", REFUSED_FOR_GOOD)
    assert fees(life.case) == ["USD 35.00"]
    assert fees(until_evening(unless_attempted(opened(COURTESY)), 6, world=World(charges=["final"])).case) == []


@pytest.mark.req("S3-15")
def test_only_the_latest_attempt_decides_whether_the_method_is_refused() -> None:
    case, now = moment(COURTESY, -1)
    case = recorded(case, step(case, "charge"), Declined(code="lost_card", final=True), now)
    assert isinstance(decide(case, at(opened(COURTESY), 0)), Perform)  # the notice about it
    told = changed(case, done=(*case.done, *_told(case, "charge")))
    later = at(opened(COURTESY), 5)
    assert decide(told, later) == Conclude(
        step(case, "second-charge"), NoMethod(reason=REFUSED_FOR_GOOD), REFUSED_FOR_GOOD
    )
    newer = recorded(told, follow_up("new-method:1", now), Declined(code="no"), now)
    newer = changed(newer, plan=newer.plan.model_copy(update={"most_attempts": None}))
    assert attempts(newer)[-1].final is False
    newer = changed(newer, done=(*newer.done, *_told(newer, "new-method:1")))
    assert decide(newer, later) == Perform(step(case, "second-charge"), WHEN.format(day=5))


def _told(case: Case, name: str) -> tuple[object, ...]:
    return (case.done[0].model_copy(update={"step": f"{name}:told", "kind": "delivered"}),)


WHEN = "the policy courtesy-5-10-35 says day {day:+d} from the due date"


@pytest.mark.req("S3-15")
def test_another_method_put_on_file_before_the_final_answer_came_is_tried() -> None:
    """A debit is begun on the due date, the customer puts a card on file on day 2, the debit returns for good on 4."""
    world = World(charges=["pending", "pending", "pending", "pending", "final", "ok"])
    life = evening(COURTESY, 9, (2, new_card), world=world)
    assert charges(life)[-3:] == [(4, "charge"), (4, "charge:told"), (4, "new-method:1")]
    assert life.outcome == "paid"


# A new method


@pytest.mark.req("S3-15", "S1-36")
def test_a_new_card_after_a_failed_charge_is_tried_at_once_and_ends_the_matter() -> None:
    life = evening(COURTESY, 9, (2, new_card), world=World(charges=["declined", "ok"]))
    new = did(life, "new-method:1")
    assert new.decided == at(opened(COURTESY), 2, minutes=30)
    assert (life.outcome, fees(life.case)) == ("paid", [])
    assert str(life.moved["INV-1042:new-method:1:1"]) == "USD 19.99"


@pytest.mark.req("S1-36")
def test_a_new_card_before_the_first_charge_waits_for_the_due_date() -> None:
    life = evening(COURTESY, 4, (-5, new_card))
    assert attempted(life) == [(0, "INV-1042:charge:1")]
    assert charges(life) == [(0, "charge"), (0, "charge:told")]


def test_a_card_put_on_file_when_there_was_none_on_the_due_date_is_tried_at_once() -> None:
    life = evening(COURTESY, 4, (2, new_card), world=World(charges=["no_method", "ok"]))
    assert attempted(life) == [(2, "INV-1042:new-method:1:1")]
    assert life.outcome == "paid"


def test_where_the_due_date_found_no_method_an_older_change_brings_nothing() -> None:
    life = evening(COURTESY, 4, (-5, new_card), charges="no_method")
    assert charges(life) == [(0, "charge"), (0, "charge:told")]


def test_the_same_change_told_twice_brings_one_attempt() -> None:
    changes = MethodChanged(at=at(opened(ASO), 2))
    same: Fact = lambda case, _now: method_changed(case, changes)  # noqa: E731
    life = until_evening(without_most(opened(ASO)), 4, (2, same), (2, same), (3, same), world=declining())
    assert attempted(life) == [(0, "INV-1042:charge:1"), (2, "INV-1042:new-method:1:1")]


def without_most(invoice: Opened) -> Opened:
    return invoice.model_copy(update={"plan": invoice.plan.model_copy(update={"most_attempts": None})})


def test_several_changes_at_the_same_time_bring_one_attempt_and_a_later_one_another() -> None:
    first, second, third = (
        _change(at_second) for at_second in (timedelta(0), timedelta(seconds=4), timedelta(seconds=9))
    )
    together: Fact = lambda case, now: third(first(second(case, now), now), now)  # noqa: E731
    life = until_evening(without_most(opened(ASO)), 4, (2, together), (3, new_card), world=declining())
    assert attempted(life) == [
        (0, "INV-1042:charge:1"), (2, "INV-1042:new-method:2:1"), (3, "INV-1042:new-method:3:1"),
    ]  # fmt: skip


def _change(after: timedelta) -> Fact:
    return lambda case, now: method_changed(case, MethodChanged(at=now - timedelta(minutes=5) + after))


def test_of_two_changes_the_later_one_counts_whichever_is_heard_of_last() -> None:
    case, now = moment(ASO, 1)
    old, new = MethodChanged(at=now - timedelta(hours=2)), MethodChanged(at=now)
    for facts in ((old, new), (new, old)):
        told = case
        for fact in facts:
            told = method_changed(told, fact)
        assert told.method_changed_at == now
        assert isinstance(decide(told, now), Perform)


def test_a_change_that_was_heard_of_late_brings_no_attempt_when_the_charge_already_used_it() -> None:
    heard_late: Fact = lambda case, now: method_changed(case, MethodChanged(at=now - timedelta(days=2)))  # noqa: E731
    assert charges(evening(ASO, 3, (1, heard_late))) == [(0, "charge"), (0, "charge:told")]


def test_a_method_that_was_refused_for_good_hinders_no_change_that_was_heard_of_late() -> None:
    """The card was changed on day 3 and we heard of it on day 6; on day 5 the old one was not tried again."""
    heard_late: Fact = lambda case, now: method_changed(case, MethodChanged(at=now - timedelta(days=3)))  # noqa: E731
    life = evening(COURTESY, 7, (6, heard_late), charges="final")
    assert attempted(life) == [(0, "INV-1042:charge:1"), (6, "INV-1042:new-method:1:1")]


@pytest.mark.parametrize(
    "fields", [{"charges_new_method": False}, {"most_attempts": 1}], ids=["policy says no", "no attempt left"]
)
def test_a_new_card_changes_nothing_where_the_policy_says_so(fields: dict[str, object]) -> None:
    invoice = opened(ASO)
    invoice = invoice.model_copy(update={"plan": invoice.plan.model_copy(update=fields)})
    life = until_evening(invoice, 4, (2, new_card), world=declining())
    assert charges(life) == [(0, "charge"), (0, "charge:told")]


def test_a_new_card_is_not_charged_for_what_is_not_payable_any_more_or_is_paid() -> None:
    assert charges(evening(ASO, 40, (31, new_card))) == [(0, "charge"), (0, "charge:told")]
    paid_up, now = moment(ASO, 1, (1, pays()))
    assert not isinstance(decide(new_card(paid_up, now), now), Wait)
    assert decide(new_card(paid_up, now), now) == decide(paid_up, now)


def test_the_customer_s_own_debit_that_failed_is_no_failed_charge_of_ours() -> None:
    life = evening(COURTESY, -3, (-8, sends_money()), (-5, new_card))
    assert charges(life) == []


@pytest.mark.req("S2-27", "S3-10")
def test_a_new_card_that_is_declined_is_told_in_the_words_of_the_policy() -> None:
    for name, title in ((ASO, "Credit Card Payment failed"), (COURTESY, "Payment Failed")):
        life = evening(name, 4, (2, new_card))
        told = did(life, "new-method:1:told").step
        assert told is not None
        assert told.notice == title
        assert [s for s in life.steps() if s == "new-method:1:told"] == ["new-method:1:told"]


def test_each_says_why() -> None:
    case, now = moment(COURTESY, 1)
    told = new_card(case, now)
    assert decide(told, now) == Perform(follow_up("new-method:1", now), "a new payment method is on file")
    used_up = evening(COURTESY, 4, (2, new_card)).case
    assert decide(used_up, at(opened(COURTESY), 5)) == Conclude(
        step(case, "second-charge"), Skipped(reason=USED_UP), USED_UP
    )


def test_a_change_in_the_very_moment_of_the_attempt_is_tried() -> None:
    """Nobody knows which came first, and an attempt too many is declined; one too few loses a customer."""
    case, now = moment(COURTESY, 1)
    (attempt,) = case.attempts
    for seconds, tried in ((-1, False), (0, True), (1, True)):
        change = MethodChanged(at=attempt.began + timedelta(seconds=seconds))
        assert isinstance(decide(method_changed(case, change), now), Perform) is tried


# Attempts that are asked about


def test_an_attempt_keeps_the_name_of_its_payment_and_the_time_it_was_made() -> None:
    case, now = moment(COURTESY, -1)
    charge, day = step(case, "charge"), timedelta(days=1)
    case = recorded(case, charge, Pending(payment="ch-1", ask_at=now + day), now)
    case = recorded(case, charge, Unknown(ask_at=now + 2 * day), now + day)
    (attempt,) = case.attempts
    assert (attempt.payment, attempt.began, attempt.at) == ("ch-1", now, now + day)
    (attempt,) = recorded(case, charge, Declined(code="returned"), now + 2 * day).attempts
    assert (attempt.payment, attempt.began, attempt.at, attempt.kind) == ("ch-1", now, now + 2 * day, "declined")
    (attempt,) = recorded(case, charge, Declined(code="returned", payment="ch-9"), now).attempts
    assert attempt.payment == "ch-9"
    (attempt,) = recorded(case, charge, Charged(payment="ch-2", amount=Money.parse("USD 1"), at=now), now).attempts
    assert (attempt.payment, attempt.began) == ("ch-2", now)


@pytest.mark.promise(2)
def test_a_charge_being_tried_is_dropped_by_money_also_while_other_money_is_on_its_way() -> None:
    """The company is down; meanwhile the customer begins a debit and then pays by card."""
    case, now = moment(COURTESY, -1)
    charge = step(case, "charge")
    case = pays()(sends_money()(case, now), now)
    assert overtaken(case, charge)
    asked = follow_up("underway:d-1", now)
    assert not overtaken(case, asked), "what became of the debit is asked in any case"


@pytest.mark.promise(2)
def test_what_is_asked_first_is_what_has_news() -> None:
    """Two are on their way; the one that is due is asked about, whichever began first."""
    case, now = moment(COURTESY, -1)
    ours = recorded(case, step(case, "charge"), Pending(payment="ch-1", ask_at=now + timedelta(days=1)), now)
    both = sends_money()(ours, now)
    todo = decide(both, now)
    assert isinstance(todo, Perform)
    assert todo.milestone.name == "underway:d-1"
    order = order_for(both, todo.milestone, now)
    assert isinstance(order, ChargeOrder)
    assert (order.payment, order.ask_only, order.key) == ("d-1", True, "INV-1042:underway:d-1:1")


@pytest.mark.promise(9)
def test_the_company_is_asked_for_money_other_than_what_we_have_and_what_is_on_its_way() -> None:
    """A payment that was declined is asked for again: the customer may have paid it after all."""
    case, now = moment(COURTESY, 4, (1, pays("USD 5.00")))
    case = recorded(case, step(case, "charge"), Declined(code="no", payment="ch-1"), now)
    case = recorded(case, step(case, "second-charge"), Pending(payment="ch-2", ask_at=now), now)
    case = pays("EUR 5.00", "p-eur")(case, now)
    order = order_for(case, step(case, "suspend"), now)
    assert getattr(order, "known", None) == ("p-1", "p-eur", "ch-2")


# The fee, while the company is asked for money


@pytest.mark.promise(2)
@pytest.mark.req("S3-14", "S3-33", "S3-34")
@pytest.mark.parametrize("meanwhile", ["money came", "money set out", "money came and was taken back"])
def test_no_fee_is_added_when_money_came_or_set_out_while_the_company_was_asked(meanwhile: str) -> None:
    pays_and_takes_back: Fact = lambda case, now: takes_back()(pays()(case, now), now)  # noqa: E731
    facts = {"money came": pays(), "money set out": sends_money(), "money came and was taken back": pays_and_takes_back}
    case, now = moment(COURTESY, 4)
    now = at(opened(COURTESY), 5)
    fee = step(case, "late-fee")
    after = recorded(facts[meanwhile](case, now), fee, Noted(), now)
    assert (fees(after), "late-fee" in after.steps_done) == ([], False)
    assert fees(recorded(case, fee, Noted(), now)) == ["USD 35.00"]
