"""Links that were ended before their time."""

from datetime import datetime
from typing import Protocol


class LinkEnds(Protocol):
    """Since when an invoice's links are good."""

    async def end_links(self, invoice: str, given_before: datetime) -> None:
        """End all links of the invoice that were given out before that instant; an earlier one changes nothing."""
        ...

    async def links_ended(self, invoice: str) -> datetime | None:
        """Links of the invoice that were given out before that instant are ended; None: none was."""
        ...
