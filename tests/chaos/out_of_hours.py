"""Nobody is restricted while the department is away in whose open hours alone the policy does that."""

from collections.abc import Iterator
from datetime import timedelta

from dunning.case.case import Case, Done
from dunning.policy.plan import EXEMPTED
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read
from tests.chaos.offices import is_there
from tests.chaos.seen import Seen

SLOW = timedelta(minutes=30)
"""What had begun while somebody was there may be done a little later."""
TOOK = ("restricted", "deleted")
"""How a step ends that took something from the customer."""


def took(case: Case) -> Iterator[Done]:
    """The steps that restricted or deleted, in the order in which the case did them.

    What a chargeback brings is none of them, nor what another system did before the invoice moved in.
    """
    for done in case.done:
        ours = done.at > case.opened_at and read(done.step).kind is not StepKind.CHARGEBACK
        if done.kind in TOOK and done.action in EXEMPTED and ours:
            yield done


def acted_out_of_hours(seen: Seen) -> list[str]:
    """Nobody was restricted for an invoice while the department of its policy was away."""
    return [
        f"{number}: {done.step} came {done.at:%F %H:%MZ}, and {department} was away"
        for number, case in seen.cases.items()
        if (department := seen.drawn(number).in_hours)
        for done in took(case)
        if not is_there(department, done.at) and not is_there(department, done.at - SLOW)
    ]


def put_off_by_hours(seen: Seen) -> int:
    """How many steps came later because the plan has them in closed hours."""
    return sum(
        milestone is not None and not is_there(department, milestone.at)
        for number, case in seen.cases.items()
        if (department := seen.drawn(number).in_hours)
        for done in took(case)
        for milestone in [case.plan.milestone(done.step)]
    )
