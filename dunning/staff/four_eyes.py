"""Four eyes are two people: who counts when a step waits for several to agree.

Who proposed it is none of them. What the policy proposes, such as a deletion that is due, is nobody's proposal, so that
it excludes nobody.
"""

from collections.abc import Iterable

from dunning.person import person

THE_POLICY = ""
"""Who proposes what a plan says when its day has come: nobody."""


def agreed(approvers: Iterable[str], proposed_by: str) -> frozenset[str]:
    """The people who agreed, as names are compared: each of them once, and without who proposed it."""
    return frozenset(map(person, approvers)) - {"", person(proposed_by)}


def cannot_approve(approver: str, what: str, before: Iterable[str], proposed_by: str) -> str:
    """Why this person's approval of `what` is none, after those that were given before; empty: it counts."""
    who = person(approver)
    if not who:
        return "an approval needs the name of who gives it"
    if who == person(proposed_by):
        return f"{approver} asked for {what!r}, so somebody else has to approve it"
    return f"{approver} has already approved {what!r}" if who in agreed(before, proposed_by) else ""
