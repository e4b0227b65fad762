"""Taking a wrong run back: what goes, what stays, what comes again, and that nothing happens twice."""

import os
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunning.case.case import Case, UndoneRun
from dunning.case.decisions import Perform, Step, Wait
from dunning.case.facts import Approval, Undo
from dunning.case.ledger import Entry, Kind, balance
from dunning.case.orders import LoosenOrder, NoticeOrder
from dunning.case.results import Abandoned, Delivered, Loosened, NotOurs, Restricted
from dunning.case.update import changed
from dunning.explain.words import story_of
from dunning.level import Level
from dunning.policy.plan import CONSEQUENCES, LEVEL_OF, Action
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from dunning.rules.updates import approved
from dunning.tickets.case_tickets import words_for_staff
from dunning.tickets.kind import TicketKind
from dunning.undo.scope import scope
from dunning.undo.undo import CORRECTION, called_off, undo_outcome, undo_refused, undone
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, after, did, evening, moment, step
from tests.dunning.examples import approves, at, before_issue, opened, pays
from tests.dunning.life import Fact, Life, live
from tests.dunning.strategies import facts, openings, worlds
from tests.dunning.world import World

FEWER = settings(max_examples=int(os.environ.get("REPRIEVE_LIVES", "60")), deadline=None)


def undo(name: str, first: int, last: int, **more: object) -> Undo:
    """The run of these days from the due date on, of an invoice under that policy."""
    invoice = opened(name)
    since, until = at(invoice, first, minutes=-60), at(invoice, last, minutes=60)
    return Undo.model_validate({"id": "u-1", "since": since, "until": until, "by": "Ann", **more})


def undoes(name: str, first: int, last: int, **more: object) -> Fact:
    told_undo = undo(name, first, last, **more)
    return lambda case, now: undone(case, told_undo, now)


def names(step_: Step) -> str:
    assert isinstance(step_, Perform), step_
    return step_.milestone.name


def test_a_wrong_suspension_goes_and_comes_again_with_a_warning_of_its_own() -> None:
    life = evening(ASO, 40, (10, undoes(ASO, 10, 10)))
    assert after(life, 9) == [
        (9, "second-overdue"),
        (10, "suspend"),
        (10, "suspend:told"),
        (10, "loosen:u-1"),
        (10, "undo:u-1"),
        (17, "second-overdue:again:1"),
        (18, "suspend"),
        (18, "suspend:told"),
        (38, "deactivate"),
        (38, "deactivate:told"),
    ]
    assert did(life, "undo:u-1").before.level is Level.ACTIVE
    loosen = did(life, "loosen:u-1")
    order = order_for(loosen.before, loosen.step, loosen.decided) if loosen.step else None
    assert isinstance(order, LoosenOrder)
    assert (order.level, order.held) == (Level.ACTIVE, Level.SUSPENDED)


@pytest.mark.promise(3)
def test_notices_that_were_undone_come_again_in_their_turn() -> None:
    life = evening(ASO, 40, (10, undoes(ASO, 5, 10)))
    assert after(life, 11) == [(17, "first-overdue"), (21, "second-overdue"), (22, "suspend"), (22, "suspend:told")]


def test_the_correction_says_what_is_owed_what_comes_next_and_when() -> None:
    life = evening(COURTESY, 30, (11, undoes(COURTESY, 5, 10)))
    correction = did(life, "undo:u-1")
    assert correction.step
    assert correction.step.notice == CORRECTION
    order = order_for(correction.before, correction.step, correction.decided)
    assert isinstance(order, NoticeOrder)
    assert str(order.balance) == "USD 19.99", "the late fee is reversed"
    assert order.level is Level.ACTIVE
    coming = next(each for each in life.did if each.step and each.step.name == order.next_action.replace("_", "-")
                  and each.decided > correction.known)  # fmt: skip
    assert order.next_at == coming.decided


