"""What people read: the archive of notices, and the tickets that ask a person to act."""

from sqlalchemy import RowMapping, select

from adapters.store.base import Database
from adapters.store.tables import notices, tickets
from dunning.case.orders import TicketOrder
from dunning.records.books import Ticket
from dunning.records.mail import NoticeCopy, NoticeText


class Notices(Database):
    """Write and read notices and tickets."""

    async def put_notice(self, notice: NoticeCopy) -> None:
        """Insert or replace the copy of that id."""
        await self._put(notices, notice.model_dump(exclude={"content"}) | notice.content.model_dump())

    async def notice(self, notice: str) -> NoticeCopy | None:
        """Read the archived copy of that id."""
        row = await self._row(select(notices).where(notices.c.id == notice))
        return None if row is None else copy_of(row)

    async def notices(self, invoice: str) -> tuple[NoticeCopy, ...]:
        """Read the invoice's notices, oldest first, then by id."""
        its = select(notices).where(notices.c.invoice == invoice).order_by(notices.c.at, notices.c.id)
        return tuple(copy_of(row) for row in await self._rows(its))

    async def account_notices(self, account: str) -> tuple[NoticeCopy, ...]:
        """Read the account's notices of all invoices and of none, oldest first, then by id."""
        its = select(notices).where(notices.c.account == account).order_by(notices.c.at, notices.c.id)
        return tuple(copy_of(row) for row in await self._rows(its))

    async def open_ticket(self, order: TicketOrder) -> bool:
        """Open the ticket of `order.key` once; False when it exists."""
        words = order.model_dump(include=set(Ticket.model_fields))
        return await self._add(tickets, words | {"key": order.key})

    async def tickets(self, account: str) -> tuple[Ticket, ...]:
        """Read the account's tickets, oldest first, then by key; all accounts' when it is empty."""
        its = select(tickets).order_by(tickets.c.at, tickets.c.key)
        its = its.where(tickets.c.account == account) if account else its
        return tuple(Ticket.model_validate(dict(row)) for row in await self._rows(its))


def copy_of(row: RowMapping) -> NoticeCopy:
    """Read a row of the archive."""
    values = dict(row)
    return NoticeCopy.model_validate(values | {"content": NoticeText.model_validate(values)})
