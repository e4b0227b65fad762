"""An outage: a time in which customers could not pay, though nobody had set a window."""

from datetime import datetime, timedelta
from enum import StrEnum

from dunning.wire import Instant, Wire

EVERY = timedelta(minutes=5)
"""So often the way to pay is looked at."""
FRESH = 3 * EVERY
"""What was seen longer ago says nothing of now: the checker itself may have been down."""
LEAST = timedelta(minutes=30)
"""A shorter one moves nothing, if no setting says otherwise."""
CHECKS = 2
"""So many looks have to fail; a single one may be a blip on our own side."""


class Way(StrEnum):
    """What customers need to pay, or to hear that they should."""

    PORTAL = "portal"
    GATEWAY = "gateway"
    MAIL = "mail"


class Outage(Wire):
    """From `since` to before `until` (UTC) this part of the way to pay did not work; without `until` it may still run.

    `seen` is when it was seen last to fail, `checks` how many looks in a row did, `why` what the last one said. `by`
    and `reason` are of the person who wrote it down, empty where a check did. `struck_by` and `struck_reason` are of
    the one who struck it out: a check can be wrong.
    """

    id: str
    way: Way
    since: Instant
    until: Instant | None = None
    seen: Instant
    checks: int = 0
    why: str = ""
    by: str = ""
    reason: str = ""
    struck_by: str = ""
    struck_reason: str = ""

    @property
    def stands(self) -> bool:
        """Whether it is one: looked at twice, or said by a person, and not struck out."""
        return not self.struck_by and (bool(self.by) or self.checks >= CHECKS)

    def ended(self, at: datetime) -> datetime:
        """Its end, as far as is known at that instant: nobody says more than was seen."""
        if self.until:
            return self.until
        return max(self.seen, at) if at - self.seen <= FRESH else self.seen

    def runs(self, at: datetime) -> bool:
        """Whether it goes on then, as far as is known."""
        return self.since <= at and (self.until > at if self.until else at - self.seen <= FRESH)


def after_look(known: Outage | None, way: Way, at: datetime, failure: str) -> tuple[Outage, ...]:
    """What is to be written once that part was looked at; `known` is the outage that had no end yet.

    The first failure begins one, the second makes it stand, a success ends it. What nobody saw is nobody's word: after
    a pause of the checker's own it ended when it was seen last, and what fails now begins another.
    """
    if known and at - known.seen > FRESH:
        return (known.model_copy(update={"until": known.seen}), *after_look(None, way, at, failure))
    if not failure:
        return (known.model_copy(update={"until": at}),) if known else ()
    if known is None:
        return (Outage(id=f"{way}-{at:%Y%m%dT%H%M%SZ}", way=way, since=at, seen=at, checks=1, why=failure),)
    again = at - known.seen >= EVERY / 2  # a look that is repeated at once is the same one
    return (known.model_copy(update={"seen": max(at, known.seen), "why": failure, "checks": known.checks + again}),)
