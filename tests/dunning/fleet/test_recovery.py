"""What became of what was due: money counts where it came, by how far dunning had gone, and everything adds up."""

from hypothesis import given

from dunning.case.facts import Void, Waiver
from dunning.case.ledger import CHARGES, Kind
from dunning.fleet.recovery import COLUMNS, StillOpen, came_of, recovery
from dunning.money import Money
from dunning.rules.updates import voided, waived
from tests.dunning.evenings import ASO, COURTESY, evening
from tests.dunning.examples import DUE, pays, takes_back
from tests.dunning.life import Life
from tests.dunning.lives import LIVES, lives


def came(life: Life) -> dict[str, int]:
    return {column: minor for column, minor in came_of(life.case).items() if minor}


def test_money_stands_where_dunning_had_gone_when_it_came() -> None:
    assert came(evening(ASO, 3, (-2, pays()))) == {"on time": 1999}
    assert came(evening(ASO, 3, (0, pays()))) == {"on time": 1999}
    assert came(evening(ASO, 8, (6, pays()))) == {"reminded": 1999}
    assert came(evening(ASO, 14, (12, pays()))) == {"suspended": 1999}
    assert came(evening(ASO, 14, (-2, pays("USD 10.00")), (12, pays("USD 9.99", "p-2")))) == {
        "on time": 1000,
        "suspended": 999,
    }


def test_what_was_taken_back_was_not_recovered() -> None:
    life = evening(ASO, 30, (-2, pays()), (5, takes_back()), (7, pays(payment="p-2")))
    assert came(life) == {"reminded": 1999}


def test_more_than_was_asked_for_is_left_out() -> None:
    assert came(evening(ASO, 8, (6, pays("USD 50.00")))) == {"reminded": 1999}


def test_fees_are_asked_for_too_and_what_is_waived_is_given_up() -> None:
    life = evening(
        COURTESY, 30, (9, lambda case, now: waived(case, Waiver(entry="late-fee"), now)), (12, pays("USD 19.99"))
    )
    asked = sum(entry.amount.minor for entry in life.case.entries if entry.kind in CHARGES)
    assert came(life)["given up"] == asked - 1999


def test_what_ended_without_its_money_is_lost_and_a_mistake_is_in_no_row() -> None:
    unpaid = evening(ASO, 31).case
    mistake = evening(ASO, 6, (5, lambda case, now: voided(case, Void(reason="twice"), now))).case
    (row,) = recovery([unpaid, mistake], [StillOpen(DUE, Money.parse("USD 5.00"))])
    assert (row.month, row.currency, row.invoices) == (f"{DUE:%Y-%m}", "USD", 2)
    assert dict(zip(COLUMNS, row.amounts, strict=True)) == dict.fromkeys(COLUMNS, 0) | {"lost": 1999, "open": 500}
    assert row.total == 2499


@LIVES
@given(lives())
def test_every_cent_that_was_asked_for_is_in_one_column(life: Life) -> None:
    case = life.case
    asked = sum(entry.amount.minor for entry in case.entries if entry.kind in CHARGES)
    carried = sum(entry.amount.minor for entry in case.entries if entry.kind is Kind.CARRIED)
    found = came_of(case)
    assert sum(found.values()) == asked - carried
    assert min(found.values()) >= 0
    assert set(found) <= set(COLUMNS)
