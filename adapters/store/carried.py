"""Rests that are carried from invoice to invoice: written with the books that leave them, taken once by the next."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.accounts import lock_account
from adapters.store.database.base import Database, add_row, columns_of, money_columns
from adapters.store.tables import carried
from dunning.case.ledger import Kind
from dunning.case.orders import CloseOrder
from dunning.money import Money
from dunning.records.carried import Carried, back_line, carried_line, taken_line


class CarriedRests(Database):
    """Take and read what waits."""

    async def take_carried(self, account: str, invoice: str, currency: str, at: datetime) -> Money:
        """Take all that waits in that currency for the invoice, once: a second call gives the first answer.

        What was taken is a negative line; when there was nothing, that is written down, too. Raises LookupError when
        the account is unknown.
        """
        async with self._writing() as connection:
            await lock_account(connection, account)
            known = await _of(connection, account)
            taken = next((each for each in known if each.id == taken_line(invoice)), None)
            if taken is None:
                waits = sum(each.amount.minor for each in known if each.amount.currency == currency)
                amount = Money(minor=-max(0, waits), currency=currency)
                taken = Carried(
                    id=taken_line(invoice), account=account, amount=amount, at=at, reason=f"owed with {invoice}"
                )
                await _add(connection, taken)
            return -taken.amount

    async def carried(self, account: str) -> tuple[Carried, ...]:
        """Read the account's lines, oldest first, then by id."""
        async with self._reading() as connection:
            return tuple(each for each in await _of(connection, account) if each.amount.minor)


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
    its = select(carried).where(carried.c.account == account).order_by(carried.c.at, carried.c.id)
    rows = (await connection.execute(its)).mappings()
    return [Carried.model_validate(dict(row) | {"amount": money_columns(row, "amount")}) for row in rows]


async def _add(connection: AsyncConnection, line: Carried) -> None:
    await add_row(connection, carried, line.model_dump(exclude={"amount"}) | columns_of("amount", line.amount))
