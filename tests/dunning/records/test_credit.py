"""The account's credit: how much of it pays, and that it never leaves the house."""

from datetime import UTC, datetime

import pytest

from dunning.case.case import Case, Opened, open_case
from dunning.case.decisions import Wait, follow_up
from dunning.case.ledger import Kind
from dunning.case.orders import CreditOrder
from dunning.case.results import Credited, Noted
from dunning.money import Money
from dunning.policy.plan import Excess
from dunning.records.credit import Credit, to_use
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from tests.dunning.evenings import ASO, days, evening, until_evening
from tests.dunning.examples import PRICE, at, before_issue, opened, pays, takes_back
from tests.dunning.life import live
from tests.dunning.world import World

NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)


def credit(amount: str) -> Credit:
    return Credit(id=amount, account="bakery", amount=Money.parse(amount), at=NOW, reason="overpaid")


@pytest.mark.parametrize(
    ("credits_", "used"),
    [
        ([], "USD 0"),
        (["USD 5.00"], "USD 5.00"),
        (["USD 5.00", "USD 3.50"], "USD 8.50"),
        (["USD 19.99"], "USD 19.99"),
        (["USD 20.00"], "USD 19.99"),
        (["USD 20.00", "USD -15.00"], "USD 5.00"),
        (["USD 5.00", "USD -5.00"], "USD 0"),
        (["USD 5.00", "USD -9.00"], "USD 0"),
        (["EUR 50.00"], "USD 0"),
        (["EUR 50.00", "USD 2.00"], "USD 2.00"),
    ],
)
def test_what_is_left_pays_up_to_what_is_owed_and_never_another_currency(credits_: list[str], used: str) -> None:
    assert to_use([credit(amount) for amount in credits_], PRICE) == Money.parse(used)


def with_credit(amount: str, **plan: object) -> Opened:
    invoice = opened(ASO)
    update = {"plan": invoice.plan.model_copy(update=plan), "credit": Money.parse(amount)}
    return invoice.model_copy(update=update)


def test_credit_pays_from_the_start_and_is_the_second_line_of_the_ledger() -> None:
    now = before_issue(opened(ASO))
    case = open_case(with_credit("USD 5.00"), now)
    assert [(e.id, e.kind, str(e.amount), e.at, e.note) for e in case.entries] == [
        ("invoice", Kind.INVOICE, "USD 19.99", now, ""),
        ("credit:INV-1042", Kind.PAYMENT, "USD 5.00", now, "credit"),
    ]
    assert str(case.balance) == "USD 14.99"
    assert [e.id for e in open_case(with_credit("USD 0"), now).entries] == ["invoice"]
    assert str(open_case(with_credit("USD 0.01"), now).balance) == "USD 19.98"


def test_a_case_opened_late_with_credit_leaves_out_the_same_notices() -> None:
    late = at(opened(ASO), 0)
    assert open_case(with_credit("USD 5.00"), late).done == open_case(opened(ASO), late).done


@pytest.mark.req("S3-06")
def test_who_has_enough_credit_is_never_charged_and_gets_a_receipt() -> None:
    life = live(with_credit("USD 19.99"), before_issue(opened(ASO)))
    assert life.steps() == ["confirm:credit%3AINV-1042", "close:2"]
    assert (life.outcome, life.moved) == ("paid", {})


def test_the_rest_is_charged() -> None:
    life = live(with_credit("USD 5.00"), before_issue(opened(ASO)))
    assert {key: str(amount) for key, amount in life.moved.items()} == {"INV-1042:charge:1": "USD 14.99"}


