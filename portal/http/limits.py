"""What one client may take of the portal: bytes, seconds and connections. Beyond that it is turned away."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from adapters.settings.settings import Settings

_LARGEST_FORM = 65_536
Networks = tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True)
class Limits:
    """The connections of `proxies` (networks) are many clients' and are counted in all only.

    `body_bytes` are counted as they come, those around chunks included, whoever reads the body or does not.
    """

    header_bytes: int = 16_384
    header_seconds: float = 10.0
    body_bytes: int = 524_288
    body_seconds: float = 10.0
    idle_seconds: float = 5.0
    connections: int = 500
    per_address: int = 40
    proxies: Networks = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


def limits_from(settings: Settings) -> Limits:
    """As the settings say. What reads a body has a lower limit of its own, and words; this one stops the others."""
    return Limits(
        header_bytes=settings.portal_header_bytes,
        header_seconds=settings.portal_header_seconds,
        body_bytes=2 * max(settings.webhook_bytes, _LARGEST_FORM),
        body_seconds=settings.portal_body_seconds,
        idle_seconds=settings.portal_idle_seconds,
        connections=settings.portal_connections,
        per_address=settings.portal_address_connections,
        proxies=settings.portal_proxies,
    )
