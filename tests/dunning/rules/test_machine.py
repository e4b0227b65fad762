"""What a case waits for or does next, and the words in which it says why."""

from datetime import datetime, timedelta

import pytest

from dunning.case.case import Case, Deferral
from dunning.case.decisions import Perform, Reinstate, Wait
from dunning.case.facts import Promise, Waiver
from dunning.case.results import Deferred, Deleted, Delivered, Noted, NotOurs, Reinstated
from dunning.level import Level
from dunning.policy.plan import Action
from dunning.rules.machine import decide
from dunning.rules.promises import promised
from dunning.rules.record import recorded, reinstated
from dunning.rules.updates import waived
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, evening, moment, step
from tests.dunning.examples import DUE, at, before_issue, opened, pays
from tests.dunning.life import Fact, Life, World, live


def waits(day: int, coming: str, why: str, name: str = ASO) -> Wait:
    return Wait(at(opened(name), day), coming, why)


@pytest.mark.parametrize(
    ("name", "day", "wait"),
    [
        (ASO, -11, waits(-10, "issue", "the policy a-small-orange says day -10 from the due date")),
        (ASO, 6, waits(9, "second-overdue", "the policy a-small-orange says day +9 from the due date")),
        (ASO, 9, waits(10, "suspend", "the policy a-small-orange says day +10 from the due date")),
        (ASO, 91, Wait(None, "approval of delete", "1 more approval(s) needed before delete", 1)),
    ],
)
def test_a_case_waits_for_its_policy_s_next_step(name: str, day: int, wait: Wait) -> None:
    assert evening(name, day).last == wait


def test_a_debit_on_its_way_is_waited_for_and_asked_about() -> None:
    for kind, hours, why in (
        ("pending", 24, "the debit is on its way"),
        ("unknown", 1, "the gateway has not said yet"),
    ):
        start = opened(ASO)
        due = at(start, 0)
        life = live(start, before_issue(start), world=World(charges=[kind]), until=due + timedelta(minutes=30))
        asks = due + timedelta(hours=hours)
        assert life.last == Wait(asks, "ask about charge", why)
        assert decide(life.case, asks) == Perform(
            step(life.case, "charge"), "ask what became of the attempt; the same key moves no money twice"
        )


def test_a_promise_is_waited_for_until_its_day_is_over() -> None:
    promise: Fact = lambda case, _now: promised(case, Promise(until=DUE + timedelta(days=20)))  # noqa: E731
    life = evening(ASO, 9, (8, promise))
    assert life.last == waits(21, "the promise's day is over", "the customer promised to pay by then")


def test_a_step_put_off_waits_for_its_own_day_and_delays_no_other() -> None:
    case, now = moment(ASO, 9)
    later = at(opened(ASO), 15)
    off = recorded(case, step(case, "suspend"), Deferred(until=later, reason="the panel is being repaired"), now)
    assert decide(off, now) == Wait(later, "suspend", "the panel is being repaired")
    assert isinstance(decide(off, later), Perform)
    earlier = recorded(off, step(case, "suspend"), Deferred(until=now, reason="not now"), now)
    assert decide(earlier, now) == Wait(later, "suspend", "the panel is being repaired")
    other = case.model_copy(update={"deferrals": (Deferral(step="delete", at=now, until=later, reason="not today"),)})
    assert decide(other, now) == waits(10, "suspend", "the policy a-small-orange says day +10 from the due date")


def test_a_step_says_why_it_is_done() -> None:
    case, now = moment(ASO, 9)
    suspend = step(case, "suspend")
    assert decide(case, now + timedelta(days=1)) == Perform(
        suspend, "the policy a-small-orange says day +10 from the due date"
    )
    told_late = live(opened(ASO), before_issue(opened(ASO)), world=_late_second_notice(), until=at(opened(ASO), 11))
    assert told_late.case.shift_days == 0
    assert isinstance(told_late.last, Wait)
    assert told_late.last.why == (
        "the full interval since the warning 'suspend' must pass, and its announced date come"
    )


def _late_second_notice() -> World:
    """Half an hour late: punctual enough to move nothing, but the notice's own day must pass in full."""
    late = [timedelta(0)] * 4 + [timedelta(minutes=30)]
    return World(charges=["declined"], delays=late)


def test_the_seconds_that_a_notice_took_lengthen_the_wait_but_need_no_explanation() -> None:
    for took in (timedelta(seconds=40), timedelta(minutes=1)):
        world = World(charges=["declined"], delays=[timedelta(0)] * 4 + [took])
        life = live(opened(ASO), before_issue(opened(ASO)), world=world, until=at(opened(ASO), 10))
        assert life.last == Wait(
            at(opened(ASO), 10) + took, "suspend", "the policy a-small-orange says day +10 from the due date"
        )


# Follow-ups


def perform(case: Case, now: datetime) -> tuple[str, Action, str, str]:
    found = decide(case, now)
    assert isinstance(found, Perform)
    assert found.milestone.at == now
    return found.milestone.name, found.milestone.action, found.milestone.notice, found.why


