"""The tickets: what waits for a person."""

from collections.abc import Iterable
from typing import Protocol

from dunning.ports import tickets as ports
from dunning.ports.accounts import Accounts
from dunning.ports.notices import Notices
from dunning.records.mail import NoticeCopy
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import Ticket
from operations.payments import known_account


class TicketRecords(Accounts, Notices, ports.Tickets, Protocol):
    """The tickets, whose they are, and what they quote."""


class TicketList:
    """Reads the store only."""

    def __init__(self, store: TicketRecords) -> None:
        self._store = store

    async def of(self, account: str = "", kind: TicketKind | None = None) -> tuple[Ticket, ...]:
        """The account's tickets, oldest first, of all kinds or of one; all accounts' when `account` is empty.

        Raises NoSuchAccountError.
        """
        found = await self._store.tickets(account)
        if account and not found:
            await known_account(self._store, account)
        return tuple(each for each in found if kind in (None, each.kind))

    async def quoted(self, tickets: Iterable[Ticket]) -> dict[str, NoticeCopy | None]:
        """The notices that they quote, by id; None for one that is not in the archive."""
        return {each.notice: await self._store.notice(each.notice) for each in tickets if each.notice}
