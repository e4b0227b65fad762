"""Invoices as the account's other invoices see them, and the closed books of finished ones."""

from datetime import date

from sqlalchemy import RowMapping, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.customers.accounts import locked_account
from adapters.store.customers.owners import of_account
from adapters.store.database.base import add_row, columns_of, money_columns, put_row
from adapters.store.database.types import StoredText
from adapters.store.fences import Fences
from adapters.store.money.carried import carry
from adapters.store.money.unheard import unheard_in
from adapters.store.open_cases import alone_with
from adapters.store.tables import (
    account_changes,
    accounts,
    carried,
    closed_ledgers,
    contacts,
    credits_,
    holds,
    invoices,
    open_cases,
    services,
)
from dunning.case.fence import Fence
from dunning.case.orders import CloseOrder
from dunning.case.results import Found, StillHeld
from dunning.level import Level, strictest
from dunning.records.accounts import Account
from dunning.records.books import ClosedLedger, KnownInvoice
from dunning.records.carried import taken_line
from dunning.records.credit import used_line

_SETTLED = ("paid", "waived", "void")
"""Endings after which no hold of the invoice may stay."""


_ITSELF = select(invoices).where(invoices.c.number == bindparam("invoice", type_=StoredText))


class Invoices(Fences):
    """Open, mark, close and read invoices."""

    async def open_invoice(self, invoice: KnownInvoice) -> int:
        """Note an invoice as open, if it is not known yet, and issue the generation of the life that begins."""
        async with self._writing() as connection:
            await add_row(connection, invoices, invoice.model_dump())
        return await self.new_generation(invoice.number)

    async def withdraw(self, number: str, generation: int, before: Account | None, after: Account) -> None:
        """Take back an opening whose case cannot start: invoice, what it took, and what it told of its account.

        The account as it was `before` (None: there was none) and `after`: what others told of it since stays. Only of
        the first life, and while no order has written.
        """
        its = select(invoices).where(invoices.c.number == number)
        async with self._writing() as connection:
            row = (await connection.execute(its.with_for_update())).mappings().first()
            if row is None or (row["issued"], row["generation"], generation) != (1, 0, 1):
                return
            await connection.execute(delete(invoices).where(invoices.c.number == number))
            await connection.execute(delete(credits_).where(credits_.c.id == used_line(number)))
            await connection.execute(delete(carried).where(carried.c.id == taken_line(number)))
            await connection.execute(delete(holds).where(holds.c.source == number, holds.c.account == row["account"]))
            await _as_before(connection, before, after)

    async def invoice(self, number: str) -> KnownInvoice | None:
        """Read what is known of an invoice, open or not."""
        row = await self._row(_ITSELF, {"invoice": number})
        return None if row is None else KnownInvoice.model_validate(dict(row))

    async def mark_invoice(self, fence: Fence, status: str) -> None:
        """Set its status: open, void, paid or closed. Raises OvertakenError, LookupError."""
        async with self._fenced(fence) as connection:
            its = update(invoices).where(invoices.c.number == fence.invoice)
            await connection.execute(its.values(status=status))

    async def move_due(self, fence: Fence, due: date) -> None:
        """Set its due date. Raises OvertakenError, LookupError."""
        async with self._fenced(fence) as connection:
            await connection.execute(update(invoices).where(invoices.c.number == fence.invoice).values(due=due))

    async def open_invoices(self, account: str) -> tuple[KnownInvoice, ...]:
        """Read the account's open invoices, oldest due first, then by number."""
        mine = select(invoices).where(of_account(invoices.c.account, account), invoices.c.status == "open")
        rows = await self._rows(mine.order_by(invoices.c.due, invoices.c.number))
        return tuple(KnownInvoice.model_validate(dict(row)) for row in rows)

    async def all_invoices(self, account: str) -> tuple[KnownInvoice, ...]:
        """Read every invoice of the account, open or not, oldest due first, then by number."""
        mine = select(invoices).where(of_account(invoices.c.account, account))
        rows = await self._rows(mine.order_by(invoices.c.due, invoices.c.number))
        return tuple(KnownInvoice.model_validate(dict(row)) for row in rows)

    async def past_due(self, account: str, today: date) -> tuple[str, ...]:
        """Numbers of the account's open invoices whose due date lies before `today`, oldest first, then by number."""
        mine = select(invoices.c.number).where(of_account(invoices.c.account, account), invoices.c.status == "open")
        late = mine.where(invoices.c.due < today).order_by(invoices.c.due, invoices.c.number)
        return tuple(row["number"] for row in await self._rows(late))

    async def close_ledger(self, order: CloseOrder) -> StillHeld | Found | None:
        """Insert or replace the closed books of the invoice and set its status to closed; None when that is done.

        Nothing is closed while the invoice is settled and still has a hold, nor while its ledger lacks what was taken
        back, nor with money that is credit already. Raises OvertakenError, LookupError.
        """
        closed = {"policy": order.policy, "due": order.due, "status": "closed"}
        known = KnownInvoice(number=order.invoice, account=order.account, policy=order.policy, due=order.due)
        async with self._fenced(order.fence, order.account, known) as connection:
            held = await _held(connection, order) if _must_be_free(order) else Level.ACTIVE
            if held is not Level.ACTIVE:
                return StillHeld(level=held)
            await alone_with(connection, order.invoice)
            if (found := await unheard_in(connection, order)).anything:
                return found
            await put_row(connection, closed_ledgers, _books(order))
            await carry(connection, order)
            await connection.execute(update(invoices).where(invoices.c.number == order.invoice).values(closed))
            number, revision = open_cases.c.number == order.invoice, open_cases.c.revision <= order.case.revision
            await connection.execute(delete(open_cases).where(number, revision))
            return None

    async def ledger(self, invoice: str) -> ClosedLedger | None:
        """Read the closed books of an invoice."""
        row = await self._row(select(closed_ledgers).where(closed_ledgers.c.invoice == invoice))
        return None if row is None else ledger_of(row)


