"""What will always go wrong with a subscription that a processor runs, found when it begins: its day, or its amount.

Mostly it was started upon a reminder: due on the 10th, reminded on the 15th, it pays on the 16th, and so each month.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from dunning.calendar import local
from dunning.case.habit import Habit
from dunning.money import Money
from dunning.policy.file import Policy
from dunning.policy.plan import Action, Invoice
from dunning.policy.timeline import timeline
from dunning.records.processor_subscriptions import ProcessorSubscription

SHORT_MONTH = 28
"""Every month has that day."""


class Bill(NamedTuple):
    """What it pays for: the due dates in order, and what is asked for each time. `reminds`: so many days after each."""

    dues: Sequence[date]
    owed: Money
    reminds: int | None
    waits: int


def reminds(policy: Policy, due: date) -> int | None:
    """So many days after the due date the policy reminds first; None: never."""
    sample = Invoice(number="sample", account="sample", amount=Money.zero(policy.currency), due=due)
    days = [each.day for each in timeline(policy, sample) if each.action is Action.NOTIFY and each.day > 0]
    return min(days, default=None)


def habit(link: ProcessorSubscription, bill: Bill, zone: str) -> Habit | None:
    """What is wrong; None: nothing, or nobody can say."""
    pays = link.expected_on(zone) if link.terms.expected and not link.terms.failed else None
    before = [each for each in bill.dues if pays and each <= pays]
    after = [each for each in bill.dues if pays and each > pays]
    if not (pays and before and after):
        return None
    due, next_due = before[-1], after[0]
    late = bill.reminds is not None and (pays - due).days >= bill.reminds
    began, short = _moved(link, pays, zone), _short(link.terms.amount, bill.owed)
    if not (late or began or short):
        return None
    return Habit(
        subscription=link.id,
        due=due,
        next_due=next_due,
        pays=pays,
        better=next_due if next_due.day <= SHORT_MONTH else next_due.replace(day=SHORT_MONTH),
        owed=bill.owed,
        amount=link.terms.amount,
        reminded=due + timedelta(days=bill.reminds) if late and bill.reminds is not None else None,
        late=late,
        waited=late and bill.reminds is not None and (pays - due).days - bill.reminds <= bill.waits,
        moves=link.moves,
        began=began,
        short=short,
    )


def _moved(link: ProcessorSubscription, pays: date, zone: str) -> date | None:
    began = local(link.terms.begins, zone).date() if link.terms.begins else None
    return began if began and began.day > SHORT_MONTH and pays.day == 1 and pays > began else None


def _short(amount: Money | None, owed: Money) -> Money | None:
    if amount is None or amount.currency != owed.currency or amount.minor >= owed.minor:
        return None
    return owed + -amount
