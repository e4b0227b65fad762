"""Tickets: what a person reads, and the credit that goes with it."""

from datetime import datetime

import pytest

from dunning.case.case import Case
from dunning.case.decisions import follow_up
from dunning.case.facts import Void
from dunning.money import Money
from dunning.rules.order_for import order_for
from dunning.rules.updates import unreadable, voided
from dunning.tickets.case_tickets import credit_of, words_for_staff
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder
from tests.dunning.evenings import ASO, moment
from tests.dunning.examples import gives_again, pays, takes_back

EURO = "EUR 5.00"


def case_with_parked_money() -> tuple[Case, datetime]:
    """Paid in another currency, taken back by the bank, and won back in the dispute."""
    case, now = moment(ASO, 2)
    for fact in (pays(EURO), takes_back(EURO), gives_again(EURO)):
        case = fact(case, now)
    return case, now


@pytest.mark.promise(9)
@pytest.mark.parametrize(
    ("step", "line", "amount"),
    [
        ("parked:p-1", "INV-1042:p-1", EURO),
        ("taken-back:r-1", "INV-1042:taken-back:r-1", "EUR -5.00"),
        ("restored:r-1%3Awon", "INV-1042:restored:r-1%3Awon", EURO),
    ],
)
def test_money_that_comes_goes_and_comes_again_is_credited_each_time_under_its_own_name(
    step: str, line: str, amount: str
) -> None:
    case, _ = case_with_parked_money()
    assert credit_of(case, step) == (line, Money.parse(amount))


@pytest.mark.parametrize("step", ["parked:p-2", "taken-back:r-9", "first-overdue:undelivered", "paid-after-deletion"])
def test_other_tickets_carry_no_credit(step: str) -> None:
    case, _ = case_with_parked_money()
    assert credit_of(case, step) == ("", None)


@pytest.mark.parametrize(
    ("step", "kind", "subject", "body"),
    [
        (
            "parked:p-1",
            TicketKind.PAYMENT_PARKED,
            "Payment for INV-1042 parked as credit",
            "EUR 5.00 arrived and was kept as credit: paid in EUR, invoiced in USD.",
        ),
        (
            "taken-back:r-1",
            TicketKind.CREDIT_REVERSED,
            "A payment kept as credit for INV-1042 was taken back",
            "The credit was taken off the account again.",
        ),
        (
            "restored:r-1%3Awon",
            TicketKind.CREDIT_RESTORED,
            "A payment kept as credit for INV-1042 came again",
            "A dispute was won; the credit is there again.",
        ),
        (
            "first-overdue:undelivered",
            TicketKind.NOTICE_UNDELIVERED,
            "No address took a notice for INV-1042",
            "Step first-overdue:undelivered: ask the customer for another address.",
        ),
        (
            "paid-after-deletion",
            TicketKind.PAID_AFTER_DELETION,
            "INV-1042 was paid after its services were deleted",
            "Restore the services or give the money back.",
        ),
        (
            "large-case",
            TicketKind.LARGE_CASE,
            "INV-1042 has become very large",
            (
                "With 0 payments it has 0.0 MB. From 1.5 MB on it takes no further part, each becomes a ticket; a "
                "payment of all the rest is taken. Ask who pays in so many parts to pay the rest at once, or void it "
                "and open another invoice."
            ),
        ),
        (
            "cancellation:1",
            TicketKind.CANCELLATION_ASKED,
            "Somebody asked Temporal to cancel INV-1042",
            (
                "Its case goes on: cancelled there, it would only forget the invoice. To end it use `starter.py void "
                "INV-1042` or `starter.py waive INV-1042`; to stop it for some days, `starter.py promise INV-1042`."
            ),
        ),
        (
            "unreadable:0",
            TicketKind.MESSAGE_UNREADABLE,
            "Unreadable payment_received for INV-1042",
            (
                "A payment_received message could not be decoded. Find the payment at its processor and enter it with "
                "`starter.py pay INV-1042`. What came: {}"
            ),
        ),
    ],
)
def test_a_person_reads_what_happened_and_what_to_do(step: str, kind: TicketKind, subject: str, body: str) -> None:
    case, now = case_with_parked_money()
    assert words_for_staff(unreadable(case, "payment_received", "{}", now), step) == (kind, subject, body)


def test_the_ticket_of_a_void_invoice_says_that_the_credit_may_be_used_up() -> None:
    case, now = moment(ASO, 2)
    void = takes_back()(voided(pays()(case, now), Void(reason="billed twice"), now), now)
    order = order_for(void, follow_up("owed-again:r-1", now), now)
    assert isinstance(order, TicketOrder)
    assert (order.kind, order.subject, order.body, order.credit) == (
        TicketKind.REVERSED_WHEN_VOID,
        "Money for INV-1042, which is void, was taken back",
        "It had become credit of the account and was taken off again; the account may have used it meanwhile.",
        None,
    )
