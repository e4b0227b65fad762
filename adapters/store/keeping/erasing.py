"""Erasing an account: in one transaction, so that it is done or not, whatever dies."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, Table, and_, delete, or_, select, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.customers.accounts import locked_account, note_change, read_account
from adapters.store.database.base import Database
from adapters.store.database.patience import again
from adapters.store.keeping.owned import OWNED, Whose, whose, words_of
from adapters.store.keeping.texts import CHANGED, REMOVED, changes
from adapters.store.tables import accounts, holds, inbound_mails, inbox, invoices, processor_subscriptions, tickets
from dunning.holds import OTHER_SOURCES
from dunning.keeping.obstacles import NOT_ABOUT_MONEY, OVER
from dunning.keeping.words import Words
from dunning.ports.keeping import Erased
from dunning.records.accounts import Account, AccountChange
from dunning.records.credit import UNMATCHED

_TOGETHER = 500


class _Shared(NamedTuple):
    """Where rows of nobody's name it, by their keys; and the keys of other customers' tickets that do."""

    events: Sequence[RowMapping]
    tickets: Sequence[RowMapping]
    elsewhere: tuple[str, ...]


class Erasing(Database):
    """Erase an account, or tell what that would do."""

    async def would_erase(self, account: Account) -> Erased:
        """Count the rows that would be removed or changed, by table. Nothing is written."""
        shared = await self._shared(account.id)
        async with self._writing() as connection:
            counted = await _erase(connection, await whose(connection, account.id), shared)
            await connection.rollback()
        return counted

    async def erase_account(self, before: Account, change: AccountChange) -> Erased | None:
        """Take names, addresses and words away, and keep who did it and when; all or nothing.

        None, changing nothing, when the account is not as it was `before`, or an invoice of it is open by now.
        """
        shared = await self._shared(before.id)
        async with self._writing() as connection:
            its = await whose(connection, before.id)
            for name in sorted(its.ids):
                await locked_account(connection, name)
            now = await read_account(connection, before.id)
            if again() and (now.erased_at, now.erased_by) == (change.at, change.by):
                return Erased({}, ())
            if now != before or await _has_open_invoice(connection, its):
                return None
            done = await _erase(connection, its, shared)
            marked = {"erased_at": change.at, "erased_by": change.by, "exempt_until": None}
            await connection.execute(update(accounts).where(accounts.c.id == before.id).values(marked))
            await note_change(connection, change)
            return done

    async def unhandled_of(self, account: str) -> tuple[str, ...]:
        """Read what of it waits to be handled: webhooks, commands and mails, by their ids."""
        found = list[str]()
        async with self._reading() as connection:
            its = await whose(connection, account)
            for table in (inbox, inbound_mails):
                mine: Any = OWNED[table](its)
                waits = select(table.c.id).where(mine, table.c.outcome == "")
                found += (await connection.execute(waits)).scalars()
        return tuple(sorted(found))

    async def _shared(self, account: str) -> _Shared:
        """Read webhooks that name nobody, and tickets about many; whoever writes meanwhile waits for nothing."""
        events, about_many, elsewhere = list[RowMapping](), list[RowMapping](), list[str]()
        async with self._reading() as connection:
            its = await whose(connection, account)
            words = await words_of(connection, its)
            async for event in _each(connection, inbox, *_UNNAMED):
                events += [event] if words.are_in(event["body"]) else []
            async for ticket in _each(connection, tickets, tickets.c.account.not_in(its.ids)):
                if words.are_in(ticket["subject"]) or words.are_in(ticket["body"]):
                    nobodys = ticket["account"] in ("", UNMATCHED)
                    about_many += [ticket] if nobodys else []
                    elsewhere += [] if nobodys else [ticket["key"]]
        return _Shared(events, about_many, tuple(elsewhere))


_UNNAMED = (inbox.c.invoice == "", inbox.c.account == "", inbox.c.payer == "", inbox.c.outcome != "")


async def _has_open_invoice(connection: AsyncConnection, its: Whose) -> bool:
    runs = select(invoices.c.number).where(invoices.c.account.in_(its.ids), invoices.c.status != "closed")
    return (await connection.execute(runs.limit(1))).first() is not None


async def _erase(connection: AsyncConnection, its: Whose, shared: _Shared) -> Erased:
    words, rows = await words_of(connection, its), Counter[str]()
    rows[inbox.name] += await _change(connection, inbox, shared.events, words)
    for ticket in shared.tickets:
        rows[tickets.name] += await _scrub(connection, ticket, words)
    # Mails first: the notices and tickets that go afterwards say whose they are.
    for table in (inbound_mails, *CHANGED, *REMOVED):
        if table in REMOVED:
            rows[table.name] += (await connection.execute(delete(table).where(_mine(table, its)))).rowcount
        else:
            found = (await connection.execute(select(table).where(_mine(table, its)))).mappings().all()
            rows[table.name] += await _change(connection, table, found, words)
    return Erased(+rows, shared.elsewhere)


_ONLY: dict[Table, ColumnElement[bool]] = {
    inbox: inbox.c.outcome != "",
    inbound_mails: inbound_mails.c.outcome != "",
    tickets: or_(tickets.c.closed_at.is_not(None), tickets.c.kind.in_(NOT_ABOUT_MONEY)),
    holds: holds.c.source.not_in(OTHER_SOURCES),
    processor_subscriptions: processor_subscriptions.c.status.in_(OVER),
}
"""What came since somebody looked whether anything goes on stays: money above all must not be lost."""


def _mine(table: Table, its: Whose) -> Any:
    mine = OWNED[table](its)
    assert mine is not None
    return and_(mine, _ONLY.get(table, true()))


async def _change(connection: AsyncConnection, table: Table, rows: Iterable[RowMapping], words: Words) -> int:
    changed = 0
    for row in rows:
        if values := changes(table, dict(row), words):
            await connection.execute(update(table).where(*_key(table, row)).values(values))
            changed += 1
    return changed


async def _scrub(connection: AsyncConnection, ticket: RowMapping, words: Words) -> int:
    """A ticket about many, as it is now."""
    its = select(tickets.c.subject, tickets.c.body).where(*_key(tickets, ticket)).with_for_update()
    now = (await connection.execute(its)).mappings().first()
    texts = {name: words.taken_from(text) for name, text in now.items()} if now else {}
    if now is None or texts == dict(now):
        return 0
    await connection.execute(update(tickets).where(*_key(tickets, ticket)).values(texts))
    return 1


def _key(table: Table, row: RowMapping) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key]


async def _each(connection: AsyncConnection, table: Table, *which: Any) -> AsyncIterator[RowMapping]:
    """The rows, some at a time, in the order of their keys."""
    key = list(table.primary_key)
    query: Any = select(table).where(*which).order_by(*key).limit(_TOGETHER)
    rows = (await connection.execute(query)).mappings().all()
    while rows:
        for row in rows:
            yield row
        last: Any = tuple(rows[-1][column.name] for column in key)
        rows = (await connection.execute(query.where(tuple_(*key) > last))).mappings().all()
