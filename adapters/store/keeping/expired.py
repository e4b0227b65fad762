"""Which rows have been kept long enough: they ended before an instant, and nothing needs them any more."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, exists, select

from adapters.store.tables import (
    closed_ledgers,
    consequences,
    holds,
    inbound_mails,
    inbox,
    invoices,
    notices,
    outages,
    tickets,
    windows,
)
from dunning.keeping.kinds import Kind


class Expired(NamedTuple):
    """Rows of a table, and the column by which the oldest come first."""

    table: Table
    ended: ColumnElement[Any]
    needed: ColumnElement[bool]
    """What else has to be so."""

    def before(self, instant: datetime) -> ColumnElement[bool]:
        """Whether a row may go that ended before that."""
        return and_(self.ended < instant, self.needed)


def expired(kind: Kind, instant: datetime) -> Iterator[Expired]:
    """The tables of a kind."""
    match kind:
        case Kind.MAILS:
            mail = inbound_mails.c
            waits = exists().where(tickets.c.key == mail.ticket, tickets.c.closed_at.is_(None))
            about = exists().where(notices.c.id == mail.notice, _runs(notices.c.invoice))
            yield Expired(inbound_mails, mail.at, and_(mail.outcome > "", ~waits, ~about))
        case Kind.INBOX:
            yield Expired(inbox, inbox.c.at, and_(inbox.c.outcome > "", ~_runs(inbox.c.invoice)))
        case Kind.NOTICES:
            its = notices.c
            lately = exists().where(closed_ledgers.c.invoice == its.invoice, closed_ledgers.c.closed_at >= instant)
            quoted = select(tickets.c.notice).where(tickets.c.closed_at.is_(None))
            yield Expired(notices, its.at, and_(~_runs(its.invoice), ~lately, its.id.not_in(quoted)))
        case Kind.BOOKS:
            books = closed_ledgers.c
            closed = exists().where(invoices.c.number == books.invoice, invoices.c.status == "closed")
            held = select(holds.c.source)
            yield Expired(closed_ledgers, books.closed_at, and_(closed, books.invoice.not_in(held)))
        case Kind.TICKETS:
            yield Expired(tickets, tickets.c.closed_at, ~_runs(tickets.c.invoice))
        case Kind.CONSEQUENCES:
            yield Expired(consequences, consequences.c.at, ~_runs(consequences.c.invoice))
        case Kind.WINDOWS:
            yield Expired(windows, windows.c.until, windows.c.id != "")
            yield Expired(outages, outages.c.seen, outages.c.until < instant)


def _runs(invoice: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the invoice of that number is one whose case has not ended."""
    return exists().where(invoices.c.number == invoice, invoices.c.status != "closed")