def test_what_happened_is_told_and_the_books_are_closed_with_a_reason() -> None:
    case, now = moment(ASO, -1)
    case = pays("USD 20.00")(case, now)
    assert perform(case, now) == (
        "confirm:p-1", Action.NOTIFY, "Invoice Payment Confirmation", "it happened, so it is told",
    )  # fmt: skip
    quiet = case.model_copy(update={"plan": case.plan.model_copy(update={"payment_notice": ""})})
    assert perform(quiet, now) == ("credit:2", Action.CREDIT, "", "USD 0.01 more than owed was paid")
    exact = pays()(quiet.model_copy(update={"entries": quiet.entries[:1]}), now)
    assert perform(exact, now) == ("close:2", Action.CLOSE, "", "the case ends: paid")


def test_giving_back_says_why() -> None:
    case, now = moment(ASO, 11)
    assert decide(pays()(case, now), now) == Reinstate(
        "nothing is owed any more, and our hold still asks for suspended"
    )
    courtesy, then = moment(COURTESY, 3)
    assert decide(pays()(courtesy, then), then) == Reinstate(
        "paid after its due date: another invoice may have handed its hold to this one"
    )


def test_who_pays_on_the_due_date_was_never_past_due() -> None:
    assert "reinstate" not in evening(COURTESY, 1, charges="ok").steps()


def test_nobody_is_told_of_a_suspension_that_did_not_happen() -> None:
    case, now = moment(COURTESY, 9)
    now = at(opened(COURTESY), 10)
    case = recorded(case, step(case, "suspend"), NotOurs(reason="INV-2 was paid"), now)
    assert perform(case, now)[0] == "close:2"


def test_only_money_for_what_was_really_deleted_is_a_person_s_business() -> None:
    case, now = moment(COURTESY, 34)
    gone = recorded(case, step(case, "terminate"), Deleted(), now)
    assert "paid-after-deletion" in follow_all(pays("USD 54.99")(gone, now), now)
    waived_all = waived(waived(gone, Waiver(entry="invoice"), now), Waiver(entry="late-fee"), now)
    assert follow_all(waived_all, now) == ["close:4"]
    kept = recorded(case, step(case, "terminate"), NotOurs(reason="INV-2 was paid"), now)
    kept = pays("USD 54.99")(kept, now)
    assert not [s for s in follow_all(kept, now) if s == "paid-after-deletion"]
    backups, then = moment(HOTDOODLE, 54)
    backups = recorded(backups, step(backups, "delete-backups"), Deleted(), then)
    assert "paid-after-deletion" not in follow_all(pays("USD 94.99")(backups, then), then)


def follow_all(case: Case, now: datetime) -> list[str]:
    """The steps that are done at once, with the holds lifted."""
    found: list[str] = []
    for _ in range(20):
        todo = decide(case, now)
        if isinstance(todo, Reinstate):
            case = reinstated(case, Reinstated(level=Level.ACTIVE), now)
        elif isinstance(todo, Perform):
            found.append(todo.milestone.name)
            result = Delivered(notice="n") if todo.milestone.action is Action.NOTIFY else Noted()
            case = recorded(case, todo.milestone, result, now)
        else:
            return found
    raise AssertionError(found)


# Warnings that nobody took


def undelivered(name: str, until_day: int) -> Life:
    start = opened(name)
    world = World(charges=["declined"] * 9, undelivered={2, 3, 4, 5})
    return live(start, before_issue(start), world=world, until=at(start, until_day, minutes=600))


def test_the_latest_warning_is_the_one_that_is_sent_again() -> None:
    life = undelivered(ASO, 10)
    assert life.last == Wait(
        at(opened(ASO), 11), "second-overdue again", "no warning of suspend that counts was delivered"
    )
    (again,) = [d for d in life.did if d.step and ":again:" in d.step.name and d.step.action is Action.NOTIFY]
    assert again.step is not None
    assert (again.step.name, again.step.notice, again.step.day) == (
        "second-overdue:again:1", "Invoice Overdue", 9,
    )  # fmt: skip
    assert decide(again.before, again.decided) == Perform(again.step, "nobody may suffer suspend unwarned")
    after = undelivered(ASO, 13)
    assert [(d.step.name, after.case.today(d.known)) for d in after.did if d.step and "again" in d.step.name][-1] == (
        "second-overdue:again:2", DUE + timedelta(days=11),
    )  # fmt: skip
    (suspend,) = after.of(Action.SUSPEND)
    assert suspend.known == at(opened(ASO), 12)


def test_a_failed_charge_that_warns_is_told_again_in_its_own_words() -> None:
    life = undelivered(COURTESY, 6)
    again = [d.step for d in life.did if d.step and d.step.name.endswith("charge:again:1")]
    assert [(s.name, s.notice) for s in again if s] == [("charge:again:1", "Invoice Overdue")]
