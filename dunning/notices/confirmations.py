"""Payments are confirmed to whoever made them: each once, and all that wait for it at the same moment together.

A confirmation's step is named after the last payment that it covers, so that what comes while it is sent waits for the
next one. It covers all payments since the last one of the confirmation before, in the ledger's order.
"""

from dunning.case.case import Case
from dunning.case.ledger import Entry

CONFIRM = "confirm:"
"""Begins the step's name."""
MOST = 100
"""So many payments are in one confirmation, and the others in the next: a mail with thousands is read by nobody."""


def confirmation_due(case: Case) -> str:
    """The name of the step that confirms what is not confirmed yet; empty when everything is."""
    waiting = case.payments[_confirmed(case, len(case.payments)) :][:MOST]
    return f"{CONFIRM}{waiting[-1].id}" if waiting else ""


def confirmed_by(case: Case, step: str) -> tuple[Entry, ...]:
    """The payments that a confirmation covers, done or to be done; none for any other step."""
    last = case.payment_places.get(step.removeprefix(CONFIRM)) if step.startswith(CONFIRM) else None
    return () if last is None else case.payments[_confirmed(case, last) : last + 1]


def _confirmed(case: Case, before: int) -> int:
    """So many payments are covered by the confirmations that end before that place."""
    names = (step.removeprefix(CONFIRM) for step in case.steps_done if step.startswith(CONFIRM))
    places = (case.payment_places[name] for name in names if name in case.payment_places)
    return max((place + 1 for place in places if place < before), default=0)
