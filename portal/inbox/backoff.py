"""What could not be delivered yet: when each is tried again, and when that has become pointless."""

from collections.abc import Collection
from dataclasses import dataclass

from dunning.records.inbox import COMMAND, InboxEvent
from portal.http.errors import OUTAGES

FIRST, LONGEST = 0.2, 30.0
"""Seconds before the second try, and the most between two; each pause is twice the one before."""
FAULTS = 12
"""Errors of ours or of the message before a person is asked, about two minutes after the first."""
LEFT_ALONE = 15.0
"""Seconds that an event of a command rests when it is first seen: the command itself is at it, and tells its person. It
waits ten at the most to be heard. A second hand would do no harm, but a refusal would become a ticket beside."""

Key = tuple[str, str]


def key_of(event: InboxEvent) -> Key:
    """Source and id: what makes it one event."""
    return event.source, event.id


@dataclass(frozen=True)
class Pause:
    """`until` is the event loop's time. `outage`: nothing is wrong with the event, so what follows it waits, too."""

    tries: int = 0
    faults: int = 0
    until: float = 0.0
    outage: bool = False


class Backoff:
    """Remembers what rests, in memory: another process, or this one after a crash, simply tries at once."""

    def __init__(self) -> None:
        self._rests: dict[Key, Pause] = {}

    def __len__(self) -> int:
        return len(self._rests)

    def seen(self, event: InboxEvent, now: float) -> None:
        """Let one of a command rest at first. What follows it in the same matter does not wait for it."""
        if event.source == COMMAND and key_of(event) not in self._rests:
            self._rests[key_of(event)] = Pause(until=now + LEFT_ALONE)

    def failed(self, event: InboxEvent, error: Exception, now: float) -> Pause:
        """Let it rest, longer each time. `hopeless` says whether it should be tried again at all."""
        before = self._rests.get(key_of(event), Pause())
        outage = isinstance(error, OUTAGES)
        pause = min(FIRST * 2 ** min(before.tries, 20), LONGEST)
        rest = Pause(before.tries + 1, before.faults + (not outage), now + pause, outage)
        self._rests[key_of(event)] = rest
        return rest

    def over(self, event: InboxEvent) -> None:
        """It was handled."""
        self._rests.pop(key_of(event), None)

    def keep_only(self, waiting: Collection[Key]) -> None:
        """Forget what somebody else has handled."""
        self._rests = {key: rest for key, rest in self._rests.items() if key in waiting}

    def until(self, event: InboxEvent, now: float) -> Pause | None:
        """Its rest, while that lasts."""
        rest = self._rests.get(key_of(event))
        return rest if rest and rest.until > now else None

    def next(self, now: float) -> float:
        """Seconds until the first rest is over; the longest pause when nothing rests."""
        return max(0.0, min((rest.until - now for rest in self._rests.values() if rest.until > now), default=LONGEST))


def hopeless(rest: Pause) -> bool:
    """It failed so often, by a fault that will not pass, that a person has to look."""
    return rest.faults >= FAULTS
