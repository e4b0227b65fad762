"""What the facts ask for beside the plan: receipts, failed charges, work for people. What happened must be told."""

from collections.abc import Iterator
from dataclasses import replace

from dunning.case.case import Case, Done
from dunning.case.ledger import TAKEN_BACK, Entry, Kind, standing, taken_too_much
from dunning.case.moved_in import OVER
from dunning.case.size import LARGE, size
from dunning.level import Level
from dunning.notices.bounced import told_again
from dunning.notices.confirmations import confirmation_due
from dunning.notices.deletion_terms import asked_for_contact, told_of_deletion
from dunning.notices.warnings import told_of
from dunning.payments.declines import CARD_OVER
from dunning.policy.plan import Action, Milestone
from dunning.policy.step_kinds import About, StepKind
from dunning.policy.step_names import read, step, told
from dunning.rules.hints import about_hints
from dunning.rules.replan import TERMS_CHANGED
from dunning.undo.undo import told_of_undoing

MORE_TIME = "More Time to Pay"
FollowUp = tuple[str, str]
"""The step's name, which makes each happen once, and the title of the notice that it is."""


def follow_ups(case: Case) -> Iterator[FollowUp]:
    """Every follow-up that the facts ask for, done or not; of the confirmations of payments only one to be done."""
    confirmation = confirmation_due(case) if case.plan.payment_notice else ""
    if confirmation:
        yield confirmation, case.plan.payment_notice
    yield from told_of_undoing(case)
    yield from told_again(case)
    yield from _about_credit(case)
    if case.replans and not case.paid_up:
        yield step(StepKind.REPLAN, len(case.replans)), TERMS_CHANGED
    if case.due_changes:
        yield step(StepKind.DUE_DATE, case.due_changes), ""
    for place in range(len(case.unreadable)):
        yield step(StepKind.UNREADABLE, place), ""
    yield from about_hints(case)
    yield from _of_more_time(case)
    for number in range(case.cancellations):
        yield step(StepKind.CANCELLATION, number + 1), ""
    if size(case) > LARGE:
        yield step(StepKind.LARGE_CASE), ""
    for done in case.done:
        yield from _after(case, done)
    yield from asked_for_contact(case)
    yield from told_of_deletion(case)


def _of_more_time(case: Case) -> Iterator[FollowUp]:
    """Who could not pay hears that a step comes later because of it; who has paid needs not."""
    for place, put_off in enumerate(() if case.paid_up else case.deferrals):
        if put_off.moved_days:
            yield step(StepKind.MORE_TIME, place), MORE_TIME


def _about_credit(case: Case) -> Iterator[FollowUp]:
    """Money that became credit of the account, was taken back from there, or came again: a person hears of it."""
    parked = {entry.id for entry in case.entries if entry.kind is Kind.PARKED}
    taken_from_credit = {entry.id for entry in case.entries if entry.kind in TAKEN_BACK and entry.of in parked}
    for entry in case.entries:
        if entry.kind is Kind.PARKED:
            yield step(StepKind.PARKED, entry.id), ""
        if entry.id in taken_from_credit:
            yield step(StepKind.TAKEN_BACK, entry.id), ""
        if entry.kind is Kind.RESTORED and entry.of in taken_from_credit:
            yield step(StepKind.RESTORED, entry.id), ""
    for entry in taken_too_much(case.entries):
        yield step(StepKind.TOO_MUCH_BACK, entry.id), ""
    for entry in _asked_of_nobody(case):
        yield step(StepKind.OWED_AGAIN, entry.id), ""


def _asked_of_nobody(case: Case) -> tuple[Entry, ...]:
    """Money taken back when the invoice was not payable any more, or when there was nothing left to restrict."""
    taken = standing(case.entries)
    if case.voided or case.lapsed:
        later = case.entries[max(place for place, e in enumerate(case.entries) if e.kind is Kind.VOID) :]
        return tuple(entry for entry in taken if entry in later)
    gone = case.level is Level.DELETED and not case.paid_up
    return tuple(entry for entry in taken if gone and step(StepKind.REOPEN, entry.id) not in case.steps_done)


def _after(case: Case, done: Done) -> Iterator[FollowUp]:
    if done.kind == "undelivered":
        # One ticket a notice, however often it is sent again.
        yield str(replace(read(done.step).subject, about=About.UNDELIVERED)), ""
    if done.kind == "declined" and read(done.step).kind is StepKind.GIVE_BACK:
        yield step(StepKind.NOT_GIVEN_BACK, read(done.step).id), ""
    if case.paid_up:
        if done.action is Action.DELETE and done.kind == "deleted" and case.payments:
            yield step(StepKind.PAID_AFTER_DELETION), ""
        return
    milestone = case.plan.milestone(done.step)
    if milestone is None:
        if done.action is Action.CHARGE and done.kind == "declined":
            yield told(done.step), _failed(case)
        return
    title = _notice_after(milestone, done) or _card_over(case, done)
    if title and not done.undone and not _disregarded(case, milestone):
        yield told_of(milestone), title


def _card_over(case: Case, done: Done) -> str:
    """Who has no notice of a missing method is told that the card is over: they believe that they pay automatically."""
    over = done.action is Action.CHARGE and done.kind == "no_method" and done.detail == CARD_OVER
    return case.plan.expiry_notice if over else ""


def _disregarded(case: Case, milestone: Milestone) -> bool:
    """The notice about a charge was of a wrong run that was undone; the charge stands, and is not told again."""
    notice = told_of(milestone)
    return bool(case.runs) and milestone.action is Action.CHARGE and any(notice in run.steps for run in case.runs)


def _failed(case: Case) -> str:
    """What a customer reads of a declined attempt that no milestone dates: the same as of one that does."""
    titles = (m.notice_failed for m in case.plan.milestones if m.notice_failed)
    return next(titles, "Payment Failed")


def _notice_after(milestone: Milestone, done: Done) -> str:
    if milestone.action is Action.CHARGE:
        return {"declined": milestone.notice_failed, "no_method": milestone.notice_no_method}.get(done.kind, "")
    if milestone.action in (Action.ISSUE, Action.NOTIFY) or done.kind in OVER:
        return ""
    return milestone.notice
