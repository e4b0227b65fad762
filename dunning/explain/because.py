"""Why a step happened: its policy's milestone in words, the warnings before it, or the fact that asked for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from dunning.case.case import Case, Done, Followed
from dunning.case.moved_in import OVER
from dunning.case.state import approvers
from dunning.explain.temporal_ui import clock
from dunning.payments.refusals import refusal
from dunning.policy.plan import CONSEQUENCES, Action, Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read
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
    rule = f"{_policy(case, done)}, milestone {milestone.name}"
    if not _earlier(case, done):
        rule += f": day {milestone.day:+d} from the due date"
    parts = [
        rule,
        *_warned(case, milestone, done),
        *_agreed(known, milestone),
        *_put_off(known, milestone, done),
        *_left_out(known, done),
    ]
    return "; ".join(parts)


def _policy(case: Case, done: Done) -> str:
    """The one that the case followed then."""
    its = _earlier(case, done) or case.plan
    return f"policy {its.policy}" + (f" ({its.version})" if its.version else "")


def _earlier(case: Case, done: Done) -> Followed | None:
    return next((each for each in case.replans if done.at < each.until), None)


def _because_of_a_fact(known: Known, done: Done) -> str:
    name = read(done.step)
    if name.bounced:
        return "the notice came back, so it was written again"
    if name.again:
        return f"no valid warning had reached the customer, and nobody may suffer {name.id}'s consequence unwarned"
    if name.told:
        return f"{name.base} happened, so the customer is told"
    if name.action is Action.TICKET:
        return "a person has to know of it"
    return WORDS[name.kind].format(id=name.id, outcome=known.case.outcome or "it did", policy=known.case.plan.policy)


WORDS = {
    StepKind.CONFIRM: "payment {id} arrived",
    StepKind.MORE_TIME: "customers could not pay, so a step was put off",
    StepKind.REVERSAL: "the money was taken back ({id})",
    StepKind.REOPEN: "the money was taken back ({id})",
    StepKind.CHARGEBACK: "the customer's bank took the money back in a dispute ({id})",
    StepKind.USE_CREDIT: "something was owed again, and the account had credit",
    StepKind.USE_CREDIT_AFTER_UNDO: "something was owed again, and the account had credit",
    StepKind.USE_OPEN_CREDIT: "the account had credit while this was owed",
    StepKind.USE_CREDIT_ASKED: "a person had the account's credit pay for it ({id})",
    StepKind.CARD: "the payment method on file has to last until the next charge",
    StepKind.NEW_METHOD: "a new payment method was put on file",
    StepKind.HINT: "money was told of without a signature",
    StepKind.UNDERWAY: "the customer began it",
    StepKind.REFUND: "more than owed was paid ({id})",
    StepKind.CREDIT: "more than owed was paid",
    StepKind.GIVE_BACK: "a person gave it back, and what it paid for is kept ({id})",
    StepKind.CARRY: "it was too little to be asked for",
    StepKind.REINSTATE: "nothing was owed any more",
    StepKind.LOOSEN: "a wrong run of ours was undone (undo {id})",
    StepKind.LOOSEN_PROMISED: "payment was promised until the end of {id}, and the service given back until then",
    StepKind.UNDO: "a wrong run of ours was undone (undo {id})",
    StepKind.REPLAN: "the invoice follows another policy, {policy}",
    StepKind.DUE_DATE: "the due date was changed",
    StepKind.OUTSIDE_CONTACT: "every address on file was on the services that would be suspended",
    StepKind.CLOSE: "the case ended as {outcome}",
}
"""For each kind of follow-up that is no ticket."""


def _warned(case: Case, milestone: Milestone, done: Done) -> Iterator[str]:
    """The delivered warnings that the consequence rested on when it came."""
    if milestone.action not in CONSEQUENCES or done.kind in OVER:
        return
    for earlier in case.done:
        said = earlier.announced.of(milestone.name) if earlier.announced and earlier.kind == "delivered" else None
        disregarded = any(earlier.at <= run.at < done.at for run in case.runs)
        if said and earlier.at <= done.at and not disregarded:
            yield f'warned by "{earlier.notice or earlier.step}", delivered {clock(case, earlier.at)}'


def _agreed(known: Known, milestone: Milestone) -> Iterator[str]:
    people = sorted(set(approvers(known.case, milestone)))
    if people:
        yield f"approved by {len(people)} person(s)" if known.for_customer else f"approved by {', '.join(people)}"


def _left_out(known: Known, done: Done) -> Iterator[str]:
    refused = refusal(known.case, done.step)
    if refused and refused.left_out and not known.for_customer:
        yield f"left out by {refused.left_out}; the gateway had said: {refused.reason}"


def _put_off(known: Known, milestone: Milestone, done: Done) -> Iterator[str]:
    for each in known.case.deferrals:
        if each.step == milestone.name and each.until <= done.at:
            why = "" if known.for_customer else f": {each.reason}"
            yield f"put off until {clock(known.case, each.until)}{why}"
