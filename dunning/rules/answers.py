"""What the caller of an update hears, and hears again when the same update is sent once more.

The server remembers the ids of a run's updates, and gives the first answer to each. A long case goes on in another run,
and a closed one may start again: there the case itself remembers. A payment's answer stands in its ledger line; of
what people decide, the latest answers are kept, because a caller repeats itself within seconds or not at all.
"""

from datetime import datetime
from typing import Literal

from dunning.case.case import Answered, Case
from dunning.case.facts import Answer, Payment
from dunning.case.ledger import MONEY_IN, find
from dunning.case.outcomes import AnswerOutcome
from dunning.case.update import changed, one_fact
from dunning.rules.state_at import state_at

REMEMBERED = 50
"""So many answers to what people decided are kept."""


def answer_to_payment(before: Case, payment: Payment, after: Case, now: datetime, update: str) -> Answer:
    """What the payer's side hears: applied, credited or refunded (nothing was owed), parked, or already counted.

    `update` is the update's id. Under the payment's own id the outcome and the amount are those of the first time,
    whatever happened since; balance and state are as they are now.
    """
    entry = find(after.entries, payment.id, MONEY_IN)
    first = entry.answered if entry else ""
    if not first or (find(before.entries, payment.id, MONEY_IN) and update != payment.id):
        first = "already counted"
    return Answer(
        outcome=first, balance=after.balance, state=state_at(after, now), counted=entry.amount if entry else None
    )


def answered_before(case: Case, update: str) -> AnswerOutcome | Literal[""]:
    """The outcome that the caller of that update heard; empty when it is not known."""
    for each in case.answered:
        if each.update == update:
            return each.outcome
    return ""


@one_fact
def remembered(before: Case, after: Case, update: str, outcome: AnswerOutcome) -> Case:
    """The case after a decision, which knows what its caller heard: both are one fact more than `before`."""
    del before
    return changed(after, answered=(*after.answered, Answered(update=update, outcome=outcome))[-REMEMBERED:])
