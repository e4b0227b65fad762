"""The promises about money as properties: attempts, reversals, money under way, money that only asking finds."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given

from dunning.case.decisions import Finish, Wait
from dunning.case.ledger import MONEY_IN, Kind, balance, standing
from dunning.case.results import Deferred, Deleted, Found, Pending, Remembered, Restricted, Unknown
from dunning.level import Level
from dunning.policy.plan import LEVEL_OF, Action, Milestone
from dunning.rules.order_for import order_for
from tests.dunning.life import Did, Life
from tests.dunning.lives import LIVES, lives


@pytest.mark.promise(1)
@pytest.mark.promise(2)
@pytest.mark.promise(9)
@pytest.mark.req("S3-10", "S3-13", "S3-15", "S3-33", "S3-34", "S2-27")
@LIVES
@given(lives())
def test_money_keeps_its_promises(life: Life) -> None:
    """One life is looked at from all sides: drawing it costs more than looking."""
    attempts_stay_within_the_policy(life)
    nobody_suffers_while_money_is_on_its_way_or_in_the_grace(life)
    fees_are_only_asked_of_who_owes(life)
    each_reversal_is_told_once(life)
    no_level_is_jumped_over_after_a_reinstatement(life)
    only_a_reinstatement_weakens(life)
    what_comes_again_has_another_name_for_the_hands(life)
    found_money_is_in_the_ledger_once(life)
    it_ended_or_it_waits(life)


def attempts_stay_within_the_policy(life: Life) -> None:
    """S3-15, and one attempt for each new payment method."""
    most = life.case.plan.most_attempts
    assert most is None or len(life.world.company.reached) <= most
    tried = [did for did in life.of(Action.CHARGE) if did.step and did.step.name.startswith("new-method:")]
    assert len({did.step.name for did in tried if did.step}) <= life.case.method_changes


def nobody_suffers_while_money_is_on_its_way_or_in_the_grace(life: Life) -> None:
    """S3-33, S3-34; a chargeback restricts at once where the policy says so."""
    for did in [*life.consequences(), *life.of(Action.WARN_ADMINS)]:
        assert did.before.in_transit is None, did
        grace = did.before.grace_until
        assert grace is None or did.decided >= grace or _at_once(did), did


def _at_once(did: Did) -> bool:
    return did.step is not None and did.step.name.startswith("chargeback:")


def fees_are_only_asked_of_who_owes(life: Life) -> None:
    """Also when the money came while the company was asked for it."""
    for place, entry in enumerate(life.case.entries):
        if entry.kind in (Kind.LATE_FEE, Kind.REACTIVATION_FEE):
            assert balance(life.case.entries[:place], "USD").minor > 0, entry


def each_reversal_is_told_once(life: Life) -> None:
    """Never twice, and once when it left something owed that somebody can still be asked for."""
    notices = Counter(did.step.name for did in life.of(Action.NOTIFY) if did.step and "reversal:" in did.step.name)
    assert max(notices.values(), default=1) == 1
    case, rule = life.case, life.case.plan.taken_back
    gone = case.lapsed or case.voided or case.level is Level.DELETED
    if rule and rule.notice and not case.paid_up and not gone and not case.in_transit:
        assert all(notices[f"reversal:{entry.id}"] == 1 for entry in standing(case.entries))


def no_level_is_jumped_over_after_a_reinstatement(life: Life) -> None:
    """Who was reinstated goes through every level of the plan again, and is warned of each again."""
    ladder = [m.name for m in life.case.plan.milestones if m.action in LEVEL_OF]
    reached: set[str] = set()
    for did in life.did:
        reached = reached if did.step else set()
        if did.step and did.step.name in ladder and isinstance(did.result, Restricted | Deleted):
            assert set(ladder[: ladder.index(did.step.name)]) <= reached, did
            reached.add(did.step.name)


def only_a_reinstatement_weakens(life: Life) -> None:
    """A step that comes again never frees what is restricted more; what takes a wrong run back does."""
    for earlier, later in pairwise(life.did):
        gives_back = earlier.step is None or earlier.step.action is Action.LOOSEN
        assert gives_back or later.before.level.rank >= earlier.before.level.rank, later


def what_comes_again_has_another_name_for_the_hands(life: Life) -> None:
    """Archives and idempotency keys are per step."""
    names = Counter(order_for(did.before, step, did.decided).key for did, step in _finished(life))
    assert max(names.values(), default=1) == 1, names.most_common(1)


_REPEATABLE = (Action.CREDIT, Action.CARRY, Action.CLOSE, Action.LATE_FEE)
"""No activity, or one that only asks or writes the same again."""


def _finished(life: Life) -> Iterator[tuple[Did, Milestone]]:
    unfinished = (Pending, Unknown, Deferred, Found, Remembered)
    for did in life.did:
        step = did.step
        if step is None or isinstance(did.result, unfinished) or step.action in _REPEATABLE:
            continue
        if not step.name.startswith("underway:"):  # a payment of the customer's own has no key of ours
            yield did, step


def found_money_is_in_the_ledger_once(life: Life) -> None:
    """Promise 9, for money that no webhook told of."""
    ids = Counter(entry.id for entry in life.case.entries if entry.kind in MONEY_IN)
    assert max(ids.values(), default=1) == 1
    for did in life.did:
        if isinstance(did.result, Found):
            assert all(ids[payment.id] == 1 for payment in did.result.payments)
        if isinstance(did.result, Remembered):
            assert all(ids[entry.id] == 1 for entry in did.result.entries if entry.kind in MONEY_IN)


def it_ended_or_it_waits(life: Life) -> None:
    """`live` itself refuses lives that run in circles."""
    assert isinstance(life.last, Finish | Wait)
    assert bool(life.outcome) == isinstance(life.last, Finish)
