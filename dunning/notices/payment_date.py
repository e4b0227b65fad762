"""The notice that a customer's own subscription at a processor pays at a bad time, or too little, with what helps."""

from datetime import datetime

from dunning.case.habit import Habit
from dunning.case.orders import NoticeOrder
from dunning.money import Money
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.records.accounts import Account

TITLE = "Your Payment Date"


def payment_date_notice(habit: Habit, account: Account, zone: str, now: datetime) -> NoticeOrder:
    """The order for it, once as long as the same is wrong. It concerns no invoice."""
    return NoticeOrder(
        invoice="",
        account=account.id,
        step=step(StepKind.PAYMENT_DATE, habit.subscription, habit.key),
        at=now,
        title=TITLE,
        policy="",
        zone=zone,
        due=habit.due,
        balance=Money.zero(habit.owed.currency),
        habit=habit,
    )
