"""What the rows of a file say of their account: the account as it would be, and rows that contradict each other."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from dunning.records.accounts import Account, Contact, Service
from operations.invoices.new_invoice import NewInvoice, services_of

_SAID: Mapping[str, Callable[[NewInvoice], str]] = {
    "customer": lambda new: new.customer,
    "locale": lambda new: new.locale if "locale" in new.model_fields_set else "",
    "zone": lambda new: new.zone or "",
    "payer": lambda new: new.payer,
    "brand": lambda new: new.brand,
}
"""By a row's own names; an empty value says nothing."""
_REACHED = ("domain", "aliases", "site", "probe")


def contradictions(rows: Sequence[NewInvoice]) -> tuple[str, ...]:
    """The names, as in a file, of what the rows of one account say differently."""
    return tuple(name for name, said in _SAID.items() if len({said(row) for row in rows} - {""}) > 1)


def as_said(before: Account, rows: Sequence[NewInvoice]) -> Account:
    """The account with all that its rows say.

    Its contacts are those that the rows name, in their order; rows that name none say nothing of them. New services are
    left to whoever opens the invoices.
    """
    update = dict[str, object]()
    for name, said in _SAID.items():
        if value := next((text for row in rows if (text := said(row))), ""):
            update["name" if name == "customer" else name] = value
    if emails := _emails(rows):
        update["contacts"] = tuple(_contacts(before, emails))
    services = {service.id: service for row in rows for service in services_of(row)}
    update["services"] = tuple(
        _told(each, services.get(each.place) or services.get(each.id)) for each in before.services
    )
    return before.model_copy(update=update)


def _emails(rows: Iterable[NewInvoice]) -> list[str]:
    """Each address once, however its letters are written."""
    named = {email.casefold(): email for row in reversed(list(rows)) for email in reversed(row.emails)}
    return list(reversed(named.values()))


def _contacts(before: Account, emails: Sequence[str]) -> Iterable[Contact]:
    known = {each.email.casefold(): each for each in before.contacts}
    for rank, email in enumerate(emails):
        contact = known.get(email.casefold()) or Contact(account=before.id, email=email)
        yield contact.model_copy(update={"rank": rank, "email": email})


def _told(known: Service, said: Service | None) -> Service:
    update = {name: value for name in _REACHED if said and (value := getattr(said, name))}
    return known.model_copy(update=update)
