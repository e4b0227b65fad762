"""A case with three thousand payments: no message may pass 2 MB, and no step may take long."""

from functools import cache

import pytest

from dunning.case.case import Case, Done, going_on, open_case
from dunning.case.ledger import Entry, Kind
from dunning.case.orders import NoticeOrder, Order
from dunning.case.update import changed
from dunning.money import Money
from dunning.policy.plan import Action
from dunning.rules.order_for import order_for
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, step
from tests.dunning.examples import at, before_issue, opened, takes_back

PAYMENTS = 3000
MOST = 2 * 1024 * 1024
"""The server refuses more."""
ONE = Money.parse("USD 1.00")


@cache
def long_case(policy: str) -> Case:
    """The worst of its size: ids as long as a gateway's, and each payment confirmed alone."""
    opening = opened(policy, Money.parse(f"USD {PAYMENTS + 10}.00"))
    case, now = open_case(opening, before_issue(opening)), at(opening, 0)
    names = [f"pi_3PxYzABCDEFGHIJKLMN{number:05d}" for number in range(PAYMENTS)]
    paid = [Entry(id=n, kind=Kind.PAYMENT, amount=ONE, at=now, note="visa 4242", answered="applied") for n in names]
    told = [
        Done(
            step=f"confirm:{n}",
            action=Action.NOTIFY,
            at=now,
            kind="delivered",
            detail=f"INV-1042:confirm:{n}:1",
            notice="Invoice Payment Confirmation",
        )
        for n in names
    ]
    return changed(case, entries=(*case.entries, *paid), done=(*case.done, *told))


def size(order: Order) -> int:
    return len(order.model_dump_json())


@pytest.mark.parametrize(
    ("policy", "name"),
    [(ASO, "charge"), (ASO, "suspend"), (ASO, "delete"), (COURTESY, "late-fee"), (HOTDOODLE, "lock")],
)
def test_a_step_of_the_plan_is_told_which_money_is_known_and_no_more(policy: str, name: str) -> None:
    case = long_case(policy)
    assert size(order_for(case, step(case, name), at(opened(policy), 0))) < MOST / 10


def test_the_books_are_closed_with_the_case_and_nothing_of_it_twice() -> None:
    case = long_case(ASO)
    closing = step(case, "charge").model_copy(update={"name": "close:3001", "action": Action.CLOSE})
    order = order_for(case, closing, at(opened(ASO), 0))
    whole = len(case.model_dump_json())
    assert whole < MOST * 2 / 3
    assert size(order) < whole + 1000
    reopening = closing.model_copy(update={"name": "reopen:r-1", "action": Action.REOPEN})
    assert size(order_for(case, reopening, at(opened(ASO), 0))) < MOST / 3


def test_the_next_run_begins_with_the_case_and_goes_on_from_it() -> None:
    case = long_case(ASO)
    begins = going_on(case, case.generation)
    assert len(begins.model_dump_json()) < MOST * 2 / 3
    again = open_case(type(begins).model_validate_json(begins.model_dump_json()), at(opened(ASO), 50))
    assert again == case, "nothing is counted again, and no notice is left out"


def test_a_notice_never_grows_with_the_case() -> None:
    case, now = long_case(ASO), at(opened(ASO), 0)
    for name in (f"confirm:{case.payments[-1].id}", "reversal:r-1"):
        taken = takes_back("USD 1.00", case.payments[0].id)(case, now)
        notice = step(case, "charge").model_copy(update={"name": name, "action": Action.NOTIFY, "notice": "X"})
        order = order_for(taken, notice, now)
        assert isinstance(order, NoticeOrder)
        assert size(order) < 2000
