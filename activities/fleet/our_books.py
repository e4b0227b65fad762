"""What our own books have of money that moved: closed ledger, credits, running case, tickets."""

from typing import Protocol

from dunning.case.case import Case
from dunning.case.ledger import Entry
from dunning.fleet.reconcile import Moved, credit_lines, in_ledger, moved, ticket_keys
from dunning.money import Money
from dunning.ports.accounts import Accounts
from dunning.ports.invoices import Invoices
from dunning.ports.payments import Credits
from dunning.ports.tickets import Tickets
from dunning.records.credit import UNMATCHED
from dunning.records.inbox import News
from operations.cases.look import CaseOf


class BookRecords(Accounts, Credits, Invoices, Tickets, Protocol):
    """Everywhere that our books may have a movement of money."""


class OurBooks:
    """The books of one invoice, read when they are needed, cheapest first.

    Its case is asked once at most, and only when the store has not said it all.
    """

    def __init__(self, store: BookRecords, case_of: CaseOf, invoice: str) -> None:
        self._store = store
        self._case_of = case_of
        self._invoice = invoice
        self._closed: tuple[Entry, ...] | None = None
        self._running: tuple[Entry, ...] | None = None

    async def amount(self, news: News) -> Money | None:
        """The amount that our books have; None when they do not know that money. Raises OutageError.

        Money that only a ticket tells of has the amount that it was told with.
        """
        fact = moved(news)
        if fact is None:
            return None
        for look in (self._in_closed_ledger, self._in_credits, self._in_case):
            if found := await look(fact):
                return found
        return fact.amount if await self._has_ticket(news, fact) else None

    async def _in_closed_ledger(self, fact: Moved) -> Money | None:
        if self._closed is None:
            closed = await self._store.ledger(self._invoice) if self._invoice else None
            self._closed = closed.order.entries if closed else ()
        return in_ledger(self._closed, fact)

    async def _in_credits(self, fact: Moved) -> Money | None:
        for line in credit_lines(self._invoice, fact):
            if credit := await self._store.credit(line):
                return credit.amount
        return None

    async def _in_case(self, fact: Moved) -> Money | None:
        if self._running is None:
            case = await self._case()
            self._running = case.entries if case else ()
        return in_ledger(self._running, fact)

    async def _case(self) -> Case | None:
        known = await self._store.invoice(self._invoice) if self._invoice else None
        return await self._case_of(known.number) if known else None

    async def _has_ticket(self, news: News, fact: Moved) -> bool:
        keys = ticket_keys(self._invoice, fact)
        return any(ticket.key in keys for ticket in await self._store.tickets(await self._owner(news)))

    async def _owner(self, news: News) -> str:
        known = await self._store.invoice(self._invoice) if self._invoice else None
        if known:
            return known.account
        return news.account or (await self._store.account_of(news.payer) if news.payer else "") or UNMATCHED