@pytest.mark.promise(1)
def test_a_fee_is_reversed_once_and_asked_for_again_when_its_turn_comes() -> None:
    life = evening(COURTESY, 30, (11, undoes(COURTESY, 5, 10)))
    fees = [(e.id, e.kind.value, e.amount.minor) for e in life.case.entries[1:]]
    assert fees == [
        ("late-fee", "late_fee", 3500), ("waive:late-fee", "waiver", 3500), ("late-fee:2", "late_fee", 3500)
    ]  # fmt: skip
    assert [name for _, name in after(life, 0)].count("second-charge") == 1, "charges are not repeated"
    assert str(life.case.balance) == "USD 54.99"


def test_a_reactivation_fee_goes_with_its_suspension() -> None:
    life = evening(HOTDOODLE, 63, (30, undoes(HOTDOODLE, 30, 30)))
    assert [e.id for e in life.case.entries[1:]] == [
        "suspend:reactivation-fee", "waive:suspend:reactivation-fee", "suspend:2:reactivation-fee"
    ]  # fmt: skip
    loosen = did(life, "loosen:u-1")
    assert loosen.before.loosen_to is Level.LOCKED, "the lock of day 20 was right and stays"
    told_ = [words for _, words in story_of(life.case)]
    assert "undo u-1 by Ann: suspend, suspend:told undone" in told_
    assert sum("reactivation fee USD 75.00" in words and words.startswith("suspended") for words in told_) == 2


@pytest.mark.req("S2-10")
def test_an_invoice_that_the_run_voided_is_owed_again_to_the_cent() -> None:
    case, now = moment(ASO, 31)
    assert (case.lapsed, case.level, case.balance.minor) == (True, Level.INACTIVE, 0)
    back = undone(case, undo(ASO, 30, 30), now)
    assert (back.lapsed, str(back.balance), back.loosen_to) == (False, "USD 19.99", Level.SUSPENDED)
    assert balance(back.entries, "USD") == case.invoice.amount
    assert back.entries[-1].model_dump(include={"id", "kind", "of"}) == {
        "id": "unvoid:deactivate:void", "kind": Kind.UNVOIDED, "of": "deactivate:void",
    }  # fmt: skip
    life = evening(ASO, 60, (31, undoes(ASO, 30, 30)))
    assert [e.id for e in life.case.entries if e.kind is Kind.VOID] == ["deactivate:void", "deactivate:2:void"]
    assert (life.case.lapsed, life.case.balance.minor) == (True, 0)


def test_money_that_was_kept_as_credit_pays_for_what_is_owed_again() -> None:
    invoice = opened(ASO)
    plan = invoice.plan.model_copy(update={"uses_credit": True})
    moments = [(at(invoice, 31), pays()), (at(invoice, 32), undoes(ASO, 30, 30))]
    world = World(charges=["declined"] * 9, credit=1999)
    life = live(invoice.model_copy(update={"plan": plan}), before_issue(invoice), moments, world)
    assert life.outcome == "paid"
    assert "use-credit-after-undo:u-1" in life.steps()


@pytest.mark.promise(3)
def test_a_consequence_goes_with_the_warnings_that_it_rested_on() -> None:
    case, now = moment(ASO, 11)
    run = scope(case, undo(ASO, 0, 9), now)
    assert run.steps == ("charge:told", "first-overdue", "second-overdue", "suspend", "suspend:told"), (
        "the suspension came a day after that time"
    )
    assert run.back_to is Level.ACTIVE
    assert "suspend" not in scope(case, undo(ASO, 9, 9), now).steps, "the first warning still stands"


def test_charges_stand_and_are_named() -> None:
    case, now = moment(COURTESY, 3, charges="ok")
    run = scope(case, undo(COURTESY, -20, 3), now)
    assert (run.steps, run.is_empty) == ((), True)
    assert run.charges == ("charge USD 19.99 (ch-INV-1042:charge:1)",)


@pytest.mark.promise(8)
@pytest.mark.req("S4-12", "S3-23")
def test_a_deletion_cannot_be_undone_but_its_back_ups_are_held_and_a_person_is_told() -> None:
    case, now = moment(HOTDOODLE, 60)
    before = tuple(done for done in case.done if done.action not in (Action.DELETE_BACKUPS, Action.CLOSE))
    after_ = undone(changed(case, done=before), undo(HOTDOODLE, 60, 60), now)
    assert after_.runs[0].deletions == ("delete",)
    assert (after_.level, after_.loosen_to, after_.runs[0].pending) == (Level.DELETED, None, "delete-backups")
    ticket = decide(after_, now)
    assert names(ticket) == "undo-deleted:u-1"
    kind, subject, body = words_for_staff(after_, "undo-deleted:u-1")
    assert kind is TicketKind.DELETED_BY_MISTAKE
    assert "deleted in a run that was wrong" in subject
    assert "Nothing more is deleted before" in body


