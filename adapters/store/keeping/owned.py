"""Whose each table's rows are: one line a table, and no table without one."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.customers.owners import of_account
from adapters.store.tables import (
    account_changes,
    accounts,
    audit,
    carried,
    charge_attempts,
    closed_ledgers,
    consents,
    consequences,
    contacts,
    counted,
    credits_,
    effects,
    ended_links,
    holds,
    inbound_mails,
    inbox,
    invoices,
    notices,
    open_cases,
    outages,
    payers,
    processor_sales,
    processor_subscriptions,
    put_off,
    reached,
    renewals,
    series,
    services,
    staff,
    subscriptions,
    taken_back,
    tickets,
    windows,
)
from dunning.keeping.words import ERASED, Words


class Whose(NamedTuple):
    """An account: the ids under which its rows were written, its payers at the gateway, and its addresses.

    A payer or an address that another account has, too, tells nobody apart, and is none of these.
    """

    account: str
    ids: tuple[str, ...]
    payers: tuple[str, ...]
    emails: tuple[str, ...]


async def whose(connection: AsyncConnection, account: str) -> Whose:
    """Read it: with what was merged into it, and every address that it has or was written to."""
    its = select(accounts.c.id).where(of_account(accounts.c.id, account)).order_by(accounts.c.id)
    ids = tuple((await connection.execute(its)).scalars())
    known = select(contacts.c.email).where(contacts.c.account.in_(ids))
    sent = select(notices.c.recipient).where(notices.c.account.in_(ids))
    emails = {each.lower() for each in (await connection.execute(known.union(sent))).scalars()} - {""}
    others = select(func.lower(contacts.c.email)).where(contacts.c.account.not_in(ids))
    emails -= set((await connection.execute(others.where(func.lower(contacts.c.email).in_(emails)))).scalars())
    paid_by = set((await connection.execute(select(payers.c.payer).where(payers.c.account.in_(ids)))).scalars())
    shared = select(payers.c.payer).where(payers.c.account.not_in(ids), payers.c.payer.in_(paid_by))
    paid_by -= set((await connection.execute(shared)).scalars())
    return Whose(account, ids, tuple(sorted(paid_by)), tuple(sorted(emails)))


async def words_of(connection: AsyncConnection, its: Whose) -> Words:
    """Read what it is known by, and was: names, addresses, services and their places, ids at the gateway."""
    found = {*its.payers, *its.emails}
    for column, owner in (
        (accounts.c.name, accounts.c.id),
        (closed_ledgers.c.customer, closed_ledgers.c.account),
        (contacts.c.email, contacts.c.account),
        (notices.c.recipient, notices.c.account),
    ):
        found |= set((await connection.execute(select(column).where(owner.in_(its.ids)).distinct())).scalars())
    for row in (await connection.execute(select(services).where(services.c.account.in_(its.ids)))).mappings():
        place = f"{row['panel']}:{row['user']}:{row['kind']}"
        found |= {row["id"], place, row["user"], row["domain"], row["site"], row["probe"], *row["aliases"]}
    return Words(found - {ERASED})


Rows = Callable[[Whose], ColumnElement[bool] | None]


def _of(table: Table) -> Rows:
    return lambda its: table.c.account.in_(its.ids)


def _of_invoice(table: Table) -> Rows:
    return lambda its: table.c.invoice.in_(_numbers(its))


def _nobodys(_its: Whose) -> None:
    return None


def _numbers(its: Whose) -> Any:
    return select(invoices.c.number).where(invoices.c.account.in_(its.ids))


def _renewals(its: Whose) -> ColumnElement[bool]:
    theirs = select(subscriptions.c.id).where(subscriptions.c.account.in_(its.ids))
    return or_(renewals.c.subscription.in_(theirs), renewals.c.invoice.in_(_numbers(its)))


def _inbox(its: Whose) -> ColumnElement[bool]:
    """By the invoice; where none is named, by the account; where that is not, either, by the payer."""
    event = inbox.c
    of_payer = and_(event.account == "", event.payer.in_(its.payers))
    unnamed = and_(event.invoice == "", or_(event.account.in_(its.ids), of_payer))
    return or_(event.invoice.in_(_numbers(its)), unnamed)


def _mails(its: Whose) -> ColumnElement[bool]:
    """About its notices, or in its tickets; or from its addresses, and about nobody else's."""
    mail = inbound_mails.c
    about = select(notices.c.id).where(notices.c.account.in_(its.ids))
    work = select(tickets.c.key).where(tickets.c.account.in_(its.ids))
    of_others = select(tickets.c.key).where(tickets.c.account.not_in(("", *its.ids)))
    from_it = and_(func.lower(mail.sender).in_(its.emails), mail.notice == "", mail.ticket.not_in(of_others))
    return or_(mail.notice.in_(about), mail.ticket.in_(work), from_it)


OWNED: dict[Table, Rows] = {
    accounts: lambda its: accounts.c.id.in_(its.ids),
    **{
        table: _of(table)
        for table in (
            payers, account_changes, contacts, services, holds, effects, consents, subscriptions, invoices, credits_,
            carried, processor_subscriptions, processor_sales, closed_ledgers, charge_attempts, open_cases, notices,
            tickets, consequences, put_off,
        )
    },
    **{table: _of_invoice(table) for table in (counted, taken_back, reached, ended_links)},
    renewals: _renewals,
    inbox: _inbox,
    inbound_mails: _mails,
    **dict.fromkeys((audit, series, staff, windows, outages), _nobodys),
}  # fmt: skip
"""Which of a table's rows are the account's; None: they are nobody's. Whoever adds a table says it here."""
