"""Which steps come again when money is taken back after the service was reinstated (S3-34).

A plan goes on where it stood, but nobody is deleted who was reinstated and never suspended again: whatever brought a
level comes again, one step after the other, and so does every notice that stands after the first of them, because a
warning from before the payment warns of nothing any more. Fees and charges are not repeated.
"""

from dunning.case.case import Case, Done
from dunning.notices.warnings import told_of
from dunning.policy.plan import LEVEL_OF, Action


def to_repeat(case: Case) -> tuple[Done, ...]:
    """The story of a case that is reinstated: what has to come again is marked."""
    again = {done.step for done in case.done if done.action in LEVEL_OF}
    first = next((place for place, m in enumerate(case.plan.milestones) if m.name in again), None)
    later = () if first is None else case.plan.milestones[first:]
    again |= {told_of(m) for m in later if m.name in again or m.action is Action.NOTIFY}
    return tuple(done.model_copy(update={"undone": True}) if done.step in again else done for done in case.done)
