"""Counting a payment once: who comes first has it, and what was told of it before is applied to it."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.case.facts import Payment, Restored
from dunning.case.fence import Fence
from dunning.money import Money
from dunning.records.books import ClosedLedger
from dunning.records.claims import Claim, TakenBackNews, Unhandled
from dunning.records.credit import Credit
from dunning.tickets.ticket import TicketOrder


class Remembered(NamedTuple):
    """What came of news that was written down.

    `account` has the credit that it changed; empty: the money is no credit. `ends` are the undoings of a reversal that
    had come before it.
    """

    account: str = ""
    ends: tuple[Restored, ...] = ()


class Claims(Protocol):
    """`invoice` is the invoice's number, or `credit.UNMATCHED`."""

    async def claim(self, invoice: str, payment: str) -> Claim:
        """Say that one is about to bring the payment to its case. Of what is credit already, only read that."""
        ...

    async def refuse(self, claim: Claim) -> None:
        """Its case does not take it."""
        ...

    async def keep_as_credit(
        self, claim: Claim, closed: ClosedLedger | None, credit: Credit, ticket: TicketOrder | None
    ) -> bool:
        """Make it credit with a ticket, and apply what was taken back of it before, in one transaction.

        False, changing nothing, when somebody else claimed it meanwhile, or the books are not `closed` any more.
        """
        ...

    async def give(
        self, invoice: str, account: str, payment: Payment, at: datetime, fence: Fence | None = None
    ) -> Money | None:
        """Claim for its case what one of the case's orders found, and say how much of it that is.

        What had become credit of the account is taken back, as far as it is still there, once; money that was parked
        before its invoice was started, too. None: there is nothing, because another invoice used it. `fence` is the
        order's; None when no order wants it. Raises OvertakenError.
        """
        ...

    async def remember(self, invoice: str, news: TakenBackNews) -> Remembered:
        """Keep news about a payment, which may not have come yet; if it is credit, the credit is changed at once."""
        ...

    async def remembered(self, invoice: str) -> tuple[TakenBackNews, ...]:
        """What was kept for that invoice, by kind and id."""
        ...

    async def unhandled(
        self, invoice: str, account: str, payer: str, known: Collection[str], waited_out: Collection[str] = ()
    ) -> Unhandled | None:
        """What was accepted for the invoice or account, or for nobody knows whom, and has not reached its case.

        `known` are the payments that the case has.
        """
        ...
