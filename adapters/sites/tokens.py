"""Addresses and keys of customers' own sites: each site has its own, so that none can speak or read for another."""

import base64
import hashlib
import hmac
from urllib.parse import quote

from adapters.ring import Ring, same
from adapters.settings.settings import Settings
from dunning.services.site_state import SiteAccess


class SiteLinks:
    """Makes and checks what a site reads its state with; `url` is what the site reaches the portal under.

    Fits `dunning.ports.companies.SiteKeys`. `news` is the setting `site_webhook_secret`. A token of an older secret is
    good as long as that is in the ring.
    """

    def __init__(self, ring: Ring, url: str, news: str = "") -> None:
        self._ring = ring
        self._base = url
        self._news = news

    def state(self, service: str) -> str:
        """Where the site reads its state, without the token."""
        return state_url(self._base, service)

    def token(self, service: str) -> str:
        """What the site shows to read its state: HMAC-SHA256 over `site:<service>`, in URL-safe base64."""
        return _text(self._ring.code(_signed(service)))

    def access(self, service: str) -> SiteAccess:
        """All that the site is given."""
        return SiteAccess(
            service=service,
            state_url=self.state(service),
            token=self.token(service),
            suspended_url=suspended_url(self._base, service),
            webhook_secret=webhook_secret(self._news, service) if self._news else "",
        )

    def valid(self, service: str, token: str) -> bool:
        """Whether the token is the service's; takes the same time however much of it is right."""
        ours = [same(_text(each), token) for each in self._ring.codes(_signed(service))]
        return any(ours)


def state_url(portal_url: str, service: str) -> str:
    """The address of a service's state."""
    return f"{portal_url.rstrip('/')}/sites/{quote(service, safe='')}/state"


def suspended_url(portal_url: str, service: str) -> str:
    """The page for visitors of a suspended site; it needs no token and tells no secrets."""
    return f"{portal_url.rstrip('/')}/sites/{quote(service, safe='')}/suspended"


def webhook_secret(secret: str, service: str) -> str:
    """The Standard Webhooks secret (`whsec_...`) that notifications to this service's site are signed with.

    Derived from the setting `site_webhook_secret`: who runs one site can forge no news for another.
    """
    return f"whsec_{base64.b64encode(_code(secret.encode(), f'site-webhook:{service}')).decode()}"


def site_links_from(settings: Settings) -> SiteLinks | None:
    """The links that the settings ask for; None when there is no secret that signs pay links."""
    secrets, news = settings.signing_secrets, settings.site_webhook_secret.get_secret_value()
    return SiteLinks(Ring(secrets), settings.portal_url, news) if secrets else None


def _signed(service: str) -> str:
    return f"site:{service}"


def _text(code: bytes) -> str:
    return base64.urlsafe_b64encode(code).decode().rstrip("=")


def _code(key: bytes, words: str) -> bytes:
    return hmac.new(key, words.encode("utf-8", "backslashreplace"), hashlib.sha256).digest()
