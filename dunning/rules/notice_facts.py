"""What a notice tells beside its title: the payment that it is about, why a charge failed, whether it may wait."""

from collections.abc import Iterable
from datetime import datetime

from dunning.case.announced import Announced, Announcement
from dunning.case.case import Attempted, Case, Deferral
from dunning.case.ledger import FEES, TAKEN_BACK, Entry, Kind, find, total
from dunning.case.road import Ahead
from dunning.money import Money
from dunning.notices.confirmations import confirmed_by
from dunning.notices.warnings import announced_now, warns_of
from dunning.policy.plan import Action, Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read


def money_told(case: Case, milestone: Milestone) -> tuple[Entry, ...]:
    """The payments that a confirmation is about, or the money that a notice about a reversal is about."""
    name = read(milestone.name)
    if name.kind is StepKind.REVERSAL:
        taken = find(case.entries, name.id, TAKEN_BACK)
        return (taken,) if taken else ()
    return confirmed_by(case, name.id) if name.kind is StepKind.CONFIRM else ()


def failure(case: Case, milestone: Milestone) -> str:
    """Why the charge failed that the notice is about, in words for the customer; empty for other notices."""
    attempt = _attempt(case, milestone)
    return attempt.message if attempt else ""


def untried(case: Case, milestone: Milestone) -> bool:
    """Whether the notice is about a charge that nobody tried, because nothing on file could be charged."""
    attempt = _attempt(case, milestone)
    return attempt is not None and attempt.kind == "no_method"


def told_at(case: Case, milestone: Milestone) -> datetime | None:
    """When the charge failed that the notice is about, or when a step was to come that an outage put off.

    None for other notices, and where nothing was tried.
    """
    if moved := put_off_by_outage(case, milestone):
        return moved.at
    attempt = _attempt(case, milestone)
    return attempt.at if attempt and attempt.kind != "no_method" else None


def put_off_by_outage(case: Case, milestone: Milestone) -> Deferral | None:
    """What the notice is about that tells of more time to pay; None for other notices."""
    name = read(milestone.name)
    return case.deferrals[int(name.id)] if name.kind is StepKind.MORE_TIME else None


def _attempt(case: Case, milestone: Milestone) -> Attempted | None:
    charge = str(read(milestone.name).base)
    return next((attempt for attempt in case.attempts if attempt.step == charge), None)


def announcement(case: Case, milestone: Milestone, road: Iterable[Ahead]) -> Announcement | None:
    """What the notice has to say of the consequences that it warns of; None when none of them is to come."""
    named = warns_of(case, milestone)
    steps = tuple(
        Announced(step=each.step, at=each.at, fee=each.fee, asked=each.asked) for each in road if each.step in named
    )
    return announced_now(case, steps)


def fees_today(case: Case, now: datetime) -> Money | None:
    """The fees that were added on the customer's own day, and that nobody has taken back."""
    gone = {entry.of for entry in case.entries if entry.kind in (Kind.WAIVER, Kind.VOID)}
    fees = [e for e in case.entries if e.kind in FEES and e.id not in gone and case.today(e.at) == case.today(now)]
    return total(tuple(fees)) if fees else None


def rest_carried(case: Case) -> Money | None:
    """What is left of the invoice and goes to the account's next one; None while something is asked for here."""
    rests = tuple(entry for entry in case.entries if entry.kind is Kind.CARRIED)
    return total(rests) if rests and case.paid_up else None


def in_digest(case: Case, milestone: Milestone) -> bool:
    """Whether the notice waits for the account's others of that day: one that the plan dates may.

    A receipt, and what became of a charge, goes out at once.
    """
    dated = case.plan.milestone(read(milestone.name).milestone)
    return case.plan.digest and dated is not None and dated.action is not Action.CHARGE
