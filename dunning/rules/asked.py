"""What a case is asked by an update: why it says no, what it becomes, and what the caller hears.

Signals are in `dunning.rules.signals`; nobody waits for their answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from dunning import names
from dunning.case.case import Case
from dunning.case.facts import (
    AccountMerged,
    Answer,
    Approval,
    DueDateChange,
    Exemption,
    Payment,
    Promise,
    RefusedCharge,
    Replan,
    Undo,
    UseCredit,
    Void,
    Waiver,
)
from dunning.case.outcomes import AnswerOutcome
from dunning.payments import refusals
from dunning.payments.open_credit import credit_asked, credit_refused
from dunning.policy.plan import Milestone
from dunning.rules import money_in, promises, updates
from dunning.rules.answers import answer_to_payment, answered_before, remembered
from dunning.rules.exemptions import exempted
from dunning.rules.merged import account_merged
from dunning.rules.replan import replan_refused, replanned
from dunning.rules.signed import signed
from dunning.rules.state_at import state_at
from dunning.undo.undo import undo_outcome, undo_refused, undone
from dunning.wire import Wire


class At(NamedTuple):
    """When something is asked (UTC), under which update id, and what is under way then."""

    now: datetime
    update: str
    doing: Milestone | None = None


@dataclass(frozen=True)
class Decision:
    """How one update of a person is taken. `outcome` is what the caller hears, of the fact and both cases."""

    model: type[Wire]
    after: Callable[[Case, Any, datetime], Case]
    outcome: Callable[[Case, Any, Case], AnswerOutcome]
    refused: Callable[[Case, Any, At], str]


def _always(outcome: AnswerOutcome) -> Callable[[Case, Any, Case], AnswerOutcome]:
    return lambda _before, _fact, _after: outcome


def _never(case: Case, fact: Any, at: At) -> str:
    del case, fact, at
    return ""


DECISIONS: Mapping[str, Decision] = {
    names.PROMISE: Decision(
        Promise,
        lambda case, fact, _now: promises.promised(case, fact),
        _always("promised"),
        lambda case, fact, at: promises.promise_refused(case, fact, at.now),
    ),
    names.WAIVE: Decision(
        Waiver, updates.waived, _always("waived"), lambda case, fact, _at: updates.waiver_refused(case, fact)
    ),
    names.APPROVE: Decision(
        Approval,
        lambda case, fact, _now: updates.approved(case, fact),
        _always("approved"),
        lambda case, fact, _at: updates.approval_refused(case, fact),
    ),
    names.VOID: Decision(
        Void, updates.voided, _always("voided"), lambda case, fact, _at: updates.void_refused(case, fact)
    ),
    names.CHANGE_DUE_DATE: Decision(
        DueDateChange,
        updates.due_date_changed,
        _always("changed"),
        lambda case, fact, at: updates.due_date_refused(case, fact, at.now),
    ),
    names.EXEMPT: Decision(
        Exemption,
        exempted,
        lambda _before, fact, _after: "exempted" if fact.until else "exemption ended",
        _never,
    ),
    names.MOVE_ACCOUNT: Decision(
        AccountMerged, lambda case, fact, _now: account_merged(case, fact), _always("moved"), _never
    ),
    names.REPLAN: Decision(
        Replan, replanned, _always("replanned"), lambda case, fact, at: replan_refused(case, fact, at.doing)
    ),
    names.USE_CREDIT: Decision(
        UseCredit,
        lambda case, fact, _now: credit_asked(case, fact),
        _always("asked for"),
        lambda case, fact, _at: credit_refused(case, fact),
    ),
    names.DECIDE_CHARGE: Decision(
        RefusedCharge,
        refusals.decided,
        lambda _before, fact, _after: "left out" if fact.leave_out else "tried again",
        lambda case, fact, _at: refusals.decision_refused(case, fact),
    ),
    names.UNDO: Decision(Undo, undone, undo_outcome, lambda _case, fact, _at: undo_refused(fact)),
}
"""By the update's name: what people decide. `pay` is the only other one."""
MODELS: Mapping[str, type[Wire]] = {names.PAY: Payment, **{name: each.model for name, each in DECISIONS.items()}}
"""What each carries."""


def asked_refused(case: Case, name: str, fact: Wire, at: At) -> str:
    """Why it cannot be; what was agreed to in an earlier run is agreed to again, whatever stands against it now."""
    if isinstance(fact, Payment):
        return updates.payment_refused(fact) or updates.no_room_for(case, fact)
    return "" if answered_before(case, at.update) else DECISIONS[name].refused(case, fact, at)


def asked(case: Case, name: str, fact: Wire, at: At) -> tuple[Case, Answer]:
    """The case afterwards, and what the caller hears.

    A decision that comes again from an earlier run is only answered again.
    """
    if isinstance(fact, Payment):
        after = money_in.paid(case, fact, answered=True)
        return after, answer_to_payment(case, fact, after, at.now, at.update)
    decision, first = DECISIONS[name], answered_before(case, at.update)
    after = case if first else decision.after(case, fact, at.now)
    outcome = first or decision.outcome(case, fact, after)
    if after is not case:
        after = remembered(case, signed(case, after, fact, at.now), at.update, outcome)
    return after, Answer(outcome=outcome, balance=after.balance, state=state_at(after, at.now))
