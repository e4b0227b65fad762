"""Customers whose payment always lands just after the reminder: what they pay is right, and its date is behind.

Mostly it is a payment subscription that was started upon a reminder: due on the 10th, reminded on the 15th, paid on the
16th, and so every month again. The reminder is wrong for them each time, and nobody who pays late by habit is meant.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from dunning.calendar import Offset, add_offset
from dunning.case.case import Case
from dunning.case.ledger import TAKEN_BACK, Entry, is_credit
from dunning.money import Money
from dunning.policy.plan import Action
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read

JUST_AFTER = 3
"""Days from a reminder to the payment that it was wrong about; a bank's weekend lies in them."""
SAME_DATE = 3
"""Days by which the dates of payments may differ from month to month: weekends, and months of other lengths."""
MONTHS = 2
"""So many in a row are a habit and no chance."""


class Month(NamedTuple):
    """An invoice, and the days on which it was due, reminded of last before it was paid, and paid, in its own zone."""

    invoice: str
    due: date
    reminded: date
    paid: date

    @property
    def behind(self) -> int:
        """Calendar days from the due date to the payment."""
        return (self.paid - self.due).days


class DayBehind(NamedTuple):
    """A customer who pays behind the reminder: the months in a row, oldest first, and the amount that came last.

    `pays_for` are the services that the invoices pay for; none: all of the account's.
    """

    account: str
    customer: str
    pays_for: tuple[str, ...]
    months: tuple[Month, ...]
    amount: Money

    @property
    def next_due(self) -> date:
        """A month after the last due date."""
        return add_offset(self.months[-1].due, Offset(months=1))

    @property
    def next_paid(self) -> date:
        """When the money will come if nothing changes: a month after it came last."""
        return add_offset(self.months[-1].paid, Offset(months=1))

    @property
    def earlier(self) -> int:
        """By so many days the payment has to come earlier, so that none of these months had been reminded of."""
        return max(month.behind for month in self.months)


def day_behind(closed: Iterable[Case]) -> list[DayBehind]:
    """Whose last months were all like that, by account. Cases in any order; voided ones are none."""
    groups: dict[tuple[str, tuple[str, ...]], list[Case]] = {}
    for case in closed:
        if not case.voided:
            groups.setdefault((case.invoice.account, case.invoice.pays_for), []).append(case)
    found = [_of(sorted(cases, key=lambda case: case.invoice.due)) for _, cases in sorted(groups.items())]
    return [each for each in found if each]


def _of(cases: list[Case]) -> DayBehind | None:
    """From the newest invoice back, as long as each is behind by the same days, a month before the last."""
    months: list[Month] = []
    for case in reversed(cases):
        month = month_of(case)
        if month is None or (months and not _goes_before(month, months[0])):
            break
        months.insert(0, month)
    if len(months) < MONTHS:
        return None
    last = cases[-1]
    paid = _settling(last)
    assert paid is not None
    return DayBehind(last.invoice.account, last.invoice.customer, last.invoice.pays_for, tuple(months), paid.amount)


def _goes_before(month: Month, later: Month) -> bool:
    a_month = abs((add_offset(month.due, Offset(months=1)) - later.due).days) <= SAME_DATE
    return a_month and abs(month.behind - later.behind) <= SAME_DATE


def month_of(case: Case) -> Month | None:
    """The month of a closed invoice that was paid just after a reminder; None for any other."""
    paid = _settling(case)
    if paid is None:
        return None
    day, due = case.today(paid.at), case.invoice.due
    reminders = [done.at for done in case.done if _is_reminder(case, done.step, done.kind) and done.at <= paid.at]
    before = [each for each in map(case.today, reminders) if each > due]
    if not before or day - before[-1] > timedelta(days=JUST_AFTER):
        return None
    return Month(case.invoice.number, due, before[-1], day)


def _is_reminder(case: Case, step: str, kind: str) -> bool:
    """A notice of the plan that says that payment is due; receipts and what tells of charges are none."""
    milestone = case.plan.milestone(read(step).milestone)
    return kind == "delivered" and milestone is not None and milestone.action is Action.NOTIFY


def _settling(case: Case) -> Entry | None:
    """The customer's payment that was the last one needed; None where none was, or where money was taken back.

    What we charged, and what the account's credit paid, came on a day that we chose.
    """
    if any(entry.kind in TAKEN_BACK for entry in case.entries) or not case.paid_up:
        return None
    last = max(case.payments, key=lambda entry: entry.at, default=None)
    return None if last is None or is_credit(last.id) or last.id in _charged(case) else last


def _charged(case: Case) -> set[str]:
    return {each.payment for each in case.attempts if read(each.step).kind is not StepKind.UNDERWAY}
