"""A promise to pay: until its day is over nothing happens to the customer, and, if it says so, the service is back.

The service goes back once the promise is taken, though nothing was paid. What had restricted it comes again in its
turn when the day is over and the money is not there. Whoever takes the money back meanwhile ends that: what a policy
says of a chargeback comes first.
"""

from datetime import datetime, time, timedelta

from dunning.calendar import instant, local
from dunning.case.case import Case
from dunning.case.decisions import Perform, Step, follow_up
from dunning.case.facts import Promise
from dunning.case.update import changed, one_fact
from dunning.level import Level
from dunning.payments.reversals import to_repeat
from dunning.policy.plan import Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read, step
from dunning.rules.updates import odd_date


def promise_refused(case: Case, promise: Promise, now: datetime) -> str:
    """Why the promise cannot be taken."""
    if case.paid_up or case.lapsed:
        return "nothing is payable on this invoice"
    if promise.reinstate and case.level is Level.DELETED:
        return "the services are deleted, so nothing can be given back: take the promise without --reinstate"
    return odd_date(case, promise.until, now)


@one_fact
def promised(case: Case, promise: Promise) -> Case:
    """Steps are held until the promised day is over; the next one then comes at its usual local hour.

    The promise that was taken last counts. One that does not give the service back takes none away before its day.
    """
    coming = case.next_milestone
    hour = local(coming.at, case.plan.zone).time() if coming else time(0)
    until = instant(promise.until + timedelta(days=1), hour, case.plan.zone)
    return changed(case, promised_until=until, promise_reinstates=promise.reinstate)


def service_promised(case: Case, now: datetime) -> Step | None:
    """While such a promise runs, a service that this invoice holds goes back."""
    until = case.promised_until
    if not case.promise_reinstates or until is None or now >= until:
        return None
    if case.level in (Level.ACTIVE, Level.DELETED) or case.paid_up or case.lapsed:
        return None
    back = follow_up(step(StepKind.LOOSEN_PROMISED, (case.today(until) - timedelta(days=1)).isoformat()), now)
    return Perform(back, f"whoever took the promise gave the service back until {until.isoformat()}")


def given_back(case: Case) -> Case:
    """The case once the service is back: what restricted it, and every notice after that, comes again in its turn."""
    return changed(case, done=to_repeat(case), approvals=())  # who agreed to a deletion agreed to another state


def is_promised(milestone: Milestone) -> bool:
    """Whether the step gives the service back for a promise."""
    return read(milestone.name).kind is StepKind.LOOSEN_PROMISED


def loosened_to(case: Case, milestone: Milestone) -> Level:
    """What a step that loosens this invoice's hold brings it down to: for a promise to nothing, else as undone."""
    return Level.ACTIVE if is_promised(milestone) else case.loosen_to or case.level
