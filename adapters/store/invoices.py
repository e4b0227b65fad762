"""Invoices as the account's other invoices see them, and the closed books of finished ones."""

from datetime import date

from sqlalchemy import delete, select, update

from adapters.store.database.base import Database, columns_of, money_columns, put_row
from adapters.store.open_cases import alone_with
from adapters.store.tables import closed_ledgers, invoices, open_cases
from dunning.case.orders import CloseOrder
from dunning.records.books import ClosedLedger, KnownInvoice


class Invoices(Database):
    """Open, mark, close and read invoices."""

    async def open_invoice(self, invoice: KnownInvoice) -> bool:
        """Note an invoice as open; False when it is already known (all of it is left as it is)."""
        return await self._add(invoices, invoice.model_dump())

    async def invoice(self, number: str) -> KnownInvoice | None:
        """Read what is known of an invoice, open or not."""
        row = await self._row(select(invoices).where(invoices.c.number == number))
        return None if row is None else KnownInvoice.model_validate(dict(row))

    async def mark_invoice(self, number: str, status: str) -> None:
        """Set its status: open, void, paid or closed.

        Raises LookupError when the invoice was never opened: the status would be lost.
        """
        if not await self._change(update(invoices).where(invoices.c.number == number).values(status=status)):
            raise LookupError(f"invoice {number!r} is not in the store: open it before marking it {status}")

    async def move_due(self, number: str, due: date) -> None:
        """Set its due date. Raises LookupError when the invoice was never opened."""
        if not await self._change(update(invoices).where(invoices.c.number == number).values(due=due)):
            raise LookupError(f"invoice {number!r} is not in the store: open it before moving its due date")

    async def open_invoices(self, account: str) -> tuple[KnownInvoice, ...]:
        """Read the account's open invoices, oldest due first, then by number."""
        mine = select(invoices).where(invoices.c.account == account, invoices.c.status == "open")
        rows = await self._rows(mine.order_by(invoices.c.due, invoices.c.number))
        return tuple(KnownInvoice.model_validate(dict(row)) for row in rows)

    async def all_invoices(self, account: str) -> tuple[KnownInvoice, ...]:
        """Read every invoice of the account, open or not, oldest due first, then by number."""
        mine = select(invoices).where(invoices.c.account == account).order_by(invoices.c.due, invoices.c.number)
        return tuple(KnownInvoice.model_validate(dict(row)) for row in await self._rows(mine))

    async def past_due(self, account: str, today: date) -> tuple[str, ...]:
        """Numbers of the account's open invoices whose due date lies before `today`, oldest first, then by number."""
        mine = select(invoices.c.number).where(invoices.c.account == account, invoices.c.status == "open")
        late = mine.where(invoices.c.due < today).order_by(invoices.c.due, invoices.c.number)
        return tuple(row["number"] for row in await self._rows(late))

    async def close_ledger(self, order: CloseOrder) -> None:
        """Insert or replace the closed books of the invoice and set its status to closed.

        Books that were closed at a later instant stay: a try that was given up may still finish after its successor.
        """
        invoice = KnownInvoice(
            number=order.invoice, account=order.account, policy=order.policy, due=order.due, status="closed"
        )
        async with self._writing() as connection:
            await alone_with(connection, order.invoice)
            if await put_row(connection, closed_ledgers, _books(order), newest_by="closed_at"):
                await put_row(connection, invoices, invoice.model_dump())
                number, revision = open_cases.c.number == order.invoice, open_cases.c.revision <= order.case.revision
                await connection.execute(delete(open_cases).where(number, revision))

    async def ledger(self, invoice: str) -> ClosedLedger | None:
        """Read the closed books of an invoice."""
        row = await self._row(select(closed_ledgers).where(closed_ledgers.c.invoice == invoice))
        if row is None:
            return None
        read = {"balance": money_columns(row, "balance"), "order": CloseOrder.model_validate_json(row["order"])}
        return ClosedLedger.model_validate(dict(row) | read)


def _books(order: CloseOrder) -> dict[str, object]:
    kept = order.model_dump(include={"invoice", "account", "outcome"}) | {"policy": order.policy, "due": order.due}
    known = {"closed_at": order.at, "revision": order.case.revision, "order": order.model_dump_json()}
    return kept | columns_of("balance", order.balance) | known
