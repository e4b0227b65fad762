"""What dunning brought in: by the month in which invoices were due, and by how far it had to go until it came."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from dunning.calendar import local_date
from dunning.case.case import Case
from dunning.case.ledger import CHARGES, TAKEN_BACK, Entry, Kind
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import LEVEL_OF, Action

ON_TIME, GIVEN_UP, LOST, OPEN = "on time", "given up", "lost", "open"
STAGE_OF = {
    Level.ACTIVE: "reminded",
    Level.WARNED: "reminded",
    Level.LOCKED: "locked",
    Level.SUSPENDED: "suspended",
    Level.INACTIVE: "inactive",
    Level.DELETED: "inactive",
}
"""Money that came after the due date, by the level that the invoice's own hold asked for when it came."""
COLUMNS = (ON_TIME, *dict.fromkeys(STAGE_OF.values()), GIVEN_UP, LOST, OPEN)


class RecoveryRow(NamedTuple):
    """The invoices due in a month (`2026-11`), in one currency. `amounts` are those of COLUMNS, in minor units."""

    month: str
    currency: str
    invoices: int
    amounts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All that was asked for, fees too, in minor units; what went on to later invoices is asked for there."""
        return sum(self.amounts)


class StillOpen(NamedTuple):
    """An open invoice, and what is owed on it now."""

    due: date
    balance: Money


def recovery(closed: Iterable[Case], still_open: Iterable[StillOpen]) -> list[RecoveryRow]:
    """A row a month and currency, by month. An invoice that was declared a mistake is in none.

    Of an open invoice only its balance is counted: what was paid of it counts once it is closed.
    """
    sums: dict[tuple[str, str], dict[str, int]] = {}
    count: dict[tuple[str, str], int] = {}
    for due, currency, amounts in [*_of_closed(closed), *_of_open(still_open)]:
        key = (f"{due:%Y-%m}", currency)
        group = sums.setdefault(key, dict.fromkeys(COLUMNS, 0))
        count[key] = count.get(key, 0) + 1
        for column, minor in amounts.items():
            group[column] += minor
    return [RecoveryRow(*key, count[key], tuple(sums[key].values())) for key in sorted(sums)]


def _of_closed(closed: Iterable[Case]) -> Iterator[tuple[date, str, dict[str, int]]]:
    for case in closed:
        if not case.voided:
            yield case.invoice.due, case.invoice.amount.currency, came_of(case)


def _of_open(still_open: Iterable[StillOpen]) -> Iterator[tuple[date, str, dict[str, int]]]:
    for each in still_open:
        yield each.due, each.balance.currency, {OPEN: each.balance.minor}


def came_of(case: Case) -> dict[str, int]:
    """What became of all that a closed invoice asked for, by column, in minor units. Money beyond that is left out."""
    asked = _sum(case, CHARGES) - _sum(case, (Kind.CARRIED,))
    given_up = min(asked, _sum(case, (Kind.WAIVER,)))
    amounts, left = {GIVEN_UP: given_up}, asked - given_up
    for payment in case.payments:
        paid = min(left, _kept(case, payment))
        column = _column(case, payment)
        amounts[column] = amounts.get(column, 0) + paid
        left -= paid
    return amounts | {LOST: left}


def _sum(case: Case, kinds: tuple[Kind, ...]) -> int:
    return sum(entry.amount.minor for entry in case.entries if entry.kind in kinds)


def _kept(case: Case, payment: Entry) -> int:
    """What is left of a payment after all that was taken or given back of it."""
    gone = [entry for entry in case.entries if entry.of == payment.id and entry.kind in (*TAKEN_BACK, Kind.REFUND)]
    again = {entry.of: entry.amount.minor for entry in case.entries if entry.kind is Kind.RESTORED}
    return max(0, payment.amount.minor - sum(entry.amount.minor - again.get(entry.id, 0) for entry in gone))


def _column(case: Case, payment: Entry) -> str:
    if local_date(payment.at, case.plan.zone) <= case.invoice.due:
        return ON_TIME
    level = Level.ACTIVE
    for done in case.done:
        if done.at >= payment.at:  # on a clock that stands still the reinstatement comes in that very instant
            break
        level = _after(level, done.action)
    return STAGE_OF[level]


def _after(level: Level, action: Action) -> Level:
    if action in LEVEL_OF:
        return LEVEL_OF[action]
    return Level.ACTIVE if action in (Action.REINSTATE, Action.LOOSEN) else level
