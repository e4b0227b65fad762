"""What is owed, by account and by how long it has been due: the table that bookkeepers ask for each month."""

from collections.abc import Iterable
from typing import NamedTuple

from dunning.money import Money

BUCKETS = (("not due", 0), ("1-30", 30), ("31-60", 60), ("61-90", 90))
"""The columns by days past the due date, each up to and with its last; what is older stands in OLDER."""
OLDER = "90+"
COLUMNS = (*(name for name, _ in BUCKETS), OLDER)


class Owed(NamedTuple):
    """What one open invoice of an account asks for, so many calendar days past its due date in its own zone."""

    account: str
    customer: str
    balance: Money
    overdue: int


class AgeingRow(NamedTuple):
    """An account's open balances in one currency. `amounts` are those of COLUMNS, in minor units, `total` their sum."""

    account: str
    customer: str
    currency: str
    invoices: int
    amounts: tuple[int, ...]

    @property
    def total(self) -> int:
        """The sum of all columns, in minor units."""
        return sum(self.amounts)


def ageing(owed: Iterable[Owed]) -> list[AgeingRow]:
    """A row an account and currency, by account. Amounts of different currencies are never added."""
    groups: dict[tuple[str, str], list[Owed]] = {}
    for each in owed:
        groups.setdefault((each.account, each.balance.currency), []).append(each)
    return [_row(*key, groups[key]) for key in sorted(groups)]


def column(overdue: int) -> str:
    """The column of an invoice that is so many days overdue; 0 or less: it is not."""
    return next((name for name, last in BUCKETS if overdue <= last), OLDER)


def _row(account: str, currency: str, owed: list[Owed]) -> AgeingRow:
    sums = dict.fromkeys(COLUMNS, 0)
    for each in owed:
        sums[column(each.overdue)] += each.balance.minor
    customer = next((each.customer for each in owed if each.customer), "")
    return AgeingRow(account, customer, currency, len(owed), tuple(sums.values()))
