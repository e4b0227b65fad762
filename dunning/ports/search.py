"""Looking for customers by whatever somebody has of them: a part of a name, an address, a domain, a number."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from dunning.ports.closed_cases import ClosedCases
from dunning.records.open_case import OpenCase

What = Literal["invoice", "account", "customer", "mail", "domain", "user"]
"""Of which kind a value is: `user` is the login of a service at its panel."""


class Named(NamedTuple):
    """A value of an account, or of one `invoice` of it (empty: of the account as a whole)."""

    what: What
    value: str
    account: str
    invoice: str = ""


class Search(ClosedCases, Protocol):
    """All that people know customers by. Who reads it looks; nothing is decided by it."""

    async def named(self, wanted: Callable[[str], bool]) -> list[Named]:
        """Every value that is wanted, of all accounts and of all invoices, open and closed."""
        ...

    async def open_cases_of(
        self, now: datetime, accounts: Collection[str], numbers: Collection[str]
    ) -> tuple[OpenCase, ...]:
        """The rows of the table of open cases of these accounts, and of these numbers; snapshots as in `open_cases`."""
        ...
