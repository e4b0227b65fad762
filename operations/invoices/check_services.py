"""Checking, before a file is opened, that each invoice fits its account: the services it pays for, and the brand."""

from collections.abc import Iterable

from dunning.ports.accounts import Accounts
from dunning.records.accounts import Account
from operations.invoices.new_invoice import NewInvoice, account_of, other_brand, unknown_services
from operations.invoices.opened_many import Checked


class CheckServices:
    """Reads the store only, and only for accounts of invoices that name services or a brand."""

    def __init__(self, store: Accounts) -> None:
        self._store = store

    async def refused(self, invoices: Iterable[Checked], *, update: bool = False) -> dict[int, str]:
        """Why an invoice cannot be opened, by its place. An earlier one of the account may bring the service.

        `update`: the account gets the brand that the row names.
        """
        rows, refused, accounts = list(invoices), dict[int, str](), dict[str, Account | None]()
        naming = {each.new.account for each in rows if each.new.pays_for or each.new.brand}
        for each in (row for row in rows if row.new.account in naming):
            name = each.new.account
            known = accounts[name] if name in accounts else await self._account(name)
            would_be = account_of(each.new, known)
            wrong = _wrong(each.new, None if update else known, would_be)
            if wrong:
                refused[each.place] = wrong
            accounts[name] = known if wrong else would_be
        return refused

    async def _account(self, name: str) -> Account | None:
        try:
            return await self._store.account(name)
        except LookupError:
            return None


def _wrong(new: NewInvoice, known: Account | None, would_be: Account) -> str:
    if known and (wrong := other_brand(new, known)):
        return f"brand: {wrong}"
    wrong = unknown_services(new.pays_for, would_be)
    return f"pays_for: {wrong}" if wrong else ""
