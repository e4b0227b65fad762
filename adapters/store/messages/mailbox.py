"""Mail that comes in: kept whole before it is answered for."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database.base import Database, add_rows
from adapters.store.tables import inbound_mails
from dunning.ports.outages import PATIENCE
from dunning.records.mail import InboundMail


class Mailbox(Database):
    """Keep, read and tick off mails."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        super().__init__(url, patience)
        self._mails = self._group(_receive)

    async def receive_mails(self, mails: Sequence[InboundMail]) -> None:
        """Keep mails until they are handled, all in one transaction, with those of other callers.

        One whose id is known stays as it is.
        """
        await self._mails.add(mails)

    async def waiting_mails(self, most: int) -> tuple[str, ...]:
        """Read the ids of the mails that nobody handled yet, oldest first, `most` at the most."""
        unhandled = select(inbound_mails.c.id).where(inbound_mails.c.outcome == "")
        oldest = unhandled.order_by(inbound_mails.c.at, inbound_mails.c.id).limit(most)
        return tuple(row["id"] for row in await self._rows(oldest))

    async def handled_mail(self, mail: str, outcome: str, notice: str = "", ticket: str = "") -> None:
        """Note what became of a mail; the first outcome stays."""
        its = update(inbound_mails).where(inbound_mails.c.id == mail, inbound_mails.c.outcome == "")
        await self._change(its.values(outcome=outcome, notice=notice, ticket=ticket))

    async def inbound_mail(self, mail: str) -> InboundMail | None:
        """Read a mail that was kept, handled or not."""
        row = await self._row(select(inbound_mails).where(inbound_mails.c.id == mail))
        return None if row is None else InboundMail.model_validate(dict(row))


async def _receive(connection: AsyncConnection, mails: Sequence[InboundMail]) -> None:
    # In one order for all: two portals that keep the same mails at once would else wait for each other.
    await add_rows(connection, inbound_mails, [mail.model_dump() for mail in sorted(mails, key=lambda mail: mail.id)])
