"""Chargebacks restrict at once where the policy says so, and a won dispute undoes them (S3-34)."""

from datetime import datetime, timedelta

import pytest

from dunning.case.case import Case
from dunning.case.decisions import Perform, Wait, follow_up
from dunning.case.facts import Payment, Waiver
from dunning.case.ledger import Kind
from dunning.case.orders import RestrictOrder
from dunning.case.results import Credited, Deferred, Delivered, Found, Noted, Restricted
from dunning.coverage import Coverage
from dunning.level import Level
from dunning.money import Money
from dunning.policy.fee import Fee
from dunning.policy.plan import Action
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from dunning.rules.updates import waived
from tests.dunning.evenings import (
    ASO,
    COURTESY,
    HOTDOODLE,
    after,
    days,
    declining,
    did,
    evening,
    moment,
    until_evening,
    with_rule,
)
from tests.dunning.examples import PRICE, at, gives_again, new_card, opened, pays, takes_back
from tests.dunning.life import Fact
from tests.dunning.world import World

GRACE = "money was taken back, and the policy gives this time"


@pytest.mark.req("S3-34")
def test_a_chargeback_suspends_at_once_where_the_policy_says_so_and_the_notice_says_it() -> None:
    life = evening(COURTESY, 22, (2, pays()), (20, takes_back(chargeback=True)))
    assert after(life, 20) == [
        (20, "reopen:r-1"), (20, "use-credit:r-1"), (20, "chargeback:r-1"), (20, "reversal:r-1"),
    ]  # fmt: skip
    restricted = did(life, "chargeback:r-1")
    assert restricted.step is not None
    order = order_for(restricted.before, restricted.step, restricted.decided)
    assert isinstance(order, RestrictOrder)
    assert (order.level, order.reason, order.held) == (Level.SUSPENDED, "chargeback", Level.ACTIVE)
    assert order.covers == Coverage(kinds=("website", "email")), "no more than the plan's own suspension"
    assert order.known == ("p-1",)
    notice = did(life, "reversal:r-1")
    assert notice.before.level is Level.SUSPENDED
    assert life.last == Wait(at(opened(COURTESY), 30), "the grace is over", GRACE)


def test_after_the_grace_the_plan_goes_on_and_never_restricts_less_than_the_chargeback() -> None:
    life = evening(COURTESY, 41, (2, pays()), (20, takes_back(chargeback=True)))
    assert after(life, 40) == [(40, "suspend"), (40, "suspend:told")]
    invoice = with_rule(HOTDOODLE, chargeback="suspended")
    life = until_evening(invoice, 40, (2, pays()), (20, takes_back(chargeback=True)), world=declining())
    assert (35, "warn-admins") in days(life)
    assert life.case.level is Level.SUSPENDED


def test_the_reactivation_fee_is_asked_for_once_when_both_the_chargeback_and_the_plan_suspend() -> None:
    invoice = with_rule(HOTDOODLE, chargeback="suspended")
    life = until_evening(invoice, 60, (2, pays()), (20, takes_back(chargeback=True)), world=declining())
    assert len(life.of(Action.SUSPEND)) == 2
    assert [e.id for e in life.case.entries if e.kind is Kind.REACTIVATION_FEE] == ["chargeback:r-1:reactivation-fee"]


def test_elsewhere_a_chargeback_waits_for_the_grace_like_any_reversal() -> None:
    life = evening(ASO, 31, (12, pays()), (20, takes_back(chargeback=True)))
    assert life.steps()[-4:] == ["reversal:r-1", "second-overdue:again:1", "suspend", "suspend:told"]


@pytest.mark.parametrize(("level", "action"), [("warned", Action.WARN_ADMINS), ("locked", Action.LOCK)])
def test_a_chargeback_brings_the_level_that_the_policy_names(level: str, action: Action) -> None:
    invoice = with_rule(HOTDOODLE, chargeback=level)
    life = until_evening(invoice, 22, (2, pays()), (20, takes_back(chargeback=True)), world=declining())
    (restricted,) = life.of(action)
    assert restricted.result == Restricted(level=Level(level))


