"""The archive of notices: what customers were sent, and what came back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, or_, select, update

from adapters.store.customers.accounts import locked_account
from adapters.store.customers.owners import of_account, owner
from adapters.store.database.base import Database, put_row
from adapters.store.tables import contacts, notices, reached
from dunning.records.mail import NoticeCopy, NoticeText


class Notices(Database):
    """Write and read notices."""

    async def put_notice(self, notice: NoticeCopy) -> None:
        """Insert or replace the copy of that id."""
        await self._put(notices, _row_of(notice))

    async def notice(self, notice: str) -> NoticeCopy | None:
        """Read the archived copy of that id."""
        row = await self._row(select(notices).where(notices.c.id == notice))
        return None if row is None else copy_of(row)

    async def notices(self, invoice: str) -> tuple[NoticeCopy, ...]:
        """Read the invoice's notices, oldest first, then by id."""
        its = select(notices).where(notices.c.invoice == invoice).order_by(notices.c.at, notices.c.id)
        return tuple(copy_of(row) for row in await self._rows(its))

    async def notices_named(self, beginning: str) -> tuple[str, ...]:
        """Read the ids that begin so, in order."""
        its = select(notices.c.id).where(notices.c.id.startswith(beginning, autoescape=True)).order_by(notices.c.id)
        return tuple(row["id"] for row in await self._rows(its))

    async def account_notices(self, account: str) -> tuple[NoticeCopy, ...]:
        """Read the account's notices of all invoices and of none, oldest first, then by id."""
        its = select(notices).where(of_account(notices.c.account, account)).order_by(notices.c.at, notices.c.id)
        return tuple(copy_of(row) for row in await self._rows(its))

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
        account = contacts.c.account == owner(notice.account)
        async with self._writing() as connection:
            await connection.execute(its.values(status="bounced", detail=code))
            await locked_account(connection, notice.account)
            known = await connection.execute(select(contacts.c.email).where(account, contacts.c.bounced_at.is_(None)))
            # After a merge it may stand there in other letters, and they are the same address.
            same = [each for each in known.scalars() if each.casefold() == notice.recipient.casefold()]
            contact = update(contacts).where(account, contacts.c.email.in_(same))
            await connection.execute(contact.values(bounced_at=at, bounce=code))

    async def note_reached(self, invoice: str, at: datetime) -> None:
        """Note when the invoice's customer acted last."""
        async with self._writing() as connection:
            known = (await connection.execute(select(reached.c.at).where(reached.c.invoice == invoice))).scalar()
            if known is None or known < at:
                await put_row(connection, reached, {"invoice": invoice, "at": at})

    async def reached_since(self, invoice: str, at: datetime) -> bool:
        """Whether the invoice's customer acted after that instant."""
        return await self._row(select(reached).where(reached.c.invoice == invoice, reached.c.at > at)) is not None


def _row_of(notice: NoticeCopy) -> dict[str, Any]:
    announced = notice.announced.model_dump(mode="json") if notice.announced else None
    return notice.model_dump(exclude={"content"}) | notice.content.model_dump() | {"announced": announced}


def copy_of(row: RowMapping) -> NoticeCopy:
    """Read a row of the archive."""
    values = dict(row)
    return NoticeCopy.model_validate(values | {"content": NoticeText.model_validate(values)})
