"""Money that comes, sets out, returns or is only found by asking: how each ends in the ledger once (promise 9)."""

from datetime import UTC, datetime, timedelta

import pytest

from dunning.case.case import Case, Opened, going_on, open_case
from dunning.case.decisions import Finish, Perform, Reinstate, Wait, follow_up
from dunning.case.facts import Payment, PaymentNews
from dunning.case.ledger import MONEY_IN, Entry, Kind
from dunning.case.orders import AskOrder, CloseOrder, NoticeOrder
from dunning.case.results import Charged, Declined, Found, Noted, Pending, Remembered, Unknown
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import Action, Milestone
from dunning.rules.machine import decide
from dunning.rules.money_in import stirred
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from tests.dunning.company import Debit
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, days, did, evening, moment, step
from tests.dunning.examples import PRICE, at, opened, pays, sends_money, takes_back
from tests.dunning.life import Life, live
from tests.dunning.world import World

DAY = timedelta(days=1)


def customers_debit(begins: int, ends: int, *, paid_on: int = 0, amount: Money = PRICE, name: str = COURTESY) -> World:
    """The customer begins `d-1` on the pay page, and it returns; or it is paid, at the policy's hour of that day."""
    world, start = World(charges=["declined"] * 9), opened(name)
    paid_at = at(start, paid_on) if paid_on else None
    world.company.debits["d-1"] = Debit(at(start, begins), at(start, ends), good=False, amount=amount, paid_at=paid_at)
    return world


def money(life: Life) -> list[str]:
    return [entry.id for entry in life.case.entries if entry.kind in MONEY_IN]


# Under way


@pytest.mark.req("S3-33")
def test_a_debit_of_the_customer_s_own_pauses_charge_fee_and_suspension_until_it_settles() -> None:
    life = evening(COURTESY, 20, (4, sends_money()), world=customers_debit(4, 13, paid_on=13))
    paused = [name for day, name in days(life) if 4 < day < 13]
    assert set(paused) == {"underway:d-1"}, "asked about day by day, and nothing else"
    assert (life.outcome, money(life), life.case.level) == ("paid", ["d-1"], Level.ACTIVE)
    assert [e.kind for e in life.case.entries] == [Kind.INVOICE, Kind.PAYMENT]


@pytest.mark.req("S3-33", "S3-10")
def test_when_it_returns_the_customer_is_told_once_and_the_plan_goes_on_late_but_in_order() -> None:
    life = evening(COURTESY, 19, (4, sends_money()), world=customers_debit(4, 8))
    assert [(day, name) for day, name in days(life) if day >= 8] == [
        (8, "underway:d-1"), (8, "underway:d-1:told"), (8, "second-charge"), (8, "second-charge:told"),
        (8, "late-fee"), (13, "suspend"), (13, "suspend:told"),
    ]  # fmt: skip
    told = did(life, "underway:d-1:told")
    assert told.step is not None
    notice = order_for(told.before, told.step, told.decided)
    assert isinstance(notice, NoticeOrder)
    assert (notice.title, notice.detail) == ("Payment Failed", "debit_returned")


@pytest.mark.req("S3-33")
def test_state_and_wait_say_that_a_debit_is_on_its_way() -> None:
    case, now = moment(COURTESY, 6)
    on_its_way = sends_money()(case, now)
    todo = decide(on_its_way, now)
    assert todo == Perform(
        follow_up("underway:d-1", now),
        "ask what became of the attempt; the same key moves no money twice",
    )
    assert isinstance(todo, Perform)
    pending = recorded(on_its_way, todo.milestone, Pending(payment="d-1", ask_at=now + DAY), now)
    assert decide(pending, now) == Wait(now + DAY, "ask about underway:d-1", "the debit is on its way")


def test_a_policy_without_charges_still_tells_of_a_debit_that_returned() -> None:
    life = evening(HOTDOODLE, 9, (6, sends_money()), world=customers_debit(6, 7, name=HOTDOODLE))
    told = did(life, "underway:d-1:told").step
    assert told is not None
    assert told.notice == "Payment Failed"


def test_news_of_a_debit_asks_at_once_and_of_another_one_changes_nothing() -> None:
    case, now = moment(COURTESY, 6)
    later = now + DAY
    waiting = recorded(sends_money()(case, now), _asking(now), Pending(payment="d-1", ask_at=later + DAY), now)
    news = PaymentNews(payment="d-1", at=later)
    assert stirred(waiting, news, later).attempts[-1].ask_at == later
    assert stirred(waiting, PaymentNews(payment="d-2", at=later), later) is waiting
    again = stirred(waiting, news, later)
    assert stirred(again, news, later) is again, "told twice, it is the same case"
    assert stirred(waiting, PaymentNews(payment="d-1", at=later, started=True), later).attempts == again.attempts


