"""The design's promises as properties: over random policies, payments, delays, outages, refusals and crashes."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.calendar import local_date
from dunning.case.case import LATE, Case, Opened
from dunning.case.decisions import Finish
from dunning.case.ledger import MONEY_IN, TAKEN_BACK, Kind, balance
from dunning.case.results import Deferred, Delivered, NotOurs
from dunning.level import Level
from dunning.policy.plan import CONSEQUENCES, DELETIONS, Action, Milestone
from dunning.policy.step_names import read, without_turn
from dunning.rules.machine import decide
from dunning.undo.undo import struck_out
from tests.dunning.life import Did, Fact, Life, live
from tests.dunning.lives import LIVES, lives
from tests.dunning.strategies import money_facts, openings


@pytest.mark.promise(1)
@pytest.mark.req("S3-15", "S3-13")
@LIVES
@given(lives())
def test_no_milestone_moves_money_twice_and_no_fee_comes_twice(life: Life) -> None:
    charges = [m.name for m in life.case.plan.milestones if m.action is Action.CHARGE]
    assert len(life.moved) <= len(charges) + life.case.method_changes
    ids = Counter((entry.kind, entry.id) for entry in life.case.entries)
    assert max(ids.values()) == 1
    fees = [e for e in life.case.entries if e.kind is Kind.LATE_FEE and not struck_out(life.case, e)]
    assert len(fees) <= sum(m.action is Action.LATE_FEE for m in life.case.plan.milestones)


@pytest.mark.promise(2)
@pytest.mark.req("S2-05", "S3-06")
@LIVES
@given(lives())
def test_nothing_happens_to_a_customer_who_owes_nothing(life: Life) -> None:
    for did in life.of(*CONSEQUENCES, Action.CHARGE, Action.WARN_ADMINS):
        assert did.before.balance.minor > 0 or did.before.lapsed or _asks_again(did), did
    for did in life.of(Action.NOTIFY):
        assert did.step is not None
        assert not did.before.paid_up or did.step.name.startswith(("confirm:", "undo:")), did.step.name


def _asks_again(did: Did) -> bool:
    return did.step is not None and any(a.step == did.step.name for a in did.before.attempts)


@pytest.mark.promise(3)
@pytest.mark.promise(4)
@pytest.mark.req("S2-19")
@LIVES
@given(lives())
def test_every_consequence_follows_a_delivered_warning_by_its_full_interval(life: Life) -> None:
    for did in life.consequences():
        assert did.step is not None
        if isinstance(did.result, NotOurs) or did.step.name.startswith("chargeback:"):
            continue
        if did.step.action is Action.LATE_FEE and not _added(life, did.step.name):
            continue  # it did not apply, and nobody is warned of nothing
        intervals = _intervals(life, did)
        assert intervals, f"{did.step.name} came unwarned: {life.steps()}"
        assert all(passed >= planned for passed, planned in intervals), (did.step.name, intervals)


def _added(life: Life, fee: str) -> bool:
    return any(entry.kind is Kind.LATE_FEE and without_turn(entry.id) == fee for entry in life.case.entries)


def _intervals(life: Life, did: Did) -> list[tuple[timedelta, timedelta]]:
    """For each delivered warning before the step: how long ago it was, and how long the policy says.

    What came before the due date is none: the step waits for one that came later.
    """
    assert did.step is not None
    found: list[tuple[timedelta, timedelta]] = []
    for earlier in life.did:
        if earlier.known > did.decided or earlier.step is None or not isinstance(earlier.result, Delivered):
            continue
        if did.before.today(earlier.known) < did.before.invoice.due:
            continue
        said = earlier.result.announced.of(did.step.name) if earlier.result.announced else None
        warning = life.case.plan.milestone(read(earlier.step.name).milestone)
        if said and warning:
            found.append((did.decided - earlier.known, did.step.at - warning.at))
    return found


@pytest.mark.promise(4)
@pytest.mark.req("S3-02", "S3-03", "S3-11", "S2-26", "S4-14")
@LIVES
@given(lives())
def test_steps_keep_the_order_of_the_plan_and_none_comes_early_or_is_skipped(life: Life) -> None:
    order, under_way = [m.name for m in life.case.plan.milestones], set[str]()
    for did in life.did:
        if did.step is None or did.step.name not in order or did.step.name in under_way:
            continue  # one that is asked about again began before: a step before it may have been undone since
        if not _is_over(did):
            under_way.add(did.step.name)
        earlier = order[: order.index(did.step.name)]
        assert all(name in did.before.steps_done for name in earlier), did
        assert did.decided >= did.step.at or did.before.due_changes


@pytest.mark.promise(4)
@LIVES
@given(lives())
def test_after_an_outage_steps_are_neither_merged_nor_closer_together_than_planned(life: Life) -> None:
    """Consecutive dated steps keep their planned distance, but for the hour that counts as punctual."""
    by_name = {m.name: m for m in life.case.plan.milestones}
    dated = [did for did in life.did if did.step is not None and did.step.name in by_name and _is_over(did)]
    for earlier, later in pairwise(dated):
        assert earlier.step is not None
        assert later.step is not None
        if by_name[earlier.step.name].at < life.case.opened_at and _is_friendly(earlier.step):
            continue  # a case opened late keeps its due date, also when the charge of that day is answered days later
        if later.before.due_changes:
            continue  # a person moved the steps
        planned = by_name[later.step.name].at - by_name[earlier.step.name].at
        # A zone's clock change may make one local day an hour longer or shorter.
        assert later.decided - earlier.known >= planned - LATE - timedelta(hours=1)


def _is_friendly(step: Milestone) -> bool:
    return step.action is Action.ISSUE or (step.day < 0 and not step.warns_of)


def _is_over(did: Did) -> bool:
    return getattr(did.result, "kind", "") not in {"pending", "unknown", "deferred"}


@pytest.mark.promise(6)
@pytest.mark.promise(7)
@pytest.mark.req("S2-07", "S3-29", "S4-10", "S4-11")
@LIVES
@given(lives())
def test_who_owes_nothing_has_the_service_back_and_who_owes_has_not_got_it_for_free(life: Life) -> None:
    if life.outcome in {"paid", "waived", "void"}:
        assert life.case.level in {Level.ACTIVE, Level.DELETED}
        assert life.case.balance.minor == 0
    for did in life.did:
        if did.step is None:
            assert did.before.balance.minor <= 0


@pytest.mark.promise(8)
@pytest.mark.req("S2-14", "S3-23")
@LIVES
@given(lives())
def test_deletion_waits_for_its_approvals_and_never_comes_with_the_suspension(life: Life) -> None:
    restricted = [d.known for d in life.of(Action.SUSPEND, Action.DEACTIVATE) if not isinstance(d.result, Deferred)]
    for did in life.of(*DELETIONS):
        assert did.step is not None
        people = {a.by for a in did.before.approvals if a.milestone == did.step.name}
        assert len(people) >= did.step.approvals
        assert restricted
        zone = life.case.plan.zone
        assert local_date(did.decided, zone) > local_date(restricted[0] - LATE, zone)


@pytest.mark.promise(9)
@pytest.mark.req("S3-32")
@LIVES
@given(lives())
def test_every_payment_ends_in_the_ledger_exactly_once_to_the_cent(life: Life) -> None:
    arrived = {entry.id: entry for entry in life.case.entries if entry.kind in (Kind.PAYMENT, Kind.PARKED)}
    for key, amount in life.moved.items():
        resolved = f"ch-{key}" in arrived
        asking = any(a.ask_at for a in life.case.attempts)
        assert resolved or asking
        assert not resolved or arrived[f"ch-{key}"].amount == amount
    if life.outcome == "paid":
        kinds = {kind: sum(e.amount.minor for e in life.case.entries if e.kind is kind) for kind in Kind}
        taken = {e.id: e.amount.minor for e in life.case.entries if e.kind in TAKEN_BACK and e.of in _paid(life)}
        again = {e.of: e.amount.minor for e in life.case.entries if e.kind is Kind.RESTORED and e.of in taken}
        taken_back = sum(taken.values()) - sum(again.values())
        charges = kinds[Kind.INVOICE] + kinds[Kind.LATE_FEE] + kinds[Kind.REACTIVATION_FEE] - kinds[Kind.WAIVER]
        came = kinds[Kind.PAYMENT] - taken_back + kinds[Kind.CARRIED]
        assert came == charges + kinds[Kind.CREDIT] + kinds[Kind.REFUND]
        assert sum(money.minor for money in life.refunded.values()) == kinds[Kind.REFUND]


def _paid(life: Life) -> set[str]:
    return {entry.id for entry in life.case.entries if entry.kind is Kind.PAYMENT}


@pytest.mark.promise(9)
@LIVES
@given(openings(), st.data())
def test_the_order_in_which_money_facts_arrive_does_not_matter(
    opened: tuple[Opened, datetime], data: st.DataObject
) -> None:
    case, start = opened
    arriving = data.draw(st.lists(money_facts, max_size=6))
    shuffled = data.draw(st.permutations(arriving))
    assert _after(case, start, arriving) == _after(case, start, shuffled)


def _after(opened: Opened, start: datetime, arriving: list[Fact]) -> tuple[int, set[str]]:
    life = live(opened, start, until=start)
    for fact in arriving:
        life.case = fact(life.case, start)
    money = {e.id for e in life.case.entries if e.kind in (*MONEY_IN, *TAKEN_BACK, Kind.RESTORED)}
    return balance(life.case.entries, "USD").minor, money


@LIVES
@given(lives())
def test_a_closed_case_is_closed_whenever_somebody_looks(life: Life) -> None:
    for later in (timedelta(0), timedelta(days=40), timedelta(days=4000)) if life.outcome else ():
        assert decide(life.case, life.now + later) == Finish(life.outcome)


@LIVES
@given(lives())
def test_a_case_that_went_over_the_wire_decides_the_same(life: Life) -> None:
    """Nothing that a decision needs is lost in JSON, and nothing depends on an object's history."""
    again = Case.model_validate_json(life.case.model_dump_json())
    assert again == life.case
    assert decide(again, life.now) == decide(life.case, life.now)
