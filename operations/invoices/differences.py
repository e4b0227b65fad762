"""In what a row of a file differs from what is known: it changes nothing that is known, and that has to be said."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from dunning.case.case import Case
from dunning.policy.plan import Invoice
from dunning.ports.invoices import Invoices
from dunning.records.accounts import Account, Service
from dunning.records.books import KnownInvoice
from dunning.records.open_case import OpenCase
from operations.cases.last_seen import last_seen
from operations.cases.look import as_closed
from operations.invoices.new_invoice import NewInvoice, services_of
from operations.invoices.new_line import as_lines


class KnownCases(Invoices, Protocol):
    """What is known of invoices, and what was last seen of their cases."""

    async def open_case(self, number: str) -> OpenCase | None:
        """One row of the table of open cases."""
        ...


class KnownFacts(NamedTuple):
    """An invoice as it is known; `invoice` is None when nothing tells at once what it was started with."""

    known: KnownInvoice
    invoice: Invoice | None


async def known_facts(store: KnownCases, known: KnownInvoice | None) -> KnownFacts | None:
    """All that is known of it; None for one that is not known."""
    if known is None:
        return None
    case = await _case(store, known.number)
    return KnownFacts(known, case.invoice if case else None)


async def _case(store: KnownCases, number: str) -> Case | None:
    if seen := last_seen(await store.open_case(number)):
        return seen
    books = await store.ledger(number)
    return as_closed(books.order) if books else None


def other_account(new: NewInvoice, known: KnownInvoice | None) -> str:
    """Why an invoice cannot be of the account that it names; empty when it can."""
    if known is None or known.account == new.account:
        return ""
    return f"differs: account; it is an invoice of the account {known.account!r}"


def differences(new: NewInvoice, known: KnownFacts | None, account: Account) -> tuple[str, ...]:
    """The names, as in a file, of what it says otherwise. What it does not say, or nobody knows, differs in nothing."""
    said = [*(_of_invoice(new, known) if known else ()), *_of_account(new, account)]
    return tuple(name for name in _ORDER if name in said)


_ORDER = (
    "customer", "email", "amount", "due", "policy", "zone", "locale", "paid_through", "renews", "payer",
    "brand", "services", "pays_for", "lines",
)  # fmt: skip


def _of_invoice(new: NewInvoice, facts: KnownFacts) -> Iterator[str]:
    known, invoice = facts
    yield from (name for name in ("due", "policy") if getattr(new, name) != getattr(known, name))
    if invoice is None:
        return
    for name in ("amount", "paid_through", "renews"):
        if getattr(new, name) and getattr(new, name) != getattr(invoice, name):
            yield name
    if new.pays_for and set(new.pays_for) != set(invoice.pays_for):
        yield "pays_for"
    if new.lines and as_lines(new.lines) != invoice.lines:
        yield "lines"


def _of_account(new: NewInvoice, known: Account) -> Iterator[str]:
    pairs = (
        ("customer", new.customer, known.name),
        ("zone", new.zone, known.zone),
        ("locale", new.locale if "locale" in new.model_fields_set else "", known.locale),
        ("payer", new.payer, known.payer),
        ("brand", new.brand, known.brand),
    )
    yield from (name for name, said, have in pairs if said and said != have)
    if not {*new.emails} <= {contact.email for contact in known.contacts}:
        yield "email"
    have = {name: service for service in known.services for name in (service.place, service.id)}
    if any(_differs(service, have.get(service.id)) for service in services_of(new)):
        yield "services"


def _differs(said: Service, known: Service | None) -> bool:
    told = (name for name in ("domain", "aliases", "site", "probe") if getattr(said, name))
    return known is None or any(getattr(said, name) != getattr(known, name) for name in told)