@pytest.mark.promise(8)
def test_approvals_of_another_state_of_affairs_are_asked_for_anew() -> None:
    case, now = moment(ASO, 91)
    case = approved(case, Approval(milestone="delete", by="Ann"))
    assert names(decide(case, now)) == "delete"
    after_ = undone(case, undo(ASO, 88, 91), now)
    assert (after_.approvals, after_.runs[0].pending) == ((), "delete")
    assert isinstance(decide(after_, now), Wait)


@pytest.mark.promise(2)
def test_money_that_arrives_during_an_undo_reinstates() -> None:
    case, now = moment(ASO, 10)
    after_ = undone(case, undo(ASO, 10, 10), now)
    assert names(decide(after_, now)) == "loosen:u-1"
    paid = pays()(after_, now)
    assert decide(paid, now).__class__.__name__ == "Reinstate"
    loosening = decide(after_, now)
    assert isinstance(loosening, Perform)
    back = recorded(paid, loosening.milestone, Loosened(level=Level.ACTIVE), now)
    assert (back.level, back.loosen_to) == (Level.ACTIVE, None)
    assert decide(back, now).__class__.__name__ == "Reinstate", "the books must hear that it is paid"


def test_a_suspension_that_was_under_way_goes_the_same_way() -> None:
    case, now = moment(ASO, 9)
    due = at(opened(ASO), 10)
    suspend = step(case, "suspend")
    case = undone(case, undo(ASO, 9, 10), now := due + timedelta(hours=1))
    assert case.runs[0].steps == ("second-overdue",)
    assert called_off(case, suspend, due)
    assert not called_off(case, suspend, now + timedelta(days=8))
    assert not called_off(case, step(case, "charge"), due), "what became of a charge must be known"
    for result in (Restricted(level=Level.SUSPENDED), Abandoned()):
        late = recorded(case, suspend, result, now + timedelta(minutes=1))
        assert (late.level, late.loosen_to) == (Level.SUSPENDED, Level.ACTIVE)
        assert late.runs[0].steps == ("second-overdue", "suspend")
        assert names(decide(late, now)) == "loosen:u-1"


def test_a_renewed_invoice_is_not_owed_again() -> None:
    case, now = moment(ASO, 31)
    back = undone(case, undo(ASO, 30, 30), now)
    loosen = decide(back, now)
    assert isinstance(loosen, Perform)
    ended = recorded(back, loosen.milestone, NotOurs(reason="renewed"), now)
    assert (ended.outcome, ended.balance.minor) == ("renewed", 0)
    after = decide(ended, now)
    assert not (isinstance(after, Perform) and after.milestone.action is Action.LOOSEN), "or it would never end"


def test_the_second_undo_of_an_id_changes_nothing_and_an_empty_one_is_not_kept() -> None:
    case, now = moment(ASO, 11)
    once = undone(case, undo(ASO, 10, 10), now)
    assert undone(once, undo(ASO, 5, 11), now) is once
    assert undo_outcome(once, undo(ASO, 10, 10), once) == "already undone"
    nothing = undo(ASO, 50, 60, id="u-2")
    assert undone(case, nothing, now) is case
    assert undo_outcome(case, nothing, case) == "nothing to undo"
    assert undo_outcome(case, undo(ASO, 10, 10), once) == "undone"


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [(10, 9, "before it begins"), (0, 400, "not longer than a year"), (9, 10, "")],
)
def test_nonsense_is_refused(since: int, until: int, why: str) -> None:
    first = datetime(2026, 12, 1, tzinfo=UTC)
    refused = undo_refused(Undo(id="u", since=first + timedelta(days=since), until=first + timedelta(days=until)))
    assert why in refused
    assert bool(refused) is bool(why)