def test_news_of_one_debit_leave_another_alone() -> None:
    case, now = moment(COURTESY, 6)
    both = sends_money("d-2")(sends_money("d-1")(case, now), now)
    assert [(a.step, a.kind, a.ask_at) for a in both.attempts[-2:]] == [
        ("underway:d-1", "pending", now), ("underway:d-2", "pending", now),
    ]  # fmt: skip
    later = now + DAY
    stirred_one = stirred(both, PaymentNews(payment="d-2", at=later), later)
    assert [a.ask_at for a in stirred_one.attempts] == [None, None, now, later]


def test_money_told_again_is_the_very_same_case() -> None:
    case, now = moment(COURTESY, 6)
    once = pays("USD 5.00")(case, now)
    assert pays("USD 5.00")(once, now) is once


def _asking(now: datetime) -> Milestone:
    return follow_up("underway:d-1", now)


def test_what_is_counted_already_does_not_set_out_again() -> None:
    case, now = moment(COURTESY, 6, (6, pays("USD 5.00", "d-1")))
    assert sends_money()(case, now) is case
    parked = pays("EUR 5.00", "d-2")(case, now)
    assert sends_money("d-2")(parked, now) is parked


@pytest.mark.req("S3-33")
def test_a_payment_that_failed_and_is_begun_again_under_its_old_name_pauses_everything_again() -> None:
    """The customer tries the same payment with another account: at the company it is still the same payment."""
    case, now = moment(COURTESY, 7, (4, sends_money()), world=customers_debit(4, 5))
    assert case.in_transit is None
    assert case.steps_done["underway:d-1"].kind == "declined"
    begun = sends_money()(case, now)
    assert begun.in_transit is not None
    assert [a.step for a in begun.attempts] == ["charge", "second-charge", "underway:d-1"]
    returned = recorded(begun, _asking(now), Declined(code="debit_returned", payment="d-1"), now)
    assert returned.in_transit is None
    assert not isinstance(decide(returned, now), Perform), "it was told before"


def test_an_unanswered_question_keeps_the_payment_s_name_so_that_its_money_ends_the_asking() -> None:
    case, now = moment(COURTESY, 6)
    asking = recorded(sends_money()(case, now), _asking(now), Found(), now)
    assert asking == sends_money()(case, now)
    world_away = recorded(asking, _asking(now), Unknown(ask_at=now + DAY), now)
    assert [a.payment for a in world_away.attempts][-1] == "d-1"
    arrived = pays("USD 54.99", "d-1")(world_away, now)
    assert arrived.in_transit is None
    assert [(a.kind, a.ask_at) for a in arrived.attempts][-1] == ("charged", None)


# Found by asking


@pytest.mark.promise(2)
@pytest.mark.promise(9)
@pytest.mark.parametrize(
    ("name", "day", "before"),
    [
        (COURTESY, 0, "charge"),
        (COURTESY, 5, "second-charge"),
        (COURTESY, 10, "suspend"),
        (HOTDOODLE, 10, "warn-admins"),
        (HOTDOODLE, 20, "lock"),
        (ASO, 30, "deactivate"),
        (HOTDOODLE, 60, "delete"),
    ],
)
def test_a_webhook_that_was_lost_costs_nobody_anything(name: str, day: int, before: str) -> None:
    """Before each charge and each consequence the company is asked: what it has counts, and nothing happens."""
    paid_on, never = at(opened(name), day, minutes=-60), datetime.max.replace(tzinfo=UTC)
    owed = evening(name, day - 1).case.balance
    world = World(charges=["declined"] * 9)
    world.company.debits["lost"] = Debit(never, paid_on, good=True, amount=owed)
    life = evening(name, day, world=world)
    stopped = did(life, before)
    assert isinstance(stopped.result, Found)
    assert life.steps()[-1].startswith("close:")
    assert (life.outcome, money(life)) == ("paid", ["lost"])
    assert before not in life.case.steps_done


@pytest.mark.promise(2)
def test_a_fee_is_not_added_when_asking_finds_the_money() -> None:
    case, now = moment(COURTESY, 4)
    now = at(opened(COURTESY), 5)
    fee = step(case, "late-fee")
    order = order_for(pays("USD 5.00")(case, now), fee, now)
    assert isinstance(order, AskOrder)
    assert order.known == ("p-1",)
    found = recorded(case, fee, Found(payments=(Payment(id="p-1", amount=PRICE, at=now),)), now)
    assert (found.paid_up, [e.kind for e in found.entries]) == (True, [Kind.INVOICE, Kind.PAYMENT])


@pytest.mark.req("S3-33")
def test_a_debit_that_only_asking_finds_pauses_the_suspension_until_it_returns() -> None:
    life = evening(COURTESY, 20, world=customers_debit(9, 13))
    asked = did(life, "suspend").result
    assert isinstance(asked, Found)
    assert asked.underway == ("d-1",)
    assert [(day, name) for day, name in days(life) if day > 9] == [
        (10, "suspend"), (10, "underway:d-1"), (11, "underway:d-1"), (12, "underway:d-1"), (13, "underway:d-1"),
        (13, "underway:d-1:told"), (13, "suspend"), (13, "suspend:told"),
    ]  # fmt: skip


