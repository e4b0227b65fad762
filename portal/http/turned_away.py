"""One line in the log for all who were turned away in a minute: a flood must not fill the disk."""

import asyncio
from collections import Counter

import structlog

EVERY = 60.0
"""Seconds between two lines."""
log = structlog.stdlib.get_logger("reprieve.portal")


class TurnedAway:
    """The first is told at once, the others together a minute later. No address: it is personal data."""

    def __init__(self) -> None:
        self._why: Counter[str] = Counter()
        self._rests = False

    def tell(self, why: str) -> None:
        """Count one more, for one of few reasons, which are words of ours."""
        self._why[why] += 1
        if not self._rests:
            self._write()

    def _write(self) -> None:
        self._rests = bool(self._why)
        if not self._rests:
            return
        log.warning("clients were turned away", why=dict(self._why))
        self._why.clear()
        asyncio.get_running_loop().call_later(EVERY, self._write)
