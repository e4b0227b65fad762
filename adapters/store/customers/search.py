"""Looking for customers: the values are compared here, because the databases know no other letters than A to Z.

(SQLite's `lower` does not, and neither does PostgreSQL's in the collation that sorts alike everywhere.)
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import RowMapping, Select, select

from adapters.store.database.base import Database
from adapters.store.tables import accounts, closed_ledgers, contacts, invoices, open_cases, services
from dunning.ports.search import Named


class Search(Database):
    """Read what people know customers by."""

    async def named(self, wanted: Callable[[str], bool]) -> list[Named]:
        """Read every value that is wanted, of all accounts and invoices."""
        found = list[Named]()
        async with self._reading() as connection:
            for query, names in _all():
                for row in (await connection.execute(query)).mappings():
                    found += (each for each in names(row) if wanted(each.value))
            merged = await connection.execute(select(accounts.c.id, accounts.c.merged_into))
            now = {old: into for old, into in merged if into}
        return [each._replace(account=now.get(each.account, each.account)) for each in found]


def _of_account(row: RowMapping) -> Iterator[Named]:
    yield Named("account", row["id"], row["id"])
    yield Named("customer", row["name"], row["id"])


def _of_contact(row: RowMapping) -> Iterator[Named]:
    yield Named("mail", row["email"], row["account"])


def _of_service(row: RowMapping) -> Iterator[Named]:
    yield Named("user", row["user"], row["account"])
    for domain in (row["domain"], *row["aliases"]):
        yield Named("domain", domain, row["account"])


def _of_invoice(row: RowMapping) -> Iterator[Named]:
    yield Named("invoice", row["number"], row["account"], row["number"])


def _of_case(row: RowMapping) -> Iterator[Named]:
    yield Named("customer", row["customer"], row["account"], row["number"])


def _all() -> Iterator[tuple[Select[*tuple[Any, ...]], Callable[[RowMapping], Iterator[Named]]]]:
    """Each query, and how its rows are read."""
    yield select(accounts.c.id, accounts.c.name), _of_account
    yield select(contacts.c.account, contacts.c.email), _of_contact
    yield select(services.c.account, services.c.user, services.c.domain, services.c.aliases), _of_service
    yield select(invoices.c.number, invoices.c.account), _of_invoice
    yield select(open_cases.c.number, open_cases.c.account, open_cases.c.customer), _of_case
    closed = closed_ledgers.c
    yield select(closed.invoice.label("number"), closed.account, closed.customer), _of_case
