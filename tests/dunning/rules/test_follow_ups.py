"""Money taken back of what is void, lapsed or deleted: nobody is asked for it, so a person hears."""

from datetime import datetime, timedelta

import pytest

from dunning.case.case import Case
from dunning.case.decisions import Perform
from dunning.case.facts import Void
from dunning.case.ledger import Kind
from dunning.policy.plan import Action
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from dunning.rules.updates import voided
from dunning.tickets.ticket import TicketOrder
from tests.dunning.evenings import (
    ASO,
    COURTESY,
    HOTDOODLE,
    after,
    did,
    evening,
)
from tests.dunning.examples import PRICE, approves, at, gives_again, opened, pays, takes_back
from tests.dunning.life import Fact, Life, live
from tests.dunning.world import World


def voids(case: Case, now: datetime) -> Case:
    return voided(case, Void(reason="billed twice"), now)


def test_money_of_a_voided_invoice_that_had_become_credit_is_taken_off_again_with_a_ticket() -> None:
    life = evening(ASO, 30, (2, pays("USD 5.00")), (3, voids), (20, takes_back("USD 5.00")))
    assert after(life, 20) == [(20, "owed-again:r-1"), (20, "credit:5"), (20, "reinstate"), (20, "close:6")]
    assert [str(e.amount) for e in life.case.entries if e.kind.value == "credit"] == ["USD 5.00", "USD -5.00"]
    assert (life.outcome, life.case.balance.minor) == ("void", 0)
    last = life.of(Action.CREDIT)[-1]
    assert last.step is not None
    assert decide(last.before, last.decided) == Perform(last.step, "USD 5.00 that had become credit was taken back")
    cent = evening(ASO, 30, (2, pays("USD 5.00")), (3, voids), (20, takes_back("USD 0.01")))
    assert (cent.case.balance.minor, cent.outcome) == (0, "void")
    again = evening(
        ASO, 40, (2, pays("USD 5.00")), (3, voids), (20, takes_back("USD 5.00")), (35, gives_again("USD 5.00"))
    )
    assert [str(e.amount) for e in again.case.entries if e.kind.value == "credit"] == [
        "USD 5.00", "USD -5.00", "USD 5.00",
    ]  # fmt: skip
    assert after(again, 35) == [(35, "credit:7"), (35, "close:8")]


@pytest.mark.req("S2-10")
def test_a_won_dispute_over_an_invoice_that_lapsed_meanwhile_becomes_credit_with_a_ticket() -> None:
    facts = ((12, pays()), (20, takes_back(chargeback=True)), (80, gives_again()), (81, gives_again()))
    life = evening(ASO, 85, *facts)
    assert after(life, 50) == [(51, "deactivate"), (51, "deactivate:told"), (80, "parked:r-1%3Awon")]
    (again,) = [e for e in life.case.entries if e.id == "r-1:won"]
    assert (again.kind, again.of, again.note) == (Kind.PARKED, "r-1", "the invoice is no longer payable")
    ticket = did(life, "parked:r-1%3Awon")
    assert ticket.step is not None
    order = order_for(ticket.before, ticket.step, ticket.decided)
    assert isinstance(order, TicketOrder)
    assert (order.credit_id, order.credit) == ("INV-1042:r-1:won", PRICE)
    assert life.case.balance.minor == 0


@pytest.mark.req("S2-10")
def test_a_part_that_is_taken_back_after_the_invoice_lapsed_is_a_person_s_business_and_its_return_ends_that() -> None:
    facts = ((12, pays("USD 5.00")), (40, takes_back("USD 5.00")))
    life = evening(ASO, 45, *facts)
    assert after(life, 31) == [(40, "owed-again:r-1")]
    ticket = did(life, "owed-again:r-1")
    assert ticket.step is not None
    order = order_for(ticket.before, ticket.step, ticket.decided)
    assert isinstance(order, TicketOrder)
    assert (order.subject, order.body, order.credit) == (
        "Money for INV-1042, which is not payable any more, was taken back",
        "Nobody is asked for it: decide whether the customer still owes it before they renew.",
        None,
    )
    assert str(life.case.balance) == "USD 5.00"
    again = evening(ASO, 45, *facts, (42, gives_again("USD 5.00")))
    assert (again.steps()[-1], again.case.balance.minor) == ("owed-again:r-1", 0)


def paid_while_deleting(name: str, day: int, owed: str, delays: int) -> Life:
    """The customer pays while the deletion is under way; twenty days later the money goes back."""
    start = opened(name)
    world = World(charges=["declined"] * 2, delays=[timedelta(0)] * delays + [timedelta(minutes=30)])
    coming: list[tuple[datetime, Fact]] = [
        (at(start, day - 2), approves("terminate")),
        (at(start, day, minutes=10), pays(owed)),
        (at(start, day + 20), takes_back(owed)),
    ]
    return live(start, at(start, -11), coming, world)


def test_money_taken_back_after_the_deletion_opens_a_ticket_and_ends_the_case_again() -> None:
    life = paid_while_deleting(COURTESY, 35, "USD 54.99", 9)
    assert after(life, 35) == [
        (35, "terminate"), (35, "confirm:p-1"), (35, "paid-after-deletion"), (35, "close:3"),
        (55, "owed-again:r-1"), (55, "close:4"),
    ]  # fmt: skip
    assert (life.outcome, str(life.case.balance)) == ("deleted", "USD 54.99")
    ticket = did(life, "owed-again:r-1")
    assert ticket.step is not None
    order = order_for(ticket.before, ticket.step, ticket.decided)
    assert isinstance(order, TicketOrder)
    assert (order.subject, order.body) == (
        "Money for INV-1042 was taken back after its services were deleted",
        "There is nothing left to restrict: ask the customer for it or write it off.",
    )


def test_where_back_ups_are_left_the_customer_is_told_as_well_and_they_wait_for_the_grace() -> None:
    life = paid_while_deleting(HOTDOODLE, 60, "USD 94.99", 9)
    assert after(life, 80) == [
        (80, "owed-again:r-1"),
        (80, "reopen:r-1"),
        (80, "use-credit:r-1"),
        (80, "reversal:r-1"),
        (90, "last-warning:again:1"),
        (97, "delete-backups"),
        (97, "close:4"),
    ]


def test_money_told_of_by_a_notice_before_the_deletion_needs_no_ticket_after_it() -> None:
    life = evening(HOTDOODLE, 141, (55, pays("USD 94.99")), (80, takes_back("USD 94.99")))
    assert life.outcome == "deleted"
    assert not [name for name in life.steps() if name.startswith("owed-again:")]
