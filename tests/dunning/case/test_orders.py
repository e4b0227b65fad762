"""What each activity is asked for: everything that it needs, and the same key for every retry."""

from datetime import timedelta
from typing import TypedDict

import pytest

from dunning.case.announced import Announced, Announcement
from dunning.case.case import Case, going_on, open_case
from dunning.case.deadline import Deadline
from dunning.case.facts import DueDateChange
from dunning.case.fence import Fence
from dunning.case.orders import (
    ChargeOrder,
    CloseOrder,
    DeleteOrder,
    LoosenOrder,
    MoveDueOrder,
    NoticeOrder,
    Order,
    RefundOrder,
    ReinstateOrder,
    RestrictOrder,
)
from dunning.case.results import Declined, Undelivered
from dunning.case.road import Ahead
from dunning.coverage import Coverage
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import Action, Milestone
from dunning.rules.deadlines import deadline
from dunning.rules.order_for import BUILDERS, order_for, reinstate_order
from dunning.rules.record import recorded
from dunning.rules.updates import due_date_changed, unreadable
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, did, evening, moment, step
from tests.dunning.examples import DUE, at, opened, pays
from tests.dunning.life import Fact, Life

PRICE = Money.parse("USD 19.99")


class Who(TypedDict):
    invoice: str
    account: str


WHO: Who = {"invoice": "INV-1042", "account": "bakery"}


def ordered(life: Life, name: str) -> Order:
    """The order that the step of that name got in this life."""
    done = did(life, name)
    assert done.step is not None
    return order_for(done.before, done.step, done.decided)


def deadline_of(life: Life, name: str) -> Deadline:
    """As of the moment in which the step was decided."""
    done = did(life, name)
    assert done.step is not None
    return deadline(done.before, done.step, done.decided)


def unnumbered(order: Order) -> Order:
    """The order without its fence, and what it may wait for, which tests of their own look at."""
    return order.model_copy(update={"generation": 0, "number": 0, "awaits": None})


def test_an_order_is_as_new_as_the_facts_it_was_given_by() -> None:
    case, now = moment(ASO, 3)
    paid = pays("USD 5.00")(case, now)
    first, second = (order_for(each, step(each, "suspend"), now) for each in (case, paid))
    assert first.fence == Fence("INV-1042", 1, case.revision)
    assert second.fence == Fence("INV-1042", 1, case.revision + 1) > first.fence
    another_life = open_case(going_on(case, 2), now)
    assert reinstate_order(another_life, now).fence > second.fence


def follow_up(case: Case, name: str, action: Action) -> Milestone:
    return Milestone(name=name, action=action, at=case.opened_at, day=0)


def test_a_charge_asks_for_the_balance_under_one_key() -> None:
    order = ordered(evening(ASO, 2, (-1, pays("USD 5.00"))), "charge")
    assert unnumbered(order) == ChargeOrder(
        **WHO,
        step="charge",
        at=at(opened(ASO), 0),
        amount=Money.parse("USD 14.99"),
        today=DUE,
        known=("p-1",),
    )
    assert isinstance(order, ChargeOrder)
    assert order.key == "INV-1042:charge:1"


def test_a_restriction_says_which_services_and_what_was_held_before() -> None:
    aso, courtesy = evening(ASO, 31), evening(COURTESY, 11)
    assert unnumbered(ordered(courtesy, "suspend")) == RestrictOrder(
        **WHO,
        step="suspend",
        at=at(opened(COURTESY), 10),
        level=Level.SUSPENDED,
        today=opened(COURTESY).invoice.due + timedelta(days=10),
        covers=Coverage(kinds=("website", "email")),
        warnings=("n2", "n3"),
        deadline=deadline_of(courtesy, "suspend"),
    )
    assert unnumbered(ordered(aso, "deactivate")) == RestrictOrder(
        **WHO,
        step="deactivate",
        at=at(opened(ASO), 30),
        level=Level.INACTIVE,
        today=opened(ASO).invoice.due + timedelta(days=30),
        held=Level.SUSPENDED,
        voids=True,
        warnings=("n5",),
        deadline=deadline_of(aso, "deactivate"),
    )


def test_a_deletion_names_its_services_and_back_ups_are_a_deletion_of_their_own() -> None:
    life = evening(HOTDOODLE, 61)
    when = at(opened(HOTDOODLE), 60)
    today = opened(HOTDOODLE).invoice.due + timedelta(days=60)
    assert unnumbered(ordered(life, "delete")) == DeleteOrder(
        **WHO, step="delete", at=when, today=today, warnings=("n6",), deadline=deadline_of(life, "delete")
    )
    assert unnumbered(ordered(life, "delete-backups")) == DeleteOrder(
        **WHO,
        step="delete-backups",
        at=when,
        today=today,
        backups=True,
        warnings=("n6",),
        deadline=deadline_of(life, "delete-backups"),
    )
    case, now = moment(HOTDOODLE, 54)
    only = step(case, "delete").model_copy(update={"services": ("website",)})
    assert unnumbered(order_for(case, only, now)) == DeleteOrder(
        **WHO,
        step="delete",
        at=now,
        today=case.today(now),
        covers=Coverage(kinds=("website",)),
        warnings=("n6",),
        deadline=deadline(case, only, now),
    )


