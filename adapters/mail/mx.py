"""Who takes the mail of a domain, asked of the DNS. Only an operator who names their own mail servers needs it."""

import asyncio
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.nameserver import Do53Nameserver
from dns.rdtypes.ANY.MX import MX
from dns.resolver import NXDOMAIN, NoAnswer

AT_ONCE = 10
log = structlog.stdlib.get_logger("reprieve.exchangers")


class Exchangers:
    """Asks for MX, A and AAAA records, each question with a patience of `seconds`.

    `servers` are addresses of name servers, with a port if it is not 53 (`192.0.2.1:5353`); without them the system's
    are asked. Raises ValueError for what is no such address.
    """

    def __init__(self, seconds: float, servers: Sequence[str] = ()) -> None:
        self._resolver = Resolver(configure=not servers)
        if servers:
            self._resolver.nameservers = [_name_server(each) for each in servers]
        self._seconds = seconds
        self._busy = asyncio.Semaphore(AT_ONCE)

    async def of(self, domain: str) -> tuple[str, ...]:
        """The hosts that mail for the domain goes to first, with their addresses; empty when it is not known.

        Without an MX record it is the domain itself (RFC 5321, section 5.1). A DNS that does not answer is no reason to
        wait: then the names alone have to decide. Never raises for what the DNS says or does not say.
        """
        literal = _literal(domain)
        if literal:
            return (literal,)
        try:
            async with self._busy:
                hosts = await self._first_exchangers(domain)
                addresses = [await self._addresses(each) for each in hosts]
        except (DNSException, OSError) as error:
            log.warning("who takes the mail is not known: the names alone decide", reason=type(error).__name__)
            return ()
        return tuple(dict.fromkeys([*hosts, *(one for several in addresses for one in several)]))

    async def _first_exchangers(self, domain: str) -> list[str]:
        records = [each for each in await self._ask(domain, "MX") if isinstance(each, MX)]
        best = min((each.preference for each in records), default=0)
        hosts = [str(each.exchange).rstrip(".").lower() for each in records if each.preference == best]
        return [each for each in hosts if each] if records else [domain]

    async def _addresses(self, name: str) -> list[str]:
        return [str(each) for kind in ("A", "AAAA") for each in await self._ask(name, kind)]

    async def _ask(self, name: str, kind: str) -> Iterable[object]:
        """The records; none when there are none. Raises DNSException when nobody could be asked."""
        try:
            return list(await self._resolver.resolve(name, kind, lifetime=self._seconds, search=False))
        except (NoAnswer, NXDOMAIN):
            return ()


def _name_server(written: str) -> Do53Nameserver:
    """`192.0.2.1`, `192.0.2.1:5353` or `[2001:db8::1]:5353`."""
    place = urlsplit(f"//{written}")
    return Do53Nameserver(str(ip_address(place.hostname or "")), place.port or 53)


def _literal(domain: str) -> str:
    """The address of a mailbox such as `billing@[192.0.2.1]`; empty for a name."""
    try:
        return str(ip_address(domain.strip("[]").removeprefix("ipv6:"))) if domain.startswith("[") else ""
    except ValueError:
        return ""
