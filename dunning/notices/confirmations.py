"""Payments are confirmed to whoever made them: each once, and all that wait for it at the same moment together.

A confirmation's step is named after the last payment that it covers, so that what comes while it is sent waits for the
next one. It covers all payments since the last one of the confirmation before, in the ledger's order.
"""

from dunning.case.case import Case
from dunning.case.ledger import Entry
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step

MOST = 100
"""So many payments are in one confirmation, and the others in the next: a mail with thousands is read by nobody."""


def confirmation_due(case: Case) -> str:
    """The name of the step that confirms what is not confirmed yet; empty when everything is."""
    waiting = case.payments[_confirmed(case, len(case.payments)) :][:MOST]
    return step(StepKind.CONFIRM, waiting[-1].id) if waiting else ""


def confirmed_by(case: Case, last: str) -> tuple[Entry, ...]:
    """The payments that a confirmation covers, done or to be done, by the id of the last one; none for any other id."""
    place = case.payment_places.get(last)
    return () if place is None else case.payments[_confirmed(case, place) : place + 1]


def _confirmed(case: Case, before: int) -> int:
    """So many payments are covered by the confirmations that end before that place."""
    places = range(before - 1, -1, -1)
    return next((n + 1 for n in places if step(StepKind.CONFIRM, case.payments[n].id) in case.steps_done), 0)
