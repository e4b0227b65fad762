"""Which contacts an account could not be written to any more: the public suffix list and the DNS behind one port."""

import asyncio
from collections.abc import Iterable
from functools import cache

from publicsuffixlist import PublicSuffixList

from adapters.mail.mx import Exchangers
from adapters.settings.settings import Settings
from dunning.coverage import EVERYTHING, Coverage
from dunning.notices.reachability import Net, host, inside, mail_domain
from dunning.records.accounts import Account, Contact


class MailReach:
    """Fits `dunning.ports.companies.Reach`. `mail_hosts` are names or addresses of our servers; with none, no DNS."""

    def __init__(self, mail_hosts: Iterable[str] = (), exchangers: Exchangers | None = None) -> None:
        self._mail_hosts = frozenset(host(each) for each in mail_hosts)
        self._exchangers = exchangers

    async def inside(self, account: Account, covers: Coverage = EVERYTHING) -> tuple[Contact, ...]:
        """The contacts that fall silent when the account's services that it covers are suspended."""
        domains = sorted({mail_domain(contact) for contact in account.contacts})
        found: dict[str, tuple[str, ...]] = {}
        if self._mail_hosts and self._exchangers and account.services:
            answers = await asyncio.gather(*(self._exchangers.of(domain) for domain in domains))
            found = dict(zip(domains, answers, strict=True))
        return inside(account.contacts, account.services, covers, Net(registered, found, self._mail_hosts))


def registered(name: str) -> str:
    """The part of a host name that somebody registers; the name itself when it is a public suffix."""
    return _suffixes().privatesuffix(name) or name


@cache
def _suffixes() -> PublicSuffixList:
    """The list that comes with the package: nothing is fetched."""
    return PublicSuffixList()


def reach_from(settings: Settings) -> MailReach:
    """What the settings ask for; without `mail_hosts` no question ever goes to the DNS."""
    asked = Exchangers(settings.dns_seconds, settings.dns_servers) if settings.mail_hosts else None
    return MailReach(settings.mail_hosts, asked)