def test_a_chargeback_restricts_nobody_who_is_restricted_as_much_already() -> None:
    life = evening(COURTESY, 14, (11, pays("USD 5.00")), (12, takes_back("USD 5.00", chargeback=True)))
    assert "chargeback:r-1" not in life.steps()
    assert life.case.level is Level.SUSPENDED


def test_a_chargeback_that_was_made_good_does_not_restrict_again_with_another_reversal() -> None:
    again = (pays("USD 19.99", "p-2"), takes_back("USD 19.99", "p-2", "r-2"))
    life = evening(COURTESY, 42, (2, pays()), (20, takes_back(chargeback=True)), (22, again[0]), (40, again[1]))
    assert after(life, 40) == [(40, "reopen:r-2"), (40, "use-credit:r-2"), (40, "reversal:r-2")]
    assert life.case.level is Level.ACTIVE


def test_a_chargeback_s_restriction_that_is_put_off_is_waited_for_while_the_customer_is_told() -> None:
    world = World(charges=["declined"] * 9, deferrals=2)
    life = evening(COURTESY, 22, (2, pays()), (20, takes_back(chargeback=True)), world=world)
    assert after(life, 20) == [
        (20, "reopen:r-1"), (20, "use-credit:r-1"), (20, "chargeback:r-1"), (20, "reversal:r-1"),
        (21, "chargeback:r-1"), (22, "chargeback:r-1"),
    ]  # fmt: skip
    assert [type(d.result) for d in life.of(Action.SUSPEND)] == [Deferred, Deferred, Restricted]
    waiting = evening(COURTESY, 20, (2, pays()), (20, takes_back(chargeback=True)), world=_putting_off(2))
    assert waiting.last == Wait(at(opened(COURTESY), 21, minutes=30), "chargeback:r-1", "not today")


def test_a_restriction_put_off_twice_waits_for_the_later_day() -> None:
    life = evening(COURTESY, 20, (2, pays()), (20, takes_back(chargeback=True)), world=_putting_off(1))
    restriction, now = follow_up("chargeback:r-1", life.now, action=Action.SUSPEND), life.now
    later, sooner = (Deferred(until=now + timedelta(days=days), reason=f"{days} days") for days in (3, 2))
    for order in ((later, sooner), (sooner, later)):
        case = life.case
        for deferred in order:
            case = recorded(case, restriction, deferred, now)
        assert decide(case, now) == Wait(now + timedelta(days=3), "chargeback:r-1", "3 days")


def _putting_off(times: int) -> World:
    return World(charges=["declined"] * 9, deferrals=times)


def test_where_the_plan_has_no_step_to_that_level_the_chargeback_restricts_everything() -> None:
    invoice = with_rule(ASO, chargeback="locked")
    life = until_evening(invoice, 22, (2, pays()), (20, takes_back(chargeback=True)), world=declining())
    restricted = did(life, "chargeback:r-1")
    assert restricted.step is not None
    assert (restricted.step.action, restricted.step.services) == (Action.LOCK, ())


def test_a_new_card_is_tried_while_a_restriction_is_put_off_and_in_the_grace() -> None:
    world = World(charges=["declined", "ok"], deferrals=1)
    life = evening(COURTESY, 22, (2, pays()), (20, takes_back(chargeback=True)), (20, new_card), world=world)
    assert (20, "new-method:1") in days(life)
    assert life.outcome == "paid"


@pytest.mark.promise(2)
def test_money_that_only_asking_finds_stops_the_chargeback_s_restriction() -> None:
    case, now = moment(COURTESY, 2, (2, pays()))
    case = _until(takes_back(chargeback=True)(case, now), now, "chargeback:r-1")
    todo = decide(case, now)
    assert isinstance(todo, Perform)
    assert todo.why == "money was taken back"
    found = Found(payments=(Payment(id="p-9", amount=PRICE, at=now),))
    after_asking = recorded(case, todo.milestone, found, now)
    assert (after_asking.paid_up, after_asking.level) == (True, Level.ACTIVE)


