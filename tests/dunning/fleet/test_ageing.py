"""What is owed, by how long it has been due."""

import pytest

from dunning.fleet.ageing import COLUMNS, AgeingRow, Owed, ageing, column
from dunning.money import Money


@pytest.mark.parametrize(
    ("overdue", "name"),
    [
        (0, "not due"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"),
        (91, "90+"), (4000, "90+"),
    ],
)  # fmt: skip
def test_each_day_has_its_column(overdue: int, name: str) -> None:
    assert column(overdue) == name


def test_balances_are_added_by_account_and_currency_and_never_across() -> None:
    def owed(account: str, minor: int, overdue: int, currency: str = "USD", customer: str = "") -> Owed:
        return Owed(account, customer, Money(minor=minor, currency=currency), overdue)

    rows = ageing(
        [
            owed("b", 5, 91),
            owed("a", 100, 0),
            owed("a", 20, 30, customer="Jane"),
            owed("a", 3, 30),
            owed("a", 9, 1, "EUR"),
        ]
    )
    assert rows == [
        AgeingRow("a", "", "EUR", 1, (0, 9, 0, 0, 0)),
        AgeingRow("a", "Jane", "USD", 3, (100, 23, 0, 0, 0)),
        AgeingRow("b", "", "USD", 1, (0, 0, 0, 0, 5)),
    ]
    assert [row.total for row in rows] == [9, 123, 5]
    assert len(COLUMNS) == len(rows[0].amounts)