def test_giving_back_names_the_rule_the_local_day_and_the_invoice_paid_for_again() -> None:
    case, now = moment(ASO, 3, renews="INV-0900")
    assert unnumbered(reinstate_order(case, now)) == ReinstateOrder(
        **WHO, step="reinstate:1", at=now, today=DUE + timedelta(days=3), rule=case.plan.rule, renews="INV-0900"
    )


def test_a_refund_gives_back_what_is_too_much_but_never_more_than_that_payment() -> None:
    case, now = moment(ASO, -1)
    once = pays("USD 25.00")(case, now)
    often = pays("USD 3.00", "p-2")(pays("USD 5.00")(pays("USD 19.99", "p-0")(case, now), now), now)
    for paid_in, back in ((once, "USD 5.01"), (often, "USD 5.00")):
        assert unnumbered(order_for(paid_in, follow_up(case, "refund:p-1", Action.REFUND), now)) == RefundOrder(
            **WHO, step="refund:p-1", at=now, payment="p-1", amount=Money.parse(back)
        )


def test_a_moved_due_date_and_closed_books_carry_the_new_date() -> None:
    later: Fact = lambda case, now: due_date_changed(case, DueDateChange(due=DUE + timedelta(days=14)), now)  # noqa: E731
    life = evening(ASO, 15, (-5, later), (12, pays("USD 20.00")))
    moved = ordered(life, "due-date:1")
    assert unnumbered(moved) == MoveDueOrder(
        **WHO, step="due-date:1", at=at(opened(ASO), -5, minutes=30), due=DUE + timedelta(days=14)
    )
    order = ordered(life, "close:3")
    assert unnumbered(order) == CloseOrder(
        **WHO,
        step="close:3",
        at=at(opened(ASO), 12, minutes=30),
        outcome="paid",
        case=did(life, "close:3").before,
    )
    assert isinstance(order, CloseOrder)
    assert (order.policy, order.due, order.level) == (ASO, DUE + timedelta(days=14), Level.ACTIVE)
    assert (order.entries, order.balance) == (life.case.entries, Money.zero("USD"))


def test_closed_books_say_what_became_of_the_service() -> None:
    order = ordered(evening(HOTDOODLE, 61), "close:2")
    assert isinstance(order, CloseOrder)
    assert (order.outcome, order.level) == ("deleted", Level.DELETED)


# Notices


def test_a_reminder_says_what_is_owed_and_what_comes_next_and_when() -> None:
    assert unnumbered(ordered(evening(ASO, 6), "first-overdue")) == NoticeOrder(
        **WHO,
        step="first-overdue",
        at=at(opened(ASO), 5),
        title="First Invoice Overdue Notice",
        policy=ASO,
        zone="America/New_York",
        due=DUE,
        balance=PRICE,
        road=(
            Ahead(step="suspend", action=Action.SUSPEND, at=at(opened(ASO), 10)),
            Ahead(step="deactivate", action=Action.DEACTIVATE, at=at(opened(ASO), 30)),
            Ahead(step="delete", action=Action.DELETE, at=at(opened(ASO), 90), agreed=False),
        ),
        announced=Announcement(
            steps=(Announced(step="suspend", at=at(opened(ASO), 10)),), lines=1, due_changes=0, exemptions=0
        ),
        happened_at=at(opened(ASO), 5),
    )


def test_a_notice_after_a_suspension_knows_the_level() -> None:
    order = ordered(evening(COURTESY, 11), "suspend:told")
    assert isinstance(order, NoticeOrder)
    assert (order.level, order.next_action) == (Level.SUSPENDED, "delete")


def test_a_notice_about_a_failed_charge_gives_the_company_s_words_for_that_charge() -> None:
    case, now = moment(COURTESY, -1)
    case = recorded(case, step(case, "charge"), Declined(code="a", message="Your card has expired."), now)
    case = recorded(case, step(case, "second-charge"), Declined(code="b", message="Your bank said no."), now)
    for name, words in (("charge", "Your card has expired."), ("second-charge", "Your bank said no.")):
        order = order_for(case, follow_up(case, f"{name}:told", Action.NOTIFY), now)
        assert isinstance(order, NoticeOrder)
        assert (order.detail, order.amount, order.happened_at) == (words, None, now)


def test_a_receipt_names_payment_amount_and_its_own_instant_and_threatens_nothing() -> None:
    """The money came before we heard of it: the receipt says when it came."""
    case, now = moment(ASO, 6)
    case = pays("USD 19.99")(case, now - timedelta(hours=3))
    order = order_for(case, follow_up(case, "confirm:p-1", Action.NOTIFY), now)
    assert isinstance(order, NoticeOrder)
    assert (order.detail, order.amount, order.happened_at) == ("p-1", PRICE, now - timedelta(hours=3))
    assert (order.next_action, order.next_at) == ("", None)


