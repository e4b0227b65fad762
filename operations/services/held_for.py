"""Other invoices of an account that keep its services restricted: what receipts and pages of paid invoices say."""

from typing import Protocol

from dunning.case.orders import HeldFor
from dunning.coverage import ALL, NONE
from dunning.level import Level
from dunning.ports.holds import Holds
from dunning.ports.invoices import Invoices
from dunning.records.accounts import Account
from dunning.services.hold_reasons import Category, category


class HoldsOfInvoices(Holds, Invoices, Protocol):
    """What restricts an account, and the invoices for which it does."""


async def held_for(store: HoldsOfInvoices, account: Account, invoice: str) -> tuple[HeldFor, ...]:
    """Those beside `invoice`, as they are now; one that its policy has closed is not payable. Raises StoreOutageError.

    A warning at login restricts nothing.
    """
    found = dict[str, list[str]]()
    for hold in await store.holds(account.id):
        restricts = hold.level.rank > Level.WARNED.rank and hold.service != NONE and hold.source != invoice
        if restricts and category(hold.source) is Category.NON_PAYMENT:
            found.setdefault(hold.source, []).append(hold.service)
    others = list[HeldFor]()
    for number, services in sorted(found.items()):
        known = await store.invoice(number)
        if known and known.status in ("open", "void"):
            named = () if ALL in services else tuple(services)
            others.append(HeldFor(invoice=number, services=named, payable=known.status == "open"))
    return tuple(others)
