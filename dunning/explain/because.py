"""Why a step happened: its policy's milestone in words, the warnings before it, or the fact that asked for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from dunning.case.case import UNDERWAY, Case, Done
from dunning.explain.temporal_ui import clock
from dunning.notices.warnings import told, warnings_before
from dunning.policy.plan import CONSEQUENCES, Action, Milestone
from dunning.records.mail import NoticeCopy
from dunning.records.payments import Attempt


@dataclass(frozen=True)
class Known:
    """A case and what the store knows of it: notices by id, charge attempts by key."""

    case: Case
    notices: dict[str, NoticeCopy]
    attempts: dict[str, Attempt]
    for_customer: bool


def because(known: Known, done: Done) -> str:
    """The rule or the fact behind a step that is over."""
    case = known.case
    milestone = case.plan.milestone(done.step)
    if milestone is None:
        return _because_of_a_fact(known, done)
    version = f" ({case.plan.version})" if case.plan.version else ""
    rule = f"policy {case.plan.policy}{version}, milestone {milestone.name}: day {milestone.day:+d} from the due date"
    parts = [rule, *_warned(case, milestone, done), *_agreed(known, milestone), *_put_off(known, milestone, done)]
    return "; ".join(parts)


def _because_of_a_fact(known: Known, done: Done) -> str:
    case, (head, _, rest) = known.case, done.step.partition(":")
    if ":again:" in done.step:
        return f"no valid warning had reached the customer, and nobody may suffer {head}'s consequence unwarned"
    if done.step.endswith(":told"):
        return f"{done.step.removesuffix(':told')} happened, so the customer is told"
    words = {
        "confirm": f"payment {rest} arrived",
        "reversal": f"the money was taken back ({rest})",
        "reopen": f"the money was taken back ({rest})",
        "chargeback": f"the customer's bank took the money back in a dispute ({rest})",
        "use-credit": "something was owed again, and the account had credit",
        "refund": f"more than owed was paid ({rest})",
        "credit": "more than owed was paid",
        "reinstate": "nothing was owed any more",
        "loosen": f"a wrong run of ours was undone (undo {rest})",
        "undo": f"a wrong run of ours was undone (undo {rest})",
        "due-date": "the due date was changed",
        "outside-contact": "every address on file was on the services that would be suspended",
        "close": f"the case ended as {case.outcome or 'it did'}",
    }
    if done.action is Action.CHARGE:
        return "a new payment method was put on file" if not done.step.startswith(UNDERWAY) else "the customer began it"
    return words.get(head, "a person has to know of it" if done.action is Action.TICKET else "")


def _warned(case: Case, milestone: Milestone, done: Done) -> Iterator[str]:
    """The delivered warnings that the consequence rested on when it came."""
    if milestone.action not in CONSEQUENCES or done.kind in ("skipped", "not_ours"):
        return
    names = {told(warning): warning for warning in warnings_before(case, milestone)}
    for earlier in case.done:
        warning = earlier.step.split(":again:")[0]
        notice = names.get(earlier.step) or case.plan.milestone(warning if ":again:" in earlier.step else "")
        disregarded = any(earlier.at <= run.at < done.at for run in case.runs)
        counts = earlier.kind == "delivered" and earlier.at <= done.at and not disregarded
        if notice and counts and notice in names.values():
            yield f'warned by "{earlier.notice or earlier.step}", delivered {clock(case, earlier.at)}'


def _agreed(known: Known, milestone: Milestone) -> Iterator[str]:
    people = sorted({each.by for each in known.case.approvals if each.milestone == milestone.name})
    if people:
        yield f"approved by {len(people)} person(s)" if known.for_customer else f"approved by {', '.join(people)}"


def _put_off(known: Known, milestone: Milestone, done: Done) -> Iterator[str]:
    for each in known.case.deferrals:
        if each.step == milestone.name and each.until <= done.at:
            why = "" if known.for_customer else f": {each.reason}"
            yield f"put off until {clock(known.case, each.until)}{why}"
