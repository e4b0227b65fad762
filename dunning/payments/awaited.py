"""A payment that a processor is about to bring: what the customer owes is not reminded of, but awaited.

Who pays by a subscription at a processor can do nothing more when its date is near. When such a payment failed, the
processor tries it again by itself: that is awaited, too, unless the policy takes over at once.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from dunning.case.case import Case
from dunning.policy.plan import DELETIONS, LEVEL_OF, Action, Awaits, Milestone
from dunning.records.processor_subscriptions import ProcessorSubscription
from dunning.wire import Instant

SHOWS = timedelta(days=1)
"""So long after its time a payment may show itself."""
WORDS = "a payment of the customer's own subscription is expected"
"""How the reason of every such wait begins."""
RETRIES = 8
"""So often a processor tries a failed payment again at the most: PayPal twice, Stripe as it is set up there."""
MOST = 1 + RETRIES + 1
"""A step waits for the payment, for each of its retries, and once more; then it comes, whatever else is expected."""
_WAITING = frozenset({Action.NOTIFY, Action.CHARGE, Action.LATE_FEE, *LEVEL_OF, *DELETIONS})


class Expected(NamedTuple):
    """Which subscription pays, when, and until when a step waits for it."""

    subscription: str
    at: Instant
    until: Instant


def awaits(case: Case, milestone: Milestone) -> Awaits | None:
    """What the step of a plan may wait for; None: it comes now."""
    if milestone.action not in _WAITING or case.plan.milestone(milestone.name) is None or case.paid_up:
        return None
    waited = sum(each.step == milestone.name and each.reason.startswith(WORDS) for each in case.deferrals)
    return case.plan.awaits if case.plan.awaits.days and waited < MOST else None


def expected(links: Iterable[ProcessorSubscription], rule: Awaits, at: datetime) -> Expected | None:
    """The first payment that a step at `at` (UTC) waits for, by that rule; None: for none."""
    found = [
        Expected(each.id, when, when + SHOWS)
        for each in links
        if (when := each.terms.expected) and _near(when, rule, at) and not (rule.take_over and each.terms.failed)
    ]
    return min(found, key=lambda each: each.at, default=None)


def _near(when: datetime, rule: Awaits, at: datetime) -> bool:
    return at - SHOWS < when <= at + timedelta(days=rule.days)
