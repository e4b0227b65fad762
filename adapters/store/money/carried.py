"""Rests that are carried from invoice to invoice: written with the books that leave them, taken once by the next."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.customers.owners import of_account
from adapters.store.database.base import Database, add_row, columns_of, money_columns
from adapters.store.tables import carried
from dunning.case.ledger import Kind
from dunning.case.orders import CloseOrder
from dunning.money import Money
from dunning.records.carried import Carried, back_line, carried_line, taken_line


class CarriedRests(Database):
    """Read what waits."""

    async def carried(self, account: str) -> tuple[Carried, ...]:
        """Read the account's lines, oldest first, then by id."""
        async with self._reading() as connection:
            return tuple(each for each in await _of(connection, account) if each.amount.minor)


def to_take(known: Iterable[Carried], account: str, invoice: str, amount: Money, at: datetime) -> Carried:
    """The line by which it takes all that waits of the account in its currency: the one that is there, or a new one."""
    lines, line = list(known), taken_line(invoice)
    waits = sum(each.amount.minor for each in lines if each.amount.currency == amount.currency)
    taken = Money(minor=-max(0, waits), currency=amount.currency)
    new = Carried(id=line, account=account, amount=taken, at=at, reason=f"owed with {invoice}")
    return next((each for each in lines if each.id == line), new)


async def carry(connection: AsyncConnection, order: CloseOrder) -> None:
    """Write the rests that the books leave, in the transaction that closes them; the account has to be locked.

    What the invoice took, and its case does not have because it had begun before, waits for the next one again.
    """
    for entry in order.entries:
        if entry.kind is Kind.CARRIED:
            line, reason = carried_line(order.invoice, entry.id), f"left by {order.invoice}"
            await _add(
                connection, Carried(id=line, account=order.account, amount=entry.amount, at=entry.at, reason=reason)
            )
    its = select(carried).where(carried.c.id == taken_line(order.invoice))
    row = (await connection.execute(its)).mappings().first()
    brought = sum(entry.amount.minor for entry in order.entries if entry.kind is Kind.BROUGHT)
    missing = (-money_columns(row, "amount").minor if row else 0) - brought
    if missing > 0:
        amount = Money(minor=missing, currency=order.balance.currency)
        reason = f"{order.invoice} had begun without it"
        line = back_line(order.invoice)
        await _add(connection, Carried(id=line, account=order.account, amount=amount, at=order.at, reason=reason))


async def _of(connection: AsyncConnection, account: str) -> list[Carried]:
    its = select(carried).where(of_account(carried.c.account, account)).order_by(carried.c.at, carried.c.id)
    return [read_line(row) for row in (await connection.execute(its)).mappings()]


async def _add(connection: AsyncConnection, line: Carried) -> None:
    await add_row(connection, carried, line_row(line))


def line_row(line: Carried) -> dict[str, object]:
    """Write a line as its row."""
    return line.model_dump(exclude={"amount"}) | columns_of("amount", line.amount)


def read_line(row: RowMapping) -> Carried:
    """Read a row as a line."""
    return Carried.model_validate(dict(row) | {"amount": money_columns(row, "amount")})
