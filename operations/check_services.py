"""Checking, before a file is opened, that each invoice pays for services that its account has, or will have by then."""

from collections.abc import Iterable

from dunning.ports.accounts import Accounts
from dunning.records.accounts import Account
from operations.new_invoice import account_of, unknown_services
from operations.open_many import Checked


class CheckServices:
    """Reads the store only, and only for accounts of invoices that name services."""

    def __init__(self, store: Accounts) -> None:
        self._store = store

    async def refused(self, invoices: Iterable[Checked]) -> dict[int, str]:
        """Why an invoice cannot be opened, by its place. An earlier one of the account may bring the service."""
        rows, refused, accounts = list(invoices), dict[int, str](), dict[str, Account | None]()
        naming = {each.new.account for each in rows if each.new.pays_for}
        for each in (row for row in rows if row.new.account in naming):
            name = each.new.account
            known = accounts[name] if name in accounts else await self._account(name)
            would_be = account_of(each.new, known)
            if wrong := unknown_services(each.new.pays_for, would_be):
                refused[each.place] = f"pays_for: {wrong}"
            accounts[name] = known if wrong else would_be
        return refused

    async def _account(self, name: str) -> Account | None:
        try:
            return await self._store.account(name)
        except LookupError:
            return None