def ledger_of(row: RowMapping) -> ClosedLedger:
    """The closed books of a row of their table."""
    read = {"balance": money_columns(row, "balance"), "order": CloseOrder.model_validate_json(row["order"])}
    return ClosedLedger.model_validate(dict(row) | read)


def _must_be_free(order: CloseOrder) -> bool:
    """What was deleted is not reinstated by money: its hold goes with its books (S2-15)."""
    return order.outcome in _SETTLED and order.level is not Level.DELETED


async def _as_before(connection: AsyncConnection, before: Account | None, after: Account) -> None:
    """Without what the opening added; the rest may have changed meanwhile, and stays."""
    known = before or Account(id=after.id, name="")
    emails = {each.email for each in after.contacts} - {each.email for each in known.contacts}
    ids = {each.id for each in after.services} - {each.id for each in known.services}
    if await locked_account(connection, after.id) != after.id:
        return  # merged into another account meanwhile, with all that this one had
    await connection.execute(delete(contacts).where(contacts.c.account == after.id, contacts.c.email.in_(emails)))
    await connection.execute(delete(services).where(services.c.account == after.id, services.c.id.in_(ids)))
    if before is None and not await _is_used(connection, after.id):
        await connection.execute(delete(accounts).where(accounts.c.id == after.id))


async def _is_used(connection: AsyncConnection, account: str) -> bool:
    """Whether somebody else has told something of it."""
    for table in (invoices, contacts, services, account_changes):
        if (await connection.execute(select(table.c.account).where(table.c.account == account).limit(1))).first():
            return True
    return False


async def _held(connection: AsyncConnection, order: CloseOrder) -> Level:
    own = select(holds.c.level).where(holds.c.account == order.account, holds.c.source == order.invoice)
    return strictest(Level(level) for (level,) in await connection.execute(own))


def _books(order: CloseOrder) -> dict[str, object]:
    kept = order.model_dump(include={"invoice", "account", "outcome"}) | {"policy": order.policy, "due": order.due}
    seen = {"customer": order.case.invoice.customer, "level": order.level.value}
    known = {"closed_at": order.at, "revision": order.case.revision, "order": order.model_dump_json(), **seen}
    return kept | columns_of("balance", order.balance) | known
