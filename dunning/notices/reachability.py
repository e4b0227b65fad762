"""Which contacts fall silent when services are suspended: a warning that goes to them alone warns nobody afterwards.

A mailbox is inside when its domain is a service's own, one of its aliases, a subdomain of them, or anything else under
the same registered domain (who hosts shop.bakery.example usually hosts the mail of bakery.example, too), or when its
mail is routed to our own mail servers (S3-21). Everything else is outside, free-mail addresses among them (S3-22).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dunning.coverage import DOMAIN, Coverage
from dunning.records.accounts import Contact, Service

EMAIL = "email"
"""The kind of services that carry the mail of their domains."""


@dataclass(frozen=True)
class Net:
    """What is known of names.

    `registered` gives the part of a host name that somebody registers, by the public suffix list. `exchangers` are the
    hosts and addresses that take the mail of a domain; one that is missing is not known, and then the names alone
    decide. `mail_hosts` are our own mail servers. All names are as `host` writes them.
    """

    registered: Callable[[str], str]
    exchangers: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    mail_hosts: frozenset[str] = frozenset()


def host(name: str) -> str:
    """A host name as it is compared: small letters, no dot at the end, `bäcker.example` as `xn--bcker-gra.example`."""
    plain = name.strip().rstrip(".").lower()
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError:  # no host name at all, such as `[192.0.2.1]` with a label that is too long
        return plain


def mail_domain(contact: Contact) -> str:
    """The domain of the contact's mailbox."""
    return host(contact.email.rpartition("@")[2])


def inside(contacts: Iterable[Contact], services: Sequence[Service], covers: Coverage, net: Net) -> tuple[Contact, ...]:
    """The contacts that nobody can write to once the services that it covers are suspended."""
    stopped = _stopped(services, covers)
    running = [service for service in services if service not in stopped and service.kind == EMAIL]
    off, on = _domains(stopped, net), _domains(running, net)
    return tuple(c for c in contacts if stopped and _falls_silent(mail_domain(c), off, on, net))


def outside(contacts: Iterable[Contact], silent: Iterable[Contact]) -> tuple[Contact, ...]:
    """The contacts that can still be written to, in their order: neither inside nor bouncing."""
    addresses = {contact.email for contact in silent}
    return tuple(c for c in _ranked(contacts) if c.email not in addresses and c.bounced_at is None)


def recipients(contacts: Sequence[Contact], silent: Sequence[Contact]) -> tuple[Contact, ...]:
    """Whom a warning goes to (S3-20): the first contact, and the first outside one when the first is inside."""
    first = next((c for c in _ranked(contacts) if c.bounced_at is None), None)
    if first is None:
        return ()
    also = outside(contacts, silent)[:1] if first.email in {each.email for each in silent} else ()
    return (first, *also)


def _ranked(contacts: Iterable[Contact]) -> list[Contact]:
    return sorted(contacts, key=lambda contact: contact.rank)


def _stopped(services: Sequence[Service], covers: Coverage) -> list[Service]:
    """The services that are meant, and those of the same panel user: a panel may suspend the user as a whole.

    A domain name is never switched automatically (S3-31).
    """
    hosted = [service for service in services if service.kind != DOMAIN]
    users = {(s.panel, s.user) for s in covers.of(hosted)}
    return [service for service in hosted if (service.panel, service.user) in users]


def _domains(services: Iterable[Service], net: Net) -> frozenset[str]:
    names = (host(name) for service in services for name in (service.domain, *service.aliases) if name)
    return frozenset(net.registered(name) for name in names)


def _falls_silent(domain: str, off: frozenset[str], on: frozenset[str], net: Net) -> bool:
    """Mail that an e-mail service carries which keeps running goes on, whatever else has the same domain."""
    if net.registered(domain) in on:
        return False
    ours = any(host(exchanger) in net.mail_hosts for exchanger in net.exchangers.get(domain, ()))
    return ours or net.registered(domain) in off
