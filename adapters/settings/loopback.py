"""Which addresses are on this machine: no proxy of the environment is meant for those, and no secret leaves by them."""

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
"""As networks, for whoever allows them."""


def is_on_this_machine(url: str) -> bool:
    """Whether it is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
