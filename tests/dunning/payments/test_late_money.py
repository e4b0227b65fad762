"""Money without an open case: each way it can come, and where it ends (promise 9). Without a store."""

from datetime import timedelta

import pytest

from dunning.case.case import Case, open_case
from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.orders import CloseOrder
from dunning.money import Money
from dunning.payments.late_money import late_payment_of, late_restored_of, late_reversal_of
from dunning.policy.plan import Excess
from dunning.records.books import ClosedLedger, KnownInvoice
from dunning.records.credit import UNMATCHED, Credit
from dunning.rules.money_in import restored, reversed_
from tests.dunning.examples import DUE, at, opened, pays

ASO = "a-small-orange"
OPENED = opened(ASO)
AT = at(OPENED, 30)
USD5 = Money.parse("USD 5")
KNOWN = KnownInvoice(number="INV-1042", account="bakery", policy=ASO, due=DUE)
PAYMENT = Payment(id="late", amount=USD5, at=AT)
REVERSAL = Reversal(id="r-1", payment="p-1", amount=USD5, at=AT, reason="returned")
RESTORED = Restored(id="r-1:won", reversal="r-1", amount=USD5, at=AT)


def closed(case: Case) -> ClosedLedger:
    order = CloseOrder(invoice="INV-1042", account="bakery", step="close", at=AT, case=case, outcome="paid")
    return ClosedLedger(
        invoice="INV-1042",
        account="bakery",
        outcome="paid",
        policy=ASO,
        due=DUE,
        balance=case.balance,
        closed_at=AT,
        order=order,
    )


def paid_case(excess: Excess = Excess.CREDIT) -> Case:
    case = pays()(open_case(OPENED, AT - timedelta(days=40)), AT - timedelta(days=30))
    return case.model_copy(update={"plan": case.plan.model_copy(update={"excess": excess})})


@pytest.mark.promise(9)
def test_a_payment_for_a_closed_invoice_is_credit_of_its_account_with_a_ticket() -> None:
    late = late_payment_of("INV-1042", PAYMENT, KNOWN, closed(paid_case()), "somebody-else")
    assert (late.outcome, late.wake) == ("credited", None)
    assert late.credit == Credit(
        id="INV-1042:late",
        account="bakery",
        amount=USD5,
        at=AT,
        reason="payment for INV-1042, which was closed as paid",
    )
    assert late.ticket
    assert (late.ticket.account, late.ticket.invoice) == ("bakery", "INV-1042")


@pytest.mark.promise(9)
def test_where_excess_is_given_back_the_case_is_woken_and_refunds_it() -> None:
    case = paid_case(Excess.REFUND)
    assert late_payment_of("INV-1042", PAYMENT, KNOWN, closed(case)) == ("refunded", case, None, None)


@pytest.mark.promise(9)
def test_what_the_case_had_counted_is_nothing_new() -> None:
    again = PAYMENT.model_copy(update={"id": "p-1"})
    late = late_payment_of("INV-1042", again, KNOWN, closed(paid_case(Excess.REFUND)))
    assert (late.wake, late.credit, late.ticket) == (None, None, None)
    books = closed(paid_case().model_copy(update={"entries": paid_case().entries}))
    assert late_reversal_of("INV-1042", REVERSAL, books).outcome == "reopened"


@pytest.mark.promise(9)
@pytest.mark.parametrize(
    ("invoice", "known", "account", "owner", "asked", "outcome"),
    [
        ("INV-1042", KNOWN, "", "bakery", "bakery", "credited"),
        ("INV-7", None, "", UNMATCHED, UNMATCHED, "parked"),
        ("INV-7", None, "bakery", UNMATCHED, "bakery", "parked"),
        ("", None, "bakery", UNMATCHED, "bakery", "parked"),
    ],
)
def test_money_without_books_goes_to_whom_it_belongs_or_is_parked(
    invoice: str, known: KnownInvoice | None, *, account: str, owner: str, asked: str, outcome: str
) -> None:
    late = late_payment_of(invoice, PAYMENT, known, None, account)
    assert late.outcome == outcome
    assert late.credit
    assert (late.credit.account, late.credit.id) == (owner, f"{invoice or UNMATCHED}:late")
    assert late.ticket
    assert late.ticket.account == asked


@pytest.mark.promise(9)
def test_a_reversal_wakes_the_case_that_had_counted_the_money_once() -> None:
    case = paid_case()
    assert late_reversal_of("INV-1042", REVERSAL, closed(case)) == ("reopened", case, None, None)


@pytest.mark.promise(9)
def test_a_reversal_of_nothing_that_we_know_is_a_ticket_until_its_payment_comes() -> None:
    nothing = late_reversal_of("", REVERSAL, None)
    assert (nothing.outcome, nothing.credit) == ("parked", None)
    assert nothing.ticket
    assert nothing.ticket.account == UNMATCHED
    counted = closed(reversed_(paid_case(), REVERSAL, AT))
    assert late_reversal_of("INV-1042", REVERSAL, counted).outcome == "already counted"


@pytest.mark.promise(9)
def test_money_that_comes_again_wakes_the_case_from_which_it_was_taken_once() -> None:
    taken = reversed_(paid_case(), REVERSAL, AT)
    assert late_restored_of("INV-1042", RESTORED, closed(taken)) == ("reopened", taken, None, None)
    again = closed(restored(taken, RESTORED))
    assert late_restored_of("INV-1042", RESTORED, again) == ("already counted", None, None, None)
    parked = late_restored_of("INV-1042", RESTORED, closed(paid_case()), "bakery")
    assert (parked.outcome, parked.credit) == ("parked", None)
    assert parked.ticket
    assert parked.ticket.account == "bakery"
