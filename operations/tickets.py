"""The tickets: what waits for a person."""

from collections.abc import Iterable
from typing import Protocol

from dunning.ports import tickets as ports
from dunning.ports.accounts import Accounts
from dunning.ports.notices import Notices
from dunning.records.books import Ticket
from dunning.records.mail import NoticeCopy
from operations.payments import known_account


class TicketRecords(Accounts, Notices, ports.Tickets, Protocol):
    """The tickets, whose they are, and what they quote."""


class Tickets:
    """Reads the store only."""

    def __init__(self, store: TicketRecords) -> None:
        self._store = store

    async def of(self, account: str = "") -> tuple[Ticket, ...]:
        """The account's tickets, oldest first; all accounts' when it is empty. Raises NoSuchAccountError."""
        found = await self._store.tickets(account)
        if account and not found:
            await known_account(self._store, account)
        return found

    async def quoted(self, tickets: Iterable[Ticket]) -> dict[str, NoticeCopy | None]:
        """The notices that they quote, by id; None for one that is not in the archive."""
        return {each.notice: await self._store.notice(each.notice) for each in tickets if each.notice}