def _until(case: Case, now: datetime, name: str) -> Case:
    for _ in range(10):
        todo = decide(case, now)
        assert isinstance(todo, Perform)
        if todo.milestone.name == name:
            return case
        result = Delivered(notice="n") if todo.milestone.action is Action.NOTIFY else Noted()
        case = recorded(case, todo.milestone, result, now)
    raise AssertionError(name)


# Won disputes


@pytest.mark.req("S3-34")
def test_a_won_dispute_gives_everything_back_and_the_fees_that_came_of_it_are_not_asked_for() -> None:
    life = evening(COURTESY, 70, (2, pays()), (20, takes_back(chargeback=True)), (60, gives_again()))
    assert after(life, 30) == [
        (30, "second-charge"),
        (30, "second-charge:told"),
        (30, "charge:again:1"),
        (35, "late-fee"),
        (40, "suspend"),
        (40, "suspend:told"),
        (58, "last-warning"),
        (60, "reinstate"),
        (60, "close:6"),
    ]
    assert (life.outcome, life.case.balance, life.case.level) == ("paid", Money.zero("USD"), Level.ACTIVE)
    (waiver,) = [e for e in life.case.entries if e.id == "waive:late-fee"]
    assert (waiver.of, str(waiver.amount), waiver.note, waiver.at) == (
        "late-fee", "USD 35.00", "what was taken back came again", at(opened(COURTESY), 60, minutes=30),
    )  # fmt: skip


def test_a_won_dispute_in_the_grace_undoes_it_before_anything_happened() -> None:
    life = evening(COURTESY, 70, (2, pays()), (20, takes_back(chargeback=True)), (25, gives_again()))
    assert after(life, 21) == [(25, "reinstate"), (25, "close:4")]
    assert life.outcome == "paid"


def test_fees_that_were_owed_before_the_dispute_stay() -> None:
    part = (pays("USD 5.00"), takes_back("USD 5.00", chargeback=True), gives_again("USD 5.00"))
    life = evening(COURTESY, 20, (2, part[0]), (3, part[1]), (8, part[2]))
    assert [e.id for e in life.case.entries if e.id.startswith("waive:")] == []
    assert str(life.case.balance) == "USD 49.99"


def test_what_was_owed_before_the_dispute_is_enough_for_the_fee_to_stay() -> None:
    """A customer who owed 51 cents on day 5 would have got the fee anyway."""
    facts = ((2, pays("USD 19.48")), (3, takes_back("USD 19.48")), (8, pays("USD 0.51", "p-2")))
    life = evening(COURTESY, 40, *facts, (20, gives_again("USD 19.48")))
    assert str(life.case.balance) == "USD 35.00"


def test_a_fee_that_a_person_waived_is_not_counted_among_those_that_are_forgiven() -> None:
    """Ten dollars and the reactivation fee are owed; that a late fee was waived before makes neither go away."""
    invoice = with_rule(COURTESY)
    plan = invoice.plan.model_copy(update={"reactivation_fee": Fee(amount=Money.parse("USD 5.00"))})
    invoice = invoice.model_copy(update={"plan": plan})
    waive: Fact = lambda case, now: waived(case, Waiver(entry="late-fee"), now)  # noqa: E731
    facts = ((2, pays()), (20, takes_back()), (36, waive), (40, gives_again("USD 9.99")))
    life = until_evening(invoice, 44, *facts, world=declining())
    assert str(life.case.balance) == "USD 15.00"


def test_a_won_dispute_told_again_later_forgives_no_fee_of_another_reversal() -> None:
    won = ((2, pays()), (20, takes_back()), (25, gives_again()))
    other = ((40, takes_back(reversal="r-2")), (60, pays("USD 19.99", "p-2")), (62, gives_again()))
    life = evening(COURTESY, 64, *won, *other)
    assert str(life.case.balance) == "USD 35.00"
    case = life.case
    assert gives_again()(case, life.now) is case


