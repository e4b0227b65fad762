"""Which addresses customers may have us talk to: public ones, and those that the operator allows besides.

A customer chooses where a site, its redirects and its name's address lie. Sent to our own network, we would call what
trusts us there, and tell what it answered.
"""

import socket
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import unquote, urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_KINDS = tuple(
    (ip_network(network), kind)
    for kind, networks in (
        ("metadata of a cloud", ("169.254.169.254/32", "100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::254/128")),
        ("loopback", ("127.0.0.0/8", "::1/128")),
        ("unspecified", ("0.0.0.0/8", "::/128")),
        ("private", ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10", "64:ff9b:1::/48")),
        ("link-local", ("169.254.0.0/16", "fe80::/10")),
        ("shared by a provider's customers", ("100.64.0.0/10",)),
        ("multicast", ("224.0.0.0/4", "ff00::/8")),
        ("a tunnel", ("2001::/32", "2002::/16", "192.88.99.0/24")),
        ("for documents and tests", ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15")),
        ("for documents and tests", ("2001:db8::/32", "3fff::/20")),
        ("reserved", ("192.0.0.0/24", "240.0.0.0/4", "2001::/23")),
    )
    for network in networks
)
"""The first that fits names it. Tunnels (Teredo, 6to4) hide any other address, and no site is behind one any more."""
_PUBLIC_6 = IPv6Network("2000::/3")
"""All public addresses of IPv6 are in it."""
_HIDES_4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""IPv4-mapped, and NAT64: the last four bytes are the address that is meant."""
_BYTES_OF_4 = 4


def refused(address: str, allowed: Iterable[Network] = ()) -> str:
    """Why nobody is sent to an address, such as `loopback`; empty when it is public or allowed.

    Raises ValueError for what is no address.
    """
    meant = _meant(ip_address(address))
    if any(meant in network for network in allowed):
        return ""
    kind = next((kind for network, kind in _KINDS if meant in network), "")
    return kind or ("reserved" if isinstance(meant, IPv6Address) and meant not in _PUBLIC_6 else "")


def refused_url(url: str, allowed: Iterable[Network] = ()) -> str:
    """The same of an address as a file writes it, odd writings included; a name is looked up only when it is asked."""
    try:
        place = urlsplit(url)
        host = unicodedata.normalize("NFKC", unquote(place.hostname or "")).casefold()
    except ValueError:
        return "it is none"
    if not host:
        return "it names no host"
    if "@" in place.netloc:
        return "it holds a login"
    found = _literal(host.replace("\u3002", ".").rstrip("."))  # the full stop of Chinese; names may have it, too
    kind = refused(found, allowed) if found else ""
    return f"it is not public ({kind})" if kind else ""


def _meant(address: Address) -> Address:
    hides = isinstance(address, IPv6Address) and any(address in network for network in _HIDES_4)
    return IPv4Address(address.packed[-_BYTES_OF_4:]) if hides else address


def _literal(host: str) -> str:
    """The address that a host is, as C's resolvers read it: `127.1`, `2130706433` and `0x7f.0.0.1` are 127.0.0.1."""
    if host == "localhost" or host.endswith((".localhost", "localhost.localdomain")):
        return "127.0.0.1"
    with suppress(ValueError):
        return str(ip_address(host))
    with suppress(ValueError, OSError):
        return socket.inet_ntoa(socket.inet_aton(host))
    return ""
