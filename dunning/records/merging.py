"""Two accounts of one customer that become one: what the account is then, and what its invoices and holds name.

An invoice, or its hold, that is about all services of its account would be about those of the other one from then on.
So it names those that its account has at the merge.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from dunning.coverage import ALL, NONE
from dunning.holds import OTHER_SOURCES, Hold
from dunning.level import strictest
from dunning.records.accounts import Account, Contact, Service


class Merge(NamedTuple):
    """`one` goes into `into`, which is `both` then."""

    one: Account
    into: Account
    both: Account


def merge_of(one: Account, into: Account) -> Merge:
    """Both as one account: name, language, zone, brand and payer of `into`, and all contacts and services.

    A payer that only `one` has is kept, and so are exemptions of `one`: for its services.
    """
    both = into.model_copy(
        update={
            "payer": into.payer or one.payer,
            "old_payers": tuple(sorted({*into.old_payers, *one.old_payers, one.payer} - {"", into.payer or one.payer})),
            "contacts": tuple(_contacts(one, into)),
            "services": tuple(_services(one, into)),
        }
    )
    return Merge(one, into, both)


def pays_for(account: Account, merge: Merge) -> tuple[str, ...]:
    """What an invoice of the account (one of the two) names afterwards that named nothing; empty: nothing still.

    Where the other account has no services nothing changes. NONE stands for an account that had none itself.
    """
    other = merge.into if account is merge.one else merge.one
    return (tuple(each.id for each in account.services) or (NONE,)) if other.services else ()


def held_by_people(holds: Iterable[Hold], merge: Merge) -> tuple[Hold, ...]:
    """Holds of a whole account that a person placed: nobody can tell whether the other's services are meant, too."""
    others = {merge.one.id: merge.into.services, merge.into.id: merge.one.services}
    theirs = (each for each in holds if each.service == ALL and each.source in OTHER_SOURCES)
    return tuple(each for each in theirs if others[each.account])


def of_both(holds: Iterable[Hold], merge: Merge) -> tuple[Hold, ...]:
    """The holds of both accounts as those of one; of two of a service and source the stricter one."""
    found = dict[tuple[str, str], Hold]()
    for hold in (named for each in holds for named in _named(each, merge)):
        key = (hold.service, hold.source)
        level = strictest((hold.level, found.get(key, hold).level))
        found[key] = found.get(key, hold).model_copy(update={"level": level})
    return tuple(found.values())


def same_places(one: Account, into: Account) -> tuple[Service, ...]:
    """Services of `one` that `into` has under another id: one of the two is a mistake."""
    places = {each.place: each.id for each in into.services}
    return tuple(each for each in one.services if places.get(each.place, each.id) != each.id)


def _named(hold: Hold, merge: Merge) -> Iterator[Hold]:
    account = merge.one if hold.account == merge.one.id else merge.into
    services = (pays_for(account, merge) or (ALL,)) if hold.service == ALL else (hold.service,)
    for service in services:
        yield hold.model_copy(update={"account": merge.into.id, "service": service})


def _contacts(one: Account, into: Account) -> Iterator[Contact]:
    """Those of `into` first, each address once: mail came back from it if it did for one of the two."""
    known = {each.email.casefold() for each in into.contacts}
    back = {each.email.casefold(): each for each in one.contacts if each.bounced_at}
    for contact in into.contacts:
        other = back.get(contact.email.casefold()) if contact.bounced_at is None else None
        yield _bounced(contact, other) if other else contact
    more = (each for each in sorted(one.contacts, key=lambda each: each.rank) if each.email.casefold() not in known)
    first = max((each.rank for each in into.contacts), default=-1) + 1
    for rank, contact in enumerate(more, first):
        yield contact.model_copy(update={"account": into.id, "rank": rank})


def _bounced(contact: Contact, other: Contact) -> Contact:
    return contact.model_copy(update={"bounced_at": other.bounced_at, "bounce": other.bounce})


def _services(one: Account, into: Account) -> Iterator[Service]:
    theirs = {each.id: each for each in one.services}
    for service in into.services:
        yield _exempt(service, theirs[service.id], one) if service.id in theirs else service
    known = {each.id for each in into.services}
    for service in one.services:
        if service.id not in known:
            yield _exempt(service, service, one).model_copy(update={"account": into.id})


def _exempt(service: Service, theirs: Service, one: Account) -> Service:
    """As long as it, or its account, was exempt."""
    longest = max((service, theirs, one), key=lambda each: each.exempt_until or date.min)
    said = {name: getattr(longest, name) for name in ("exempt_until", "exempt_by", "exempt_reason")}
    return service.model_copy(update=said)