def test_fees_stay_while_another_reversal_of_the_case_stands() -> None:
    paid_by_two = (pays("USD 10.00", "p-1"), pays("USD 9.99", "p-2"))
    backs = (takes_back("USD 10.00", "p-1", "r-1"), takes_back("USD 9.99", "p-2", "r-2"))
    both = ((1, paid_by_two[0]), (2, paid_by_two[1]), (20, backs[0]), (20, backs[1]))
    one = evening(COURTESY, 50, *both, (45, gives_again("USD 10.00", "r-1")))
    assert str(one.case.balance) == "USD 44.99"
    all_won = evening(COURTESY, 60, *both, (45, gives_again("USD 10.00", "r-1")), (55, gives_again("USD 9.99", "r-2")))
    assert (all_won.outcome, str(all_won.case.balance)) == ("paid", "USD 0.00")


def test_a_fee_that_was_paid_meanwhile_becomes_credit_when_the_dispute_is_won() -> None:
    life = evening(
        COURTESY,
        70,
        (2, pays()),
        (20, takes_back(chargeback=True)),
        (40, pays("USD 54.99", "p-2")),
        (60, gives_again()),
    )
    assert [str(e.amount) for e in life.case.entries if e.kind.value == "credit"] == ["USD 54.99"]
    assert life.outcome == "paid"


def test_half_a_restoration_leaves_the_other_half_owed() -> None:
    half = gives_again("USD 9.99")
    life = evening(COURTESY, 29, (2, pays()), (20, takes_back(chargeback=True)), (25, half))
    assert str(life.case.balance) == "USD 10.00"
    late = evening(COURTESY, 60, (2, pays()), (20, takes_back(chargeback=True)), (45, half))
    assert str(late.case.balance) == "USD 45.00", "fees are forgiven only once nothing else is owed"
    assert [name for _, name in after(life, 20) if name.startswith("reversal:")] == ["reversal:r-1"]


@pytest.mark.promise(9)
def test_a_restoration_before_its_reversal_waits_for_it_and_twice_counts_once() -> None:
    early: tuple[tuple[int, Fact], ...] = ((2, pays()), (20, takes_back()), (20, gives_again()), (21, gives_again()))
    for facts in (early, (early[0], early[2], early[1], early[3])):
        case, now = moment(ASO, 1)
        for _, fact in facts:
            case = fact(case, now)
        assert (case.paid_up, case.balance.minor) == (True, 0)


def test_a_fee_of_an_earlier_reversal_that_was_paid_stays_when_a_later_dispute_is_won() -> None:
    first = ((2, pays()), (20, takes_back()), (32, pays("USD 54.99", "p-2")))
    later = ((40, takes_back("USD 54.99", "p-2", "r-2", chargeback=True)), (45, gives_again("USD 54.99", "r-2")))
    life = evening(COURTESY, 60, *first, *later)
    assert [e.id for e in life.case.entries if e.id.startswith("waive:")] == []
    assert (life.outcome, str(life.case.balance)) == ("paid", "USD 0.00")


def test_the_store_hears_of_every_reversal_before_any_of_them_restricts() -> None:
    """Chaos, seed 810232: credit had made the first good, so it restricted only once a second one came, and before it.

    The store took the invoice for settled still, and refused that for ever.
    """
    life = evening(COURTESY, 3, (2, pays()))
    now = at(opened(COURTESY), 20)
    case = takes_back(chargeback=True)(life.case, now)
    for name, result in (("reopen:r-1", Noted()), ("use-credit:r-1", Credited(amount=PRICE))):
        step = decide(case, now)
        assert isinstance(step, Perform)
        assert step.milestone.name == name
        case = recorded(case, step.milestone, result, now)
    case = takes_back("USD 19.99", "p-1", "r-2", chargeback=True)(case, now)
    step = decide(case, now)
    while isinstance(step, Perform) and step.milestone.action in (Action.NOTIFY, Action.TICKET):
        told = step.milestone.action is Action.NOTIFY
        case = recorded(case, step.milestone, Delivered(notice="n") if told else Noted(), now)
        step = decide(case, now)
    assert isinstance(step, Perform)
    assert step.milestone.name == "reopen:r-2"
