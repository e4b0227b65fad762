"""How many connections are open, in all and of one client; and who goes when one more comes."""

from collections import Counter
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Protocol

from portal.http.limits import Limits, Networks

_ONE_LINE = 64
"""Bits of an IPv6 network that one customer has: to count single addresses of it would count nothing."""


class Guest(Protocol):
    """A connection."""

    def give_way(self) -> None:
        """Another one needs the place: it is gone from the room already."""
        ...


class Room:
    """Who is waited for (no request of theirs is whole) goes first when the room is full, the longest-waiting one.

    So half-open requests from a thousand addresses keep nobody out whose request comes at once.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._client_of: dict[Guest, str] = {}
        self._of_client: Counter[str] = Counter()
        self._waited_for: dict[Guest, None] = {}

    def enter(self, guest: Guest, address: str) -> str:
        """Let it in, or say why not (empty: it is in). It is waited for from now on."""
        client, limits = client_of(address), self._limits
        if self._of_client[client] >= limits.per_address and not is_one_of(address, limits.proxies):
            return "too many connections from one address"
        if len(self._client_of) >= limits.connections and not self._made_way():
            return "too many connections"
        self._client_of[guest] = client
        self._of_client[client] += 1
        self._waited_for[guest] = None
        return ""

    def leave(self, guest: Guest) -> None:
        """It is gone. May be said twice."""
        client = self._client_of.pop(guest, None)
        self._waited_for.pop(guest, None)
        if client is None:
            return
        self._of_client[client] -= 1
        if not self._of_client[client]:
            del self._of_client[client]

    def is_answered(self, guest: Guest) -> None:
        """Its request is whole: it keeps its place until the answer is there."""
        self._waited_for.pop(guest, None)

    def waits(self, guest: Guest) -> None:
        """It had its answer, or is to go: it is waited for from now on."""
        self._waited_for.pop(guest, None)
        if guest in self._client_of:
            self._waited_for[guest] = None

    def _made_way(self) -> bool:
        oldest = next(iter(self._waited_for), None)
        if oldest is None:
            return False
        self.leave(oldest)
        oldest.give_way()
        return True


def client_of(address: str) -> str:
    """Who is counted as one: an IPv4 address, or the IPv6 network that one customer has."""
    bare = _bare(address)
    return str(ip_network((bare, _ONE_LINE), strict=False)) if isinstance(bare, IPv6Address) else str(bare)


def is_one_of(address: str, networks: Networks) -> bool:
    """Whether the address lies in one of the networks."""
    return any(_bare(address) in network for network in networks)


def _bare(address: str) -> object:
    found = ip_address(address.partition("%")[0])
    return getattr(found, "ipv4_mapped", None) or found
