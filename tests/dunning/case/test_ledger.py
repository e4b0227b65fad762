"""The ledger's arithmetic: what counts, what waits, what stands."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from dunning.case.ledger import Entry, Kind, balance, find, standing, written
from dunning.money import Money

NOW = datetime(2026, 12, 3, 14, tzinfo=UTC)
INVOICE = ("invoice", Kind.INVOICE, 2000, "")


def entry(entry_id: str, kind: Kind, minor: int, of: str = "") -> Entry:
    return Entry(id=entry_id, kind=kind, amount=Money(minor=minor, currency="USD"), at=NOW, of=of)


def owed(*lines: tuple[str, Kind, int, str]) -> int:
    return balance(tuple(entry(*line) for line in (INVOICE, *lines)), "USD").minor


PAYMENT = ("p-1", Kind.PAYMENT, 2000, "")
BACK = ("r-1", Kind.REVERSAL, 2000, "p-1")
AGAIN = ("r-1:won", Kind.RESTORED, 1500, "r-1")


@pytest.mark.promise(9)
def test_what_is_undone_before_it_happened_waits_for_it_in_any_order() -> None:
    assert [owed(*lines) for lines in permutations((PAYMENT, BACK, AGAIN))] == [500] * 6
    assert [owed(*lines) for lines in permutations((PAYMENT, AGAIN))] == [0, 0]
    assert [owed(*lines) for lines in permutations((BACK, AGAIN))] == [2000, 2000]
    assert owed(BACK, AGAIN, ("p-2", Kind.PAYMENT, 500, "")) == 1500


@pytest.mark.parametrize("kind", [Kind.REVERSAL, Kind.CHARGEBACK])
def test_a_reversal_stands_once_its_payment_counts_and_until_it_is_undone(kind: Kind) -> None:
    back, other = entry("r-1", kind, 2000, "p-1"), entry("r-2", kind, 100, "p-2")
    payment, again = entry("p-1", Kind.PAYMENT, 2000), entry("r-1:won", Kind.RESTORED, 2000, "r-1")
    parked = entry("p-2", Kind.PARKED, 100)
    assert standing((back,)) == ()
    assert standing((back, payment)) == (back,)
    assert standing((payment, other, parked, back)) == (back,)
    assert standing((payment, back, again)) == ()
    assert standing((payment, back, entry("r-2:won", Kind.RESTORED, 100, "r-2"))) == (back,)
    parts = entry("r-1:a", Kind.RESTORED, 1500, "r-1"), entry("r-1:b", Kind.RESTORED, 500, "r-1")
    assert standing((payment, back, parts[0])) == (back,), "only some of it came again"
    assert standing((payment, back, *parts)) == ()


def test_a_payment_s_id_never_hides_a_line_of_ours_or_of_the_processor() -> None:
    ours = (entry("p-1", Kind.LATE_FEE, 3500),)
    payment, back = entry("p-1", Kind.PAYMENT, 2000), entry("p-1", Kind.CHARGEBACK, 2000, "p-0")
    assert not written(ours, payment)
    assert not written((*ours, payment), back)
    assert written((*ours, payment), entry("p-1", Kind.PARKED, 1)), "counted or parked, it is the same money"
    assert written((back,), entry("p-1", Kind.RESTORED, 1)), "the processor gives each movement an id of its own"
    assert written(ours, entry("p-1", Kind.WAIVER, 1))


def test_an_entry_is_found_among_the_kinds_that_are_asked_for() -> None:
    entries = (entry("p-1", Kind.LATE_FEE, 3500), entry("p-1", Kind.PAYMENT, 2000))
    assert find(entries, "p-1", (Kind.PAYMENT,)) == entries[1]
    assert find(entries, "p-1", (Kind.REVERSAL,)) is None
    assert find(entries, "p-2", (Kind.PAYMENT,)) is None
