"""Invoices as the account's other invoices see them, and the closed books of finished ones."""

from datetime import date
from typing import Protocol

from dunning.case.fence import Fence
from dunning.case.orders import CloseOrder
from dunning.case.results import Found, StillHeld
from dunning.ports.fences import Generations
from dunning.records.accounts import Account
from dunning.records.books import ClosedLedger, KnownInvoice


class Invoices(Generations, Protocol):
    """What is known of invoices, open or not."""

    async def open_invoice(self, invoice: KnownInvoice) -> int:
        """Note an invoice as open, if it is not known yet, and issue the generation of the life that begins."""
        ...

    async def withdraw(self, number: str, generation: int, before: Account | None, after: Account) -> None:
        """Take back an opening whose case cannot start: invoice, what it took, and what it told of its account.

        The account as it was `before` (None: there was none) and `after`: what others told of it since stays. Only of
        the first life, and while no order has written.
        """
        ...

    async def invoice(self, number: str) -> KnownInvoice | None:
        """What is known of an invoice, open or not."""
        ...

    async def mark_invoice(self, fence: Fence, status: str) -> None:
        """Set its status for an order: open, void, paid or closed. Raises OvertakenError, LookupError."""
        ...

    async def move_due(self, fence: Fence, due: date) -> None:
        """Set its due date for an order. Raises OvertakenError, LookupError."""
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

    async def close_ledger(self, order: CloseOrder) -> StillHeld | Found | None:
        """Insert or replace the closed books of the invoice and set its status to closed; None when that is done.

        Nothing is closed while the invoice is settled and still has a hold, nor while something that was taken back of
        its money, or came again, is not in the order's ledger, nor with money that is credit of the account already.
        Raises OvertakenError, LookupError.
        """
        ...

    async def ledger(self, invoice: str) -> ClosedLedger | None:
        """The closed books of an invoice."""
        ...
