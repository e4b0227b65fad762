"""The tickets: what waits for a person, and what somebody has done with it."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.ports import tickets as ports
from dunning.ports.accounts import Accounts
from dunning.ports.notices import Notices
from dunning.records.mail import NoticeCopy
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import Ticket
from operations.errors import MergedAccountError, RefusedError
from operations.money.payments import known_account


class TicketRecords(Accounts, Notices, ports.Tickets, Protocol):
    """The tickets, whose they are, and what they quote."""


class Closing(NamedTuple):
    """The tickets that were asked for as they are now, in that order, and the keys of those that were open before."""

    tickets: tuple[Ticket, ...]
    fresh: tuple[str, ...]


class TicketList:
    """Reads and writes the store only. `clock` is the wall's."""

    def __init__(self, store: TicketRecords, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def of(self, account: str = "", kind: TicketKind | None = None) -> tuple[Ticket, ...]:
        """The account's tickets, oldest first, open and closed, of all kinds or of one; all accounts' when it is empty.

        Raises NoSuchAccountError.
        """
        found = await self._store.tickets(account)
        if account and not found:
            with suppress(MergedAccountError):  # its tickets are found by the old id, too
                await known_account(self._store, account)
        return tuple(each for each in found if kind in (None, each.kind))

    async def quoted(self, tickets: Iterable[Ticket]) -> dict[str, NoticeCopy | None]:
        """The notices that they quote, by id; None for one that is not in the archive."""
        return {each.notice: await self._store.notice(each.notice) for each in tickets if each.notice}

    async def close(self, keys: Collection[str], by: str, reason: str) -> Closing:
        """Close these tickets, all or none. Safe to repeat: one that is closed stays as it was closed first.

        Raises RefusedError when nobody says who or why, and for a key that no ticket has.
        """
        for field, words in (("by", by), ("reason", reason)):
            if not words.strip():
                raise RefusedError("it must not be empty", field=field)
        await self._known(keys)
        fresh = await self._store.close_tickets(keys, self._clock(), by.strip(), reason.strip())
        return Closing(await self._known(keys), fresh)

    async def _known(self, keys: Collection[str]) -> tuple[Ticket, ...]:
        found = {key: await self._store.ticket(key) for key in keys}
        if unknown := [key for key, ticket in found.items() if ticket is None]:
            raise RefusedError("there is no such ticket, so none was closed", about=", ".join(map(repr, unknown)))
        return tuple(ticket for ticket in found.values() if ticket)
