"""Links that were ended before their time."""

from datetime import datetime

from sqlalchemy import select

from adapters.store.database.base import Database, put_row
from adapters.store.tables import ended_links


class LinkEnds(Database):
    """End links of an invoice, and read since when they are good."""

    async def end_links(self, invoice: str, given_before: datetime) -> None:
        """Insert or replace the instant before which they are ended; an earlier one changes nothing."""
        row = {"invoice": invoice, "given_before": given_before}
        async with self._writing() as connection:
            await put_row(connection, ended_links, row, newest_by="given_before")

    async def links_ended(self, invoice: str) -> datetime | None:
        """Read the instant before which they are ended."""
        row = await self._row(select(ended_links).where(ended_links.c.invoice == invoice))
        return None if row is None else row["given_before"]
