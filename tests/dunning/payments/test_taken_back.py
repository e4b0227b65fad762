"""What was taken back changes only the money that it was taken of, in that money's own currency."""

import pytest
from pydantic import ValidationError

from dunning.case.facts import Approval, GiveBack, Restored, Reversal, Void
from dunning.case.ledger import Entry, Kind
from dunning.money import Money
from dunning.payments.taken_back import credit_lines, left_of, news_in, unheard
from dunning.records.credit import Credit
from tests.dunning.examples import at, opened

NOW = at(opened("a-small-orange"), 0)
PAID = Entry(id="p-1", kind=Kind.PAYMENT, amount=Money.parse("USD 19.99"), at=NOW)


def back(amount: str, id_: str = "r-1") -> Reversal:
    return Reversal(id=id_, payment="p-1", amount=Money.parse(amount), at=NOW)


def again(amount: str, id_: str = "w-1") -> Restored:
    return Restored(id=id_, reversal="r-1", amount=Money.parse(amount), at=NOW)


@pytest.mark.promise(9)
def test_euros_are_taken_off_no_ledger_and_no_credit_in_dollars() -> None:
    """A ledger counted EUR 3.00 as USD 3.00 when its books were closed."""
    assert unheard((PAID,), (back("USD 3.00"),)) == (back("USD 3.00"),)
    assert unheard((PAID,), (back("EUR 3.00"), again("EUR 3.00"))) == ()
    credit = Credit(id="INV-1:p-1", account="bakery", amount=PAID.amount, at=NOW, reason="late")
    lines = credit_lines("INV-1", credit, (back("USD 3.00"), back("EUR 3.00", "r-2"), again("EUR 3.00")))
    assert [str(line.amount) for line in lines] == ["USD -3.00"]


@pytest.mark.promise(9)
def test_what_is_left_of_a_payment_is_what_did_not_go_or_came_again() -> None:
    for news, left in (
        ((), "USD 19.99"),
        ((back("USD 5.00"),), "USD 14.99"),
        ((back("USD 5.00"), again("USD 2.00")), "USD 16.99"),
        ((again("USD 2.00"),), "USD 19.99"),
        ((back("USD 25.00"),), "USD 0.00"),
        ((back("EUR 5.00"),), "USD 19.99"),
    ):
        assert str(left_of(PAID.amount, "p-1", news)) == left
    taken = Entry(id="r-1", kind=Kind.CHARGEBACK, amount=Money.parse("USD 5.00"), at=NOW, of="p-1")
    restored = Entry(id="w-1", kind=Kind.RESTORED, amount=Money.parse("USD 2.00"), at=NOW, of="r-1")
    assert news_in((PAID, taken, restored)) == (back("USD 5.00"), again("USD 2.00"))


def test_who_and_why_are_never_blank_and_two_spellings_of_one_name_are_one_person() -> None:
    assert Approval(milestone="delete", by="Ann ") == Approval(milestone="delete", by="Ann")
    for blank in ("", " ", "\t"):
        with pytest.raises(ValidationError):
            Approval(milestone="delete", by=blank)
        with pytest.raises(ValidationError):
            Void(reason=blank)
        with pytest.raises(ValidationError):
            GiveBack(id="t-1", payment="p-1", amount=PAID.amount, by="ana", reason=blank)
