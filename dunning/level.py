"""How far a service is restricted, and which wish wins when several holds ask."""

from collections.abc import Collection, Iterable
from enum import StrEnum


class Level(StrEnum):
    """`active < warned < locked < suspended < inactive < deleted`, in this order."""

    ACTIVE = "active"
    WARNED = "warned"
    LOCKED = "locked"
    SUSPENDED = "suspended"
    INACTIVE = "inactive"
    DELETED = "deleted"

    @property
    def rank(self) -> int:
        """Position in the order, 0 for active."""
        return _ORDER.index(self)


_ORDER = list(Level)


def strictest(levels: Iterable[Level]) -> Level:
    """The level a service runs at: the highest that any hold asks for, active when none does."""
    return max(levels, key=lambda level: level.rank, default=Level.ACTIVE)


def at_panel(level: Level, shows: Collection[Level] = tuple(Level)) -> Level:
    """What a panel that can show these levels is asked for: the strictest one that is not stricter than `level`.

    So a warning is nothing to a panel that can only suspend. An inactive account stays suspended until somebody
    deletes it.
    """
    most = Level.SUSPENDED if level is Level.INACTIVE else level
    return strictest(each for each in shows if each.rank <= most.rank)