@pytest.mark.promise(9)
def test_credit_is_never_refunded_to_anybody_what_cannot_go_back_becomes_credit_again() -> None:
    invoice = with_credit("USD 15.00", excess=Excess.REFUND)
    life = until_evening(invoice, 3, (2, pays("USD 19.99")), world=World(charges=["declined"]))
    assert {key: str(amount) for key, amount in life.refunded.items()} == {"INV-1042:refund:p-1": "USD 15.00"}
    assert [e.kind for e in life.case.entries if e.kind is Kind.CREDIT] == []
    more = until_evening(with_credit("USD 25.00", excess=Excess.REFUND), 3, world=World())
    assert (more.refunded, [str(e.amount) for e in more.case.entries if e.kind is Kind.CREDIT]) == ({}, ["USD 5.01"])


# Credit for what is owed again


@pytest.mark.req("S3-34")
def test_what_is_owed_again_is_paid_from_the_credit_and_nobody_is_written_to_but_for_the_receipt() -> None:
    life = evening(ASO, 40, (12, pays()), (20, takes_back()), world=World(charges=["declined"], credit=3000))
    assert [name for day, name in days(life) if day >= 20] == [
        "reopen:r-1", "use-credit:r-1", "reinstate", "confirm:credit%3AINV-1042%3Ause-credit%3Ar-1", "close:4",
    ]  # fmt: skip
    assert (life.outcome, life.world.credit) == ("paid", 1001)
    line = life.case.entries[-1]
    assert (line.id, line.kind, str(line.amount), line.note) == (
        "credit:INV-1042:use-credit:r-1", Kind.PAYMENT, "USD 19.99", "credit",
    )  # fmt: skip


@pytest.mark.req("S3-34")
def test_credit_that_is_too_little_is_used_and_the_customer_is_told_of_the_rest() -> None:
    life = evening(ASO, 22, (12, pays()), (20, takes_back()), world=World(charges=["declined"], credit=500))
    assert str(life.case.balance) == "USD 14.99"
    assert life.steps()[-4:] == [
        "reopen:r-1", "use-credit:r-1", "confirm:credit%3AINV-1042%3Ause-credit%3Ar-1", "reversal:r-1",
    ]  # fmt: skip
    assert isinstance(life.last, Wait)
    assert life.last.until == at(opened(ASO), 30)


def owed_again() -> tuple[Case, datetime]:
    life = evening(ASO, 19, (12, pays()))
    now = life.now
    case = takes_back()(life.case, now)
    return case, now


def test_the_order_asks_for_what_is_owed_under_a_key_of_its_own() -> None:
    case, now = owed_again()
    order = order_for(case, follow_up("use-credit:r-1", now), now)
    assert order == CreditOrder(
        generation=1,
        number=case.revision,
        invoice="INV-1042",
        account="bakery",
        step="use-credit:r-1",
        at=now,
        amount=PRICE,
    )
    assert order.key == "INV-1042:use-credit:r-1"


def test_no_credit_is_no_line_and_is_asked_for_once() -> None:
    case, now = owed_again()
    using = follow_up("use-credit:r-1", now)
    for amount, lines in (("USD 0", 0), ("USD 0.01", 1), ("USD 5.00", 1)):
        used = recorded(case, using, Credited(amount=Money.parse(amount)), now)
        assert (len(used.entries) - len(case.entries), used.steps_done[using.name].detail) == (
            lines, str(Money.parse(amount)),
        )  # fmt: skip
    assert recorded(used, using, Credited(amount=Money.parse("USD 5.00")), now).entries == used.entries


@pytest.mark.promise(9)
def test_credit_that_was_taken_while_the_customer_paid_is_given_back() -> None:
    """Await, then record: the payment came while the credit was being used, so what is too much is credit again."""
    case, now = owed_again()
    case = pays("USD 19.99", "p-2")(case, now)
    used = recorded(case, follow_up("use-credit:r-1", now), Credited(amount=PRICE), now)
    assert str(used.balance) == "USD -19.99"
    given_back = recorded(used, follow_up("credit:5", now), Noted(), now)
    assert [str(e.amount) for e in given_back.entries if e.kind is Kind.CREDIT] == ["USD 19.99"]
