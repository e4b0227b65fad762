"""Tickets about a wrong run of ours that was undone."""

from collections.abc import Sequence
from datetime import datetime

from dunning.case.facts import Undo
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import in_turn, step
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder


def run_undone(undo: Undo, policy: str, now: datetime, lines: Sequence[str], number: int = 1) -> TicketOrder:
    """The written record of an undo. `number` counts the records of one undo, when a later run did more."""
    under = f" under {policy}" if policy else ""
    head = [
        f"Undo {undo.id} of what happened from {undo.since.isoformat()} to {undo.until.isoformat()}{under}.",
        f"By: {undo.by or 'not said'}. Reason: {undo.reason or 'not said'}. Held for {undo.hold_days} day(s).",
    ]
    return TicketOrder(
        invoice="",
        account="",
        step=in_turn(step(StepKind.UNDO, undo.id), number),
        at=now,
        kind=TicketKind.RUN_UNDONE,
        subject=f"A wrong run was undone: undo {undo.id}",
        body="\n".join([*head, *lines]),
    )


def run_not_undoable(undo: Undo, invoice: str, account: str, now: datetime, *, ended: str, what: str) -> TicketOrder:
    """The run touched a case that had ended (`ended`: "its case ended as paid"): a person has to look at `what`."""
    return TicketOrder(
        invoice=invoice,
        account=account,
        step=step(StepKind.UNDO, undo.id),
        at=now,
        kind=TicketKind.RUN_NOT_UNDOABLE,
        subject=f"A run that was wrong touched {invoice}, and {ended}",
        body=f"Undo {undo.id} cannot undo: {what}. Restore or refund it by hand, and write to the customer.",
    )
