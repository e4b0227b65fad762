"""Invoices as the account's other invoices see them, and the closed books of finished ones."""

from datetime import date
from typing import Protocol

from dunning.case.orders import CloseOrder
from dunning.records.books import ClosedLedger, KnownInvoice


class Invoices(Protocol):
    """What is known of invoices, open or not."""

    async def open_invoice(self, invoice: KnownInvoice) -> bool:
        """Note an invoice as open; False when it is already known (its status is left as it is)."""
        ...

    async def invoice(self, number: str) -> KnownInvoice | None:
        """What is known of an invoice, open or not."""
        ...

    async def mark_invoice(self, number: str, status: str) -> None:
        """Set its status: open, void, paid or closed. Raises LookupError when the invoice was never opened."""
        ...

    async def move_due(self, number: str, due: date) -> None:
        """Set its due date. Raises LookupError when the invoice was never opened."""
        ...

    async def open_invoices(self, account: str) -> tuple[KnownInvoice, ...]:
        """The account's open invoices, oldest due first."""
        ...

    async def all_invoices(self, account: str) -> tuple[KnownInvoice, ...]:
        """Every invoice of the account, open or not, oldest due first."""
        ...

    async def past_due(self, account: str, today: date) -> tuple[str, ...]:
        """Numbers of the account's open invoices whose due date lies before `today`, oldest first."""
        ...

    async def close_ledger(self, order: CloseOrder) -> None:
        """Insert or replace the closed books of the invoice and set its status to closed."""
        ...

    async def ledger(self, invoice: str) -> ClosedLedger | None:
        """The closed books of an invoice."""
        ...
