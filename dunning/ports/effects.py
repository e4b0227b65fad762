"""Effects: what services were brought to last."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from dunning.records.effects import Effect


class Effects(Protocol):
    """What the hourly check compares with the panels."""

    async def put_effects(self, found: Iterable[Effect]) -> None:
        """Insert or replace the effects of their accounts and services; one that is later than what comes stays."""
        ...

    async def effects(self, account: str) -> tuple[Effect, ...]:
        """What the account's services were brought to last, by service."""
        ...

    async def watched(self, since: datetime, after: str, most: int) -> tuple[str, ...]:
        """Accounts with a hold, a restricted service, or an effect at or after `since`, by id; `most` above `after`."""
        ...
