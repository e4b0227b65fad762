"""Entries about what strangers can cause: at most one an hour for each of the same, so that nobody fills the table."""

from collections.abc import Callable
from datetime import datetime

from dunning.audit.words import Words
from operations.audit.log import AuditLog

MOST = 200
"""Different ones an hour, of one process."""


class BoundedAudit:
    """For doors that programs pass: what is the same is `what`, `by` and `outcome`. In memory, so a process each.

    The one entry after the last says that there is more than is written. `clock` is the wall's.
    """

    def __init__(self, audit: AuditLog, clock: Callable[[], datetime]) -> None:
        self._audit = audit
        self._clock = clock
        self._hour: datetime | None = None
        self._seen = set[tuple[str, str, str]]()

    async def write(self, words: Words) -> bool:
        """Whether it was written. Raises StoreOutageError; then it is not, and the next one may be."""
        hour = self._clock().replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour = hour
            self._seen.clear()
        key = words.what, words.by, words.outcome
        if key in self._seen or len(self._seen) > MOST:
            return False
        self._seen.add(key)
        full = len(self._seen) > MOST
        try:
            await self._audit.write(_more(words) if full else words)
        except BaseException:
            self._seen.discard(key)
            raise
        return not full


def _more(words: Words) -> Words:
    return Words(what=words.what, outcome=f"more than {MOST} different ones this hour: the others are not written")
