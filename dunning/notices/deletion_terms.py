"""What a notice says of the deletion: what will be lost, what is lost, and what can be bought back for how much.

Back-ups that the plan deletes too are as good as gone before it happens: only the archive outlives them (S4-12, S4-13).
"""

from collections.abc import Iterator
from typing import TypedDict

from dunning.case.case import Case
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import DELETIONS, Action, Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read, step, told


class Restoring(TypedDict):
    """The fields of a notice's order."""

    before_deletion: bool
    deleted: bool
    backups: bool | None
    backup_fee: Money | None
    archive_fee: Money | None


NOTHING: Restoring = {
    "before_deletion": False,
    "deleted": False,
    "backups": None,
    "backup_fee": None,
    "archive_fee": None,
}


def restoring(case: Case, notice: Milestone) -> Restoring:
    """What the notice has to say.

    `backups` stays None before a deletion that leaves them: the activity looks whether there are any (S3-26).
    """
    offer, deleted = case.plan.restoration, case.level is Level.DELETED
    last = is_last_before_deletion(case, notice)
    if not (deleted or last):
        return NOTHING
    go_too = any(m.action is Action.DELETE_BACKUPS for m in case.plan.milestones)
    backups = case.backups if deleted else None
    return {
        "before_deletion": last,
        "deleted": deleted,
        "backups": False if go_too else backups,
        "backup_fee": offer.backup_fee,
        "archive_fee": offer.archive_fee,
    }


def is_last_before_deletion(case: Case, notice: Milestone) -> bool:
    """Whether the plan writes nothing more between this notice and the deletion of the services."""
    names = [milestone.name for milestone in case.plan.milestones]
    name = read(notice.name).milestone
    if name not in names or case.level is Level.DELETED or case.paid_up:
        return False
    for milestone in case.plan.milestones[names.index(name) + 1 :]:
        if milestone.action is Action.DELETE:
            return True
        if milestone.notice:
            return False
    return False


def told_of_deletion(case: Case) -> Iterator[tuple[str, str]]:
    """The follow-up that says so once all is deleted that the plan deletes: name and title of the notice."""
    offer = case.plan.restoration
    if not offer.notice or case.level is not Level.DELETED or case.paid_up or case.voided:
        return
    if step(StepKind.PAID_AFTER_DELETION) in case.steps_done:  # a person restores it, or gives the money back
        return
    done = [case.steps_done.get(m.name) for m in case.plan.milestones if m.action in DELETIONS]
    if all(done) and any(each and each.kind == "deleted" for each in done):
        yield told(step(StepKind.DELETION)), offer.notice


def asked_for_contact(case: Case) -> Iterator[tuple[str, str]]:
    """The notice that asks for an outside contact, once the first step of the plan is done (S3-21)."""
    if case.reach == "inside" and not case.paid_up and case.plan.milestones[0].name in case.steps_done:
        yield step(StepKind.OUTSIDE_CONTACT), ASK_FOR_CONTACT


ASK_FOR_CONTACT = "Please Add an Outside Contact"
