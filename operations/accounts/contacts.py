"""The addresses of an account as a person changes them: added, removed, put in order, written to again."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from dunning.records.accounts import Contact
from operations.errors import RefusedError


class ContactChanges(NamedTuple):
    """Addresses, however their letters are written. `order` are those that come first, in their order."""

    add: Sequence[str] = ()
    remove: Sequence[str] = ()
    order: Sequence[str] = ()
    lift_bounce: Sequence[str] = ()


def changed_contacts(account: str, before: Sequence[Contact], asked: ContactChanges) -> tuple[Contact, ...]:
    """The contacts afterwards, ranked from 0 without a gap: two of one rank would get one copy of a notice together.

    Raises RefusedError for an address that is to be added and is there, or the other way round, and for one whose mail
    does not come back.
    """
    contacts = [each for each in before if each not in _named(before, asked.remove, "remove_contact", account)]
    for email in asked.add:
        if _of(email, contacts):
            raise RefusedError(f"account {account!r} has the contact {email!r} already", field="add_contact")
        contacts.append(Contact(account=account, email=email))
    back = _named(contacts, asked.lift_bounce, "lift_bounce", account)
    if good := [each.email for each in back if each.bounced_at is None]:
        raise RefusedError(f"mail to {good[0]!r} does not come back, so there is no mark to lift", field="lift_bounce")
    contacts = [
        each.model_copy(update={"bounced_at": None, "bounce": ""}) if each in back else each for each in contacts
    ]
    first = _named(contacts, asked.order, "contact_order", account)
    contacts = [*first, *(each for each in contacts if each not in first)]
    return tuple(each.model_copy(update={"rank": rank}) for rank, each in enumerate(contacts))


def still_to_do(before: Sequence[Contact], asked: ContactChanges, told_before: Collection[str]) -> ContactChanges:
    """What is asked for and not so already. `told_before` are the lines of earlier changes, as `told` writes them.

    That an address is gone says nothing alone: it may be mistyped. That one like it was taken away here does.
    """
    known = {line.casefold() for line in told_before}

    def gone(email: str) -> bool:
        return _of(email, before) is None and f"contact {email.strip()} removed".casefold() in known

    def written_to_again(email: str) -> bool:
        contact, line = _of(email, before), f"contact {email.strip()} is written to again;".casefold()
        return contact is not None and contact.bounced_at is None and any(each.startswith(line) for each in known)

    def there(email: str) -> bool:
        return _of(email, before) is not None and email not in asked.remove

    return asked._replace(
        add=[each for each in asked.add if not there(each)],
        remove=[each for each in asked.remove if not gone(each)],
        lift_bounce=[each for each in asked.lift_bounce if not written_to_again(each)],
    )


def told(before: Sequence[Contact], after: Sequence[Contact]) -> tuple[str, ...]:
    """What changed, a line each."""
    was, now = {each.email: each for each in before}, {each.email: each for each in after}
    lines = [f"contact {email} removed" for email in was if email not in now]
    lines += [f"contact {email} added" for email in now if email not in was]
    lines += [
        f"contact {email} is written to again; its mail had come back: {each.bounce or 'for an unknown reason'}"
        for email, each in was.items()
        if each.bounced_at and email in now and not now[email].bounced_at
    ]
    if [email for email in was if email in now] != [email for email in now if email in was]:
        lines.append(f"contacts in the order {', '.join(now)}")
    return tuple(lines)


def _of(email: str, contacts: Sequence[Contact]) -> Contact | None:
    return next((each for each in contacts if each.email.casefold() == email.strip().casefold()), None)


def _named(contacts: Sequence[Contact], emails: Sequence[str], field: str, account: str) -> list[Contact]:
    found = list[Contact]()
    for email in emails:
        contact = _of(email, contacts)
        if contact is None:
            has = f"it has {', '.join(each.email for each in contacts)}" if contacts else "it has none"
            raise RefusedError(f"account {account!r} has no contact {email!r}; {has}", field=field)
        if contact in found:
            raise RefusedError(f"{email!r} stands there twice", field=field)
        found.append(contact)
    return found