def test_a_void_or_renewed_invoice_has_nothing_to_undo() -> None:
    case, now = moment(ASO, 11)
    void = case.model_copy(update={"voided": "a mistake"})
    assert scope(void, undo(ASO, 0, 11), now).is_empty


def test_who_is_deleted_after_an_undo_was_asked_again() -> None:
    life = evening(ASO, 130, (91, undoes(ASO, 88, 91)), (90, approves("delete")), (120, approves("delete")))
    assert "delete" not in life.case.steps_done or life.case.approvals


@st.composite
def undone_lives(draw: st.DrawFn) -> tuple[Life, UndoneRun | None, Case | None]:
    """A life in which a run is undone soon after a step of it, and the case as it was just before."""
    invoice, start = draw(openings())
    coming, world = draw(facts(start, most=2)), draw(worlds)
    wrong = draw(st.sampled_from(live(invoice, start, list(coming), deepcopy(world)).did))
    when = wrong.known + draw(st.timedeltas(timedelta(0), timedelta(hours=20)))
    mine = Undo(
        id="mine",
        since=when - timedelta(days=draw(st.integers(1, 40))),
        until=when,
        hold_days=draw(st.integers(1, 12)),
    )
    seen: list[Case] = []

    def fact(case: Case, now: datetime) -> Case:
        seen[:] = [case]
        return undone(case, mine, now)

    life = live(invoice, start, [*coming, (when, fact)], world)
    return life, next((run for run in life.case.runs if run.undo.id == "mine"), None), seen[0] if seen else None


@pytest.mark.promise(2)
@FEWER
@given(undone_lives())
def test_for_the_days_after_an_undo_nothing_happens_to_the_customer(
    made: tuple[Life, UndoneRun | None, Case | None],
) -> None:
    life, run, _ = made
    if run is None:
        return
    until = run.at + timedelta(
        days=run.undo.hold_days - 1, hours=-1
    )  # at the policy's hour, in a zone with summer time
    for each in life.of(*CONSEQUENCES, Action.WARN_ADMINS):
        assert each.step
        if not each.step.name.startswith("chargeback:"):
            assert not run.at <= each.decided < until, each


@pytest.mark.promise(3)
@FEWER
@given(undone_lives())
def test_every_consequence_after_an_undo_has_a_warning_since(
    made: tuple[Life, UndoneRun | None, Case | None],
) -> None:
    life, run, _ = made
    if run is None:
        return
    for each in life.consequences():
        assert each.step
        if each.step.action is Action.LATE_FEE and each.step.name not in {entry.id for entry in life.case.entries}:
            continue  # it did not apply
        if each.decided <= run.at or each.step.name.startswith("chargeback:") or isinstance(each.result, NotOurs):
            continue
        since = [
            d for d in life.did
            if d.step and run.at <= d.known <= each.decided and isinstance(d.result, Delivered)
            and d.result.announced and d.result.announced.of(each.step.name)
        ]  # fmt: skip
        assert since, each


@pytest.mark.promise(6)
@FEWER
@given(undone_lives())
def test_an_undo_moves_the_balance_by_its_fees_and_void_alone_and_only_once(
    made: tuple[Life, UndoneRun | None, Case | None],
) -> None:
    _, run, before = made
    if run is None or before is None:
        return
    once = undone(before, run.undo, run.at)
    moved = once.runs[-1].owed_again.minor - once.runs[-1].fees.minor
    assert once.balance.minor == before.balance.minor + moved
    assert undone(once, run.undo, run.at) is once
    assert once.level == before.level, "the panel's work changes it, nothing else"
    kept = [entry for entry in once.entries if entry in before.entries]
    assert kept == list(before.entries), "the ledger is only added to"
    assert [done.step for done in once.done] == [done.step for done in before.done]
    wanted = once.loosen_to or once.level
    asked = [LEVEL_OF[d.action] for d in once.done if d.action in LEVEL_OF and not d.undone and d.kind == "restricted"]
    assert wanted in (*asked, Level.ACTIVE, before.level)


def test_entries_of_a_run_are_known() -> None:
    case, now = moment(COURTESY, 11)
    run = scope(case, undo(COURTESY, 5, 10), now)
    assert (run.entries, str(run.fees)) == (("late-fee",), "USD 35.00")
    assert isinstance(case.entries[1], Entry)
