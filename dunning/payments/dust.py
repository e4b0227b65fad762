"""A rest that is too small to be asked for is carried to the account's next invoice, and nobody suffers for it.

At or below the policy's least balance nothing is charged, no notice says that a charge failed, and no consequence
comes: the rest leaves this invoice by a line of its ledger, and the case goes on as one that is paid. When its books
are closed the store keeps the rest, and the account's next invoice begins with it. So several rests add up.
"""

from datetime import datetime

from dunning.case.case import Case
from dunning.case.decisions import Perform, Step, Wait, follow_up
from dunning.payments.open_credit import due_from
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step


def carried(case: Case, now: datetime) -> Step | None:
    """A rest after a payment is carried at once, an invoice that is no more than that when it is due."""
    if not is_dust(case) or case.in_transit or not (case.payments or now >= due_from(case)):
        return None
    why = f"{case.balance} is too little to be asked for: it goes to the next invoice"
    return Perform(follow_up(step(StepKind.CARRY, len(case.entries)), now), why)


def until_it_is_carried(case: Case, now: datetime, found: Step) -> Step:
    """What the case does otherwise; a wait ends when the invoice is due that is too small to be asked for."""
    if not isinstance(found, Wait) or not is_dust(case) or case.in_transit:
        return found
    due = due_from(case)
    if due <= now or (found.until and found.until <= due):
        return found
    return Wait(due, "carry", "it is too little to be asked for, and goes to the next invoice when it is due")


def is_dust(case: Case) -> bool:
    """Whether what is owed is too little to be asked for."""
    least = case.plan.least_balance.minor if case.plan.least_balance else 0
    return 0 < case.balance.minor <= least and not (case.lapsed or case.voided or case.renewed)