@pytest.mark.promise(9)
def test_a_payment_that_returned_and_arrived_after_all_is_found_before_the_suspension() -> None:
    """Its webhook was lost, too: what failed before is asked for like any other money that the ledger has not."""
    world = customers_debit(4, 5, paid_on=9, amount=Money.parse("USD 54.99"))
    life = evening(COURTESY, 20, (4, sends_money()), world=world)
    assert (life.outcome, money(life), life.case.level) == ("paid", ["d-1"], Level.ACTIVE)


def test_a_part_that_is_found_is_counted_and_the_charge_is_for_the_rest() -> None:
    world = World()
    world.company.debits["lost"] = Debit(
        at(opened(ASO), -3), at(opened(ASO), -1), good=True, amount=Money.parse("USD 5.00")
    )
    life = evening(ASO, 1, world=world)
    assert {key: str(amount) for key, amount in life.moved.items()} == {"INV-1042:charge:1": "USD 14.99"}
    assert life.steps()[:4] == ["issue", "charge", "confirm:lost", "charge"]


def test_money_that_is_found_twice_is_counted_once() -> None:
    case, now = moment(COURTESY, 9)
    payment = Payment(id="lost", amount=PRICE, at=now)
    found = Found(payments=(payment, payment), underway=("d-1", "d-1"))
    once = recorded(case, step(case, "suspend"), found, now)
    assert recorded(once, step(case, "suspend"), found, now) == once
    assert [a.step for a in once.attempts][-1] == "underway:d-1"
    assert "suspend" not in once.steps_done


# Closed books that know more


@pytest.mark.promise(9)
def test_books_that_were_closed_with_more_lines_tell_them_and_everything_is_decided_anew() -> None:
    case, now = moment(ASO, 2)
    case = pays()(case, now)
    closing = follow_up("close:2", now)
    lost = Entry(id="p-7", kind=Kind.PAYMENT, amount=Money.parse("USD 7.00"), at=now)
    told = recorded(case, closing, Remembered(entries=(*case.entries, lost)), now)
    assert [e.id for e in told.entries] == ["invoice", "p-1", "p-7"]
    assert "close:2" not in told.steps_done
    assert told.balance == Money.parse("USD -7.00")
    assert isinstance(decide(told, now), Reinstate)


@pytest.mark.promise(9)
def test_a_whole_life_with_forgotten_money_ends_with_every_cent() -> None:
    life = live(opened(ASO), at(opened(ASO), -11), world=World(forgotten={1}))
    assert life.steps()[-4:] == ["close:2", "confirm:lost-1", "credit:3", "close:4"]
    assert [e.id for e in life.case.entries] == ["invoice", "ch-INV-1042:charge:1", "lost-1", "credit:3"]
    assert (life.outcome, life.case.balance.minor) == ("paid", 0)


# A closed case that goes on


@pytest.mark.req("S3-34")
def test_a_closed_case_goes_on_from_its_books_and_knows_everything() -> None:
    life = live(opened(ASO), at(opened(ASO), -11), [(at(opened(ASO), 12), pays())], World(charges=["declined"]))
    closing = life.of(Action.CLOSE)[-1]
    assert closing.step is not None
    order = order_for(closing.before, closing.step, closing.decided)
    assert isinstance(order, CloseOrder)
    assert order.case == closing.before
    assert order.case is not None
    opened_again = going_on(order.case, 2)
    over_the_wire = Opened.model_validate_json(opened_again.model_dump_json())
    later = at(opened(ASO), 50)
    again = open_case(over_the_wire, later)
    assert again == closing.before.model_copy(update={"generation": 2})
    unchanged = decide(again, later)
    assert isinstance(unchanged, Perform)
    assert unchanged.milestone.name == "close:2", "without news it only closes its books again"
    assert decide(recorded(again, unchanged.milestone, Noted(), later), later) == Finish("paid")
    back = decide(takes_back()(again, later), later)
    assert isinstance(back, Perform)
    assert back.milestone.name == "reopen:r-1"


def test_a_debit_that_settled_by_webhook_and_came_back_is_asked_about_and_never_charged_again() -> None:
    """Nobody noted the due date's own step as over when its money arrived: the company says what became of it."""
    world = World(charges=["pending"] * 3)
    settled = pays("USD 19.99", "ch-INV-1042:charge:1")
    life = evening(ASO, 31, (2, settled), (20, takes_back("USD 19.99", "ch-INV-1042:charge:1")), world=world)
    assert life.world.company.reached == ["INV-1042:charge:1"]
    assert (30, "charge") in days(life)


def test_what_the_company_charged_for_a_lapsed_invoice_is_parked() -> None:
    case, now = moment(ASO, 31)
    late = recorded(case, _asking(now), Charged(payment="d-1", amount=PRICE, at=now), now)
    assert (late.entries[-1].kind, late.entries[-1].id) == (Kind.PARKED, "d-1")
    assert isinstance(recorded(case, _asking(now), Declined(code="no"), now), Case)