def test_a_receipt_for_a_part_still_says_what_comes_next() -> None:
    order = ordered(evening(ASO, 6, (6, pays("USD 5.00"))), "confirm:p-1")
    assert isinstance(order, NoticeOrder)
    assert (order.balance, order.next_action) == (Money.parse("USD 14.99"), "suspend")


def test_who_can_pay_no_more_is_told_of_what_still_comes() -> None:
    case, now = moment(ASO, 31)
    assert case.lapsed
    order = order_for(case, follow_up(case, "deactivate:told", Action.NOTIFY), now)
    assert isinstance(order, NoticeOrder)
    assert (order.lapsed, order.next_action, order.next_at) == (True, "delete", at(opened(ASO), 90))


def test_a_notice_after_the_last_step_names_no_next_one() -> None:
    case, now = moment(HOTDOODLE, 61)
    order = order_for(case, follow_up(case, "delete:told", Action.NOTIFY), now)
    assert isinstance(order, NoticeOrder)
    assert (order.next_action, order.next_at, order.balance) == ("", None, Money.parse("USD 94.99"))


# Work for people


def test_a_ticket_for_parked_money_says_how_much_and_why_and_credits_it() -> None:
    order = ordered(evening(ASO, 4, (2, pays("EUR 5.00", "p-eur")), (3, pays("EUR 7.00", "p-eur-2"))), "parked:p-eur-2")
    assert unnumbered(order) == TicketOrder(
        **WHO,
        step="parked:p-eur-2",
        at=at(opened(ASO), 3, minutes=30),
        kind=TicketKind.PAYMENT_PARKED,
        subject="Payment for INV-1042 parked as credit",
        body="EUR 7.00 arrived and was kept as credit: paid in EUR, invoiced in USD.",
        credit_id="INV-1042:p-eur-2",
        credit=Money.parse("EUR 7.00"),
    )


def test_a_ticket_for_an_unreadable_message_quotes_it_and_credits_nothing() -> None:
    garbled: Fact = lambda case, now: unreadable(case, "payment_received", "{'amount': ", now)  # noqa: E731
    other: Fact = lambda case, now: unreadable(case, "payment_reversed", "???", now)  # noqa: E731
    order = ordered(evening(ASO, 4, (2, garbled), (3, other)), "unreadable:1")
    assert isinstance(order, TicketOrder)
    assert order.subject == "Unreadable payment_reversed for INV-1042"
    assert order.body == (
        "A payment_reversed message could not be decoded. Find the payment at its processor and enter it with "
        "`starter.py pay INV-1042`. What came: ???"
    )
    assert (order.credit_id, order.credit) == ("", None)


def test_a_ticket_for_a_notice_that_nobody_took_names_the_notice() -> None:
    case, now = moment(ASO, 4)
    notice = step(case, "first-overdue")
    case = recorded(case, notice, Undelivered(notice="n-1", reason="550 no such user"), now)
    order = order_for(case, follow_up(case, "first-overdue:undelivered", Action.TICKET), now)
    assert isinstance(order, TicketOrder)
    assert (order.subject, order.body) == (
        "No address took a notice for INV-1042",
        "Step first-overdue:undelivered: ask the customer for another address.",
    )


def test_a_ticket_for_money_that_came_after_the_deletion_says_what_to_do() -> None:
    case, now = moment(HOTDOODLE, 61)
    ticket = order_for(case, follow_up(case, "paid-after-deletion", Action.TICKET), now)
    assert isinstance(ticket, TicketOrder)
    assert (ticket.subject, ticket.body, ticket.department) == (
        "INV-1042 was paid after its services were deleted",
        "Restore the services or give the money back.",
        "Billing",
    )


def test_what_needs_no_hand_has_no_order() -> None:
    case, now = moment(ASO, 2)
    with pytest.raises(KeyError):
        order_for(case, follow_up(case, "credit:1", Action.CREDIT), now)


def test_an_invoice_that_names_services_asks_for_nothing_of_any_other() -> None:
    """Whatever it orders about services, in every policy: the shop's invoice says "the shop" each time."""
    names = ("sandbox:shop:website",)
    for name, suspends in ((ASO, ()), (COURTESY, ("website", "email")), (HOTDOODLE, ())):
        case, now = moment(name, 3, pays_for=names)
        assert reinstate_order(case, now).covers == Coverage(services=names)
        for milestone in case.plan.milestones:
            order = BUILDERS[milestone.action](case, milestone, now)
            if isinstance(order, RestrictOrder | DeleteOrder):
                assert order.covers == Coverage(services=names, kinds=milestone.services)
            if isinstance(order, NoticeOrder):
                assert order.covers == Coverage(services=names, kinds=suspends)
        undone = case.model_copy(update={"level": Level.SUSPENDED, "loosen_to": Level.LOCKED})
        loosen = order_for(undone, follow_up(undone, "loosen:u-1", Action.LOOSEN), now)
        assert isinstance(loosen, LoosenOrder)
        assert loosen.covers.services == names
