"""Uses of a key at a door of the portal's, in the audit log: one an hour of each key, and one of all that fit none.

So strangers fill no table. Money is worth more than its entry: while the store is away, the log of the portal has it.
"""

import asyncio

import structlog

from dunning.audit.words import Words
from dunning.ports.outages import OutageError
from operations.audit.bounded import BoundedAudit

log = structlog.stdlib.get_logger("reprieve.portal")

_PATIENCE = 2.0
"""Seconds that whoever brings money waits for that."""


class KeyUses:
    """`what` is the door, as it is called in the audit log."""

    def __init__(self, audit: BoundedAudit, what: str) -> None:
        self._audit = audit
        self._what = what

    async def accepted(self, place: int) -> None:
        """The key at that place of the setting opened it; the first is 1."""
        await self._write(Words(what=self._what, by=f"key {place}", outcome="accepted"))

    async def refused(self) -> None:
        """Somebody came whom no key lets in."""
        await self._write(Words(what=self._what, outcome="refused: no key fits"))

    async def _write(self, words: Words) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._audit.write(words)
        except (OutageError, TimeoutError) as error:
            log.warning("not in the audit log", door=self._what, key=words.by, outcome=words.outcome, error=repr(error))
