"""What comes again after the service was reinstated and the money taken back (S3-34), and what does not."""

from datetime import datetime, timedelta

import pytest

from dunning.case.case import Case
from dunning.case.decisions import Perform, Wait
from dunning.case.orders import NoticeOrder
from dunning.case.results import Delivered, Noted, Reinstated
from dunning.level import Level
from dunning.payments.reversals import to_repeat
from dunning.policy.plan import Action
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded, reinstated
from tests.dunning.evenings import (
    ASO,
    COURTESY,
    HOTDOODLE,
    WHMCS,
    after,
    evening,
    moment,
    step,
)
from tests.dunning.examples import approves, at, opened, pays, takes_back
from tests.dunning.life import Fact, live
from tests.dunning.world import World


@pytest.mark.req("S3-34")
@pytest.mark.promise(4)
def test_every_level_and_every_notice_after_the_first_comes_again_with_its_own_interval() -> None:
    life = evening(HOTDOODLE, 141, (55, pays("USD 94.99")), (80, takes_back("USD 94.99")))
    assert after(life, 90) == [
        (90, "warn-admins"),
        (90, "warn-admins:told"),
        (100, "lock"),
        (100, "lock:told"),
        (110, "suspend"),
        (110, "suspend:told"),
        (133, "last-warning"),
        (140, "delete"),
        (140, "delete-backups"),
        (140, "deletion:told"),
        (140, "close:4"),
    ]
    assert str(life.case.balance) == "USD 94.99", "the reactivation fee is asked for once"


@pytest.mark.req("S3-34", "S3-19")
def test_steps_that_come_again_have_other_names_for_archives_and_keys() -> None:
    paid_twice = (pays("USD 54.99", "p-1"), pays("USD 54.99", "p-2"))
    backs = (takes_back("USD 54.99", "p-1", "r-1"), takes_back("USD 54.99", "p-2", "r-2"))
    life = evening(COURTESY, 100, (12, paid_twice[0]), (20, backs[0]), (42, paid_twice[1]), (50, backs[1]))
    suspensions = [d for d in life.did if d.step and d.step.name in ("suspend", "suspend:told")]
    keys = [order_for(d.before, d.step, d.decided).key for d in suspensions if d.step]
    assert keys == [
        "INV-1042:suspend", "INV-1042:suspend:told", "INV-1042:suspend:2", "INV-1042:suspend:told:2",
        "INV-1042:suspend:3", "INV-1042:suspend:told:3",
    ]  # fmt: skip


@pytest.mark.req("S3-34", "S3-13", "S3-15")
def test_fees_and_charges_are_not_repeated() -> None:
    life = evening(COURTESY, 40, (12, pays("USD 54.99")), (20, takes_back("USD 54.99")))
    assert [len(life.of(action)) for action in (Action.CHARGE, Action.LATE_FEE, Action.ISSUE)] == [2, 1, 1]
    assert str(life.case.balance) == "USD 54.99"


def test_what_has_not_come_before_the_payment_comes_after_the_grace_in_its_turn() -> None:
    life = evening(COURTESY, 40, (2, pays()), (20, takes_back()))
    assert after(life, 30) == [
        (30, "second-charge"),
        (30, "second-charge:told"),
        (30, "charge:again:1"),
        (35, "late-fee"),
        (40, "suspend"),
        (40, "suspend:told"),
    ]


@pytest.mark.req("S3-34")
def test_money_that_goes_back_while_the_service_is_being_given_back_jumps_over_nothing() -> None:
    """The reversal comes in the middle of the reinstatement: the service is free when it ends, and suspended anew."""
    start = opened(ASO)
    world = World(charges=["declined"], delays=[timedelta(0)] * 7 + [timedelta(minutes=30)])
    coming: list[tuple[datetime, Fact]] = [(at(start, 12), pays()), (at(start, 12, minutes=10), takes_back())]
    life = live(start, at(start, -11), coming, world, at(start, 60))
    assert after(life, 12) == [
        (12, "reinstate"),
        (12, "confirm:p-1"),
        (12, "reopen:r-1"),
        (12, "use-credit:r-1"),
        (12, "reversal:r-1"),
        (22, "second-overdue:again:1"),
        (23, "suspend"),
        (23, "suspend:told"),
        (43, "deactivate"),
        (43, "deactivate:told"),
    ]


def test_money_that_goes_back_before_anything_was_given_back_leaves_the_service_as_it_is() -> None:
    case, now = moment(ASO, 12)
    back = takes_back()(pays()(case, now), now)
    assert (back.level, [d.step for d in back.done if d.undone]) == (Level.SUSPENDED, [])
    assert back.next_milestone is step(case, "deactivate")
    assert back.grace_until == at(opened(ASO), 22)


def test_only_what_brought_a_level_and_the_notices_after_it_count_as_undone() -> None:
    for name, day, steps in (
        (ASO, 12, ["suspend", "suspend:told"]),
        (COURTESY, 12, ["suspend", "suspend:told"]),
        (WHMCS, 6, ["suspend", "suspend:told"]),
        (
            HOTDOODLE,
            54,
            ["warn-admins", "warn-admins:told", "lock", "lock:told", "suspend", "suspend:told", "last-warning"],
        ),
        (HOTDOODLE, 6, []),
    ):
        case, _ = moment(name, day)
        assert [d.step for d in to_repeat(case) if d.undone] == steps
    case, now = moment(ASO, 12)
    given_back = reinstated(pays()(case, now), Reinstated(level=Level.ACTIVE), now)
    assert [d.step for d in given_back.done if d.undone] == ["suspend", "suspend:told"]
    assert "suspend" not in given_back.steps_done


@pytest.mark.promise(8)
@pytest.mark.req("S3-23")
def test_who_agreed_to_a_deletion_before_the_payment_is_asked_anew() -> None:
    """Ana agrees, the panel is away, and the customer pays: that agreement is worth nothing a month later."""
    case, now = moment(COURTESY, 36)
    agreed = approves("terminate")(case, now)
    assert isinstance(decide(agreed, now), Perform)
    back = takes_back("USD 54.99")(pays("USD 54.99")(agreed, now), now)
    assert back.approvals == ()
    warned = _told_of(_told_of(back, now), at(opened(COURTESY), 47))
    waiting = decide(warned, at(opened(COURTESY), 55))
    assert waiting == Wait(None, "approval of terminate", "1 more approval(s) needed before terminate", 1)


def _told_of(case: Case, now: datetime) -> Case:
    """All follow-ups of the reversal are done."""
    for _ in range(10):
        todo = decide(case, now)
        if not isinstance(todo, Perform):
            return case
        order = order_for(case, todo.milestone, now)
        result = Delivered(notice="n", announced=order.announced) if isinstance(order, NoticeOrder) else Noted()
        case = recorded(case, todo.milestone, result, now)
    raise AssertionError(decide(case, now))
