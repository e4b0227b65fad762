"""Mail that comes in: kept whole before it is answered for, and what a notice that came back changes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update

from adapters.store.base import Database, add_all
from adapters.store.notices import copy_of
from adapters.store.tables import contacts, inbound_mails, notices, tickets
from dunning.records.books import Ticket
from dunning.records.mail import InboundMail, NoticeCopy


class Inbound(Database):
    """Keep, read and tick off mails; mark what came back."""

    async def receive_mails(self, mails: Sequence[InboundMail]) -> None:
        """Keep mails until they are handled, all in one transaction; one whose id is known stays as it is."""
        async with self._writing() as connection:
            await add_all(connection, inbound_mails, [mail.model_dump() for mail in mails])

    async def waiting_mails(self, most: int) -> tuple[InboundMail, ...]:
        """Read the mails that nobody handled yet, oldest first, `most` at the most."""
        unhandled = select(inbound_mails).where(inbound_mails.c.outcome == "")
        oldest = unhandled.order_by(inbound_mails.c.at, inbound_mails.c.id).limit(most)
        return tuple(InboundMail.model_validate(dict(row)) for row in await self._rows(oldest))

    async def handled_mail(self, mail: str, outcome: str, notice: str = "", ticket: str = "") -> None:
        """Note what became of a mail; the first outcome stays."""
        its = update(inbound_mails).where(inbound_mails.c.id == mail, inbound_mails.c.outcome == "")
        await self._change(its.values(outcome=outcome, notice=notice, ticket=ticket))

    async def inbound_mail(self, mail: str) -> InboundMail | None:
        """Read a mail that was kept, handled or not."""
        row = await self._row(select(inbound_mails).where(inbound_mails.c.id == mail))
        return None if row is None else InboundMail.model_validate(dict(row))

    async def sent_as(self, message_ids: Sequence[str]) -> tuple[NoticeCopy, ...]:
        """Read the notices that went out in mails of these Message-IDs, by id, those inside of a digest included."""
        given = [each for each in message_ids if each]
        its = select(notices.c.id).where(notices.c.message_id.in_(given))
        found = select(notices).where(or_(notices.c.message_id.in_(given), notices.c.digest.in_(its)))
        return tuple(copy_of(row) for row in await self._rows(found.order_by(notices.c.id))) if given else ()

    async def mark_bounced(self, notice: NoticeCopy, code: str, at: datetime) -> None:
        """Note, in one transaction, that the notice came back and that the account's contact of its address bounces.

        A contact's first bounce stays.
        """
        its = update(notices).where(notices.c.id == notice.id, notices.c.status != "bounced")
        contact = update(contacts).where(
            contacts.c.account == notice.account,
            contacts.c.email == notice.recipient,
            contacts.c.bounced_at.is_(None),
        )
        async with self._writing() as connection:
            await connection.execute(its.values(status="bounced", detail=code))
            await connection.execute(contact.values(bounced_at=at, bounce=code))

    async def accounts_of_contact(self, email: str) -> tuple[str, ...]:
        """Find the accounts that have a contact of that address, by id; case does not matter."""
        its = select(contacts.c.account).where(contacts.c.email.ilike(_literally(email), escape="\\")).distinct()
        return tuple(row["account"] for row in await self._rows(its.order_by(contacts.c.account)))

    async def ticket(self, key: str) -> Ticket | None:
        """Read the ticket of that key."""
        row = await self._row(select(tickets).where(tickets.c.key == key))
        return None if row is None else Ticket.model_validate(dict(row))


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
