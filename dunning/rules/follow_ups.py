"""What the facts ask for beside the plan: receipts, failed charges, work for people. What happened must be told."""

from collections.abc import Iterator

from dunning.case.case import Case, Done
from dunning.case.ledger import TAKEN_BACK, Entry, Kind, standing
from dunning.level import Level
from dunning.notices.bounced import told_again
from dunning.notices.confirmations import confirmation_due
from dunning.notices.deletion_terms import asked_for_contact, told_of_deletion
from dunning.notices.warnings import told
from dunning.policy.plan import Action, Milestone
from dunning.undo.undo import told_of_undoing

FollowUp = tuple[str, Action, str]
"""Name, action, title of the notice. The name makes each happen once."""


def follow_ups(case: Case) -> Iterator[FollowUp]:
    """Every follow-up that the facts ask for, done or not; of the confirmations of payments only one to be done."""
    confirmation = confirmation_due(case) if case.plan.payment_notice else ""
    if confirmation:
        yield confirmation, Action.NOTIFY, case.plan.payment_notice
    yield from told_of_undoing(case)
    yield from told_again(case)
    yield from _about_credit(case)
    if case.due_changes:
        yield f"due-date:{case.due_changes}", Action.MOVE_DUE, ""
    for place in range(len(case.unreadable)):
        yield f"unreadable:{place}", Action.TICKET, ""
    for done in case.done:
        yield from _after(case, done)
    yield from asked_for_contact(case)
    yield from told_of_deletion(case)


def _about_credit(case: Case) -> Iterator[FollowUp]:
    """Money that became credit of the account, was taken back from there, or came again: a person hears of it."""
    parked = {entry.id for entry in case.entries if entry.kind is Kind.PARKED}
    taken_from_credit = {entry.id for entry in case.entries if entry.kind in TAKEN_BACK and entry.of in parked}
    for entry in case.entries:
        if entry.kind is Kind.PARKED:
            yield f"parked:{entry.id}", Action.TICKET, ""
        if entry.id in taken_from_credit:
            yield f"taken-back:{entry.id}", Action.TICKET, ""
        if entry.kind is Kind.RESTORED and entry.of in taken_from_credit:
            yield f"restored:{entry.id}", Action.TICKET, ""
    for entry in _asked_of_nobody(case):
        yield f"owed-again:{entry.id}", Action.TICKET, ""


def _asked_of_nobody(case: Case) -> tuple[Entry, ...]:
    """Money taken back when the invoice was not payable any more, or when there was nothing left to restrict."""
    taken = standing(case.entries)
    if case.voided or case.lapsed:
        later = case.entries[max(place for place, e in enumerate(case.entries) if e.kind is Kind.VOID) :]
        return tuple(entry for entry in taken if entry in later)
    gone = case.level is Level.DELETED and not case.paid_up
    return tuple(entry for entry in taken if gone and f"reopen:{entry.id}" not in case.steps_done)


def _after(case: Case, done: Done) -> Iterator[FollowUp]:
    if done.kind == "undelivered":
        # One ticket a notice, however often it is sent again.
        yield f"{done.step.split(':again:')[0]}:undelivered", Action.TICKET, ""
    if case.paid_up:
        if done.action is Action.DELETE and done.kind == "deleted" and case.payments:
            yield "paid-after-deletion", Action.TICKET, ""
        return
    milestone = case.plan.milestone(done.step)
    if milestone is None:
        if done.action is Action.CHARGE and done.kind == "declined":
            yield f"{done.step}:told", Action.NOTIFY, _failed(case)
        return
    title = _notice_after(milestone, done)
    if title and not done.undone and not _disregarded(case, milestone):
        yield told(milestone), Action.NOTIFY, title


def _disregarded(case: Case, milestone: Milestone) -> bool:
    """The notice about a charge was of a wrong run that was undone; the charge stands, and is not told again."""
    notice = told(milestone)
    return bool(case.runs) and milestone.action is Action.CHARGE and any(notice in run.steps for run in case.runs)


def _failed(case: Case) -> str:
    """What a customer reads of a declined attempt that no milestone dates: the same as of one that does."""
    titles = (m.notice_failed for m in case.plan.milestones if m.notice_failed)
    return next(titles, "Payment Failed")


def _notice_after(milestone: Milestone, done: Done) -> str:
    if milestone.action is Action.CHARGE:
        return {"declined": milestone.notice_failed, "no_method": milestone.notice_no_method}.get(done.kind, "")
    if milestone.action in (Action.ISSUE, Action.NOTIFY) or done.kind == "not_ours":
        return ""
    return milestone.notice
