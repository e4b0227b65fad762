"""Notifications to customers' own sites: Standard Webhooks, signed with a secret that each site has for itself."""

import asyncio
import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

import httpx2
import structlog
from standardwebhooks import Webhook

from adapters.settings.settings import Settings
from adapters.settings.strength import SHORTEST
from adapters.sites.outward import Outward, RefusedAddressError, Resolve, by_system
from adapters.sites.tokens import state_url, webhook_secret
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from dunning.services.networks import Network
from dunning.services.site_state import rules

TYPE = "site.level"
log = structlog.stdlib.get_logger("reprieve.sites")


class SiteMessenger:
    """Fits `dunning.ports.companies.Sites`.

    `secret` is the setting `site_webhook_secret`, `portal_url` where sites read the rest of their state, `timeout` the
    seconds that one site may take, `allowed` the networks that sites may be in though they are not public. Raises
    ValueError for a secret of less than 32 characters.
    """

    def __init__(
        self,
        secret: str,
        portal_url: str,
        timeout: float,
        allowed: Iterable[Network] = (),
        resolve: Resolve = by_system,
    ) -> None:
        if len(secret) < SHORTEST:
            raise ValueError(f"the secret that signs news for sites needs at least {SHORTEST} characters")
        self._secret = secret
        self._portal_url = portal_url
        self._timeout = timeout
        self._way = Outward(timeout, allowed, resolve)

    async def tell(self, service: Service, level: Level, at: datetime) -> None:
        """Tell the site, if the service names one, that it runs at `level` since at least `at`.

        The same news has the same `webhook-id`. Any answer but 2xx, a redirect too, raises OutageError.
        """
        if not service.site:
            return
        told = await self._post(service, _body(service, level, at, self._portal_url), _id(service, level, at))
        if not 200 <= told < 300:  # noqa: PLR2004 - the whole class of answers
            raise OutageError(f"the site of service {service.id} answered HTTP {told} to the news of its level")

    async def close(self) -> None:
        """Nothing stays open between two news."""

    async def _post(self, service: Service, body: str, event: str) -> int:
        headers = self._signed(service, body, event)
        try:
            # The answer's body is never read: it is a stranger's, and may be endless.
            async with (
                asyncio.timeout(self._timeout),
                self._way.http(trust_env=True) as http,
                http.stream("POST", service.site, content=body, headers=headers) as answer,
            ):
                return answer.status_code
        except RefusedAddressError as error:
            msg = f"the site of service {service.id} is not told: its address is not public ({error})"
            raise OutageError(msg) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, TimeoutError) as error:  # ValueError: no address
            msg = f"the site of service {service.id} did not take the news of its level: {type(error).__name__}"
            raise OutageError(msg) from None

    def _signed(self, service: Service, body: str, event: str) -> dict[str, str]:
        # Receivers refuse old timestamps, so this one is the moment of sending and not the workflow's time.
        now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the clock on the wall
        return {
            "content-type": "application/json",
            "webhook-id": event,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(webhook_secret(self._secret, service.id)).sign(event, now, body),
        }


class SilentSites:
    """Fits `dunning.ports.companies.Sites` where no secret is set: nobody is told; sites may still ask."""

    async def tell(self, service: Service, level: Level, at: datetime) -> None:
        """Say in the log that a site should have been told."""
        del at
        if service.site:
            log.warning("site not told: set REPRIEVE_SITE_WEBHOOK_SECRET", service=service.id, level=level.value)

    async def close(self) -> None:
        """Nothing is open."""


def sites_from(settings: Settings) -> SiteMessenger | SilentSites:
    """The messenger that the settings ask for; close it in the end."""
    secret = settings.site_webhook_secret.get_secret_value()
    if not secret:
        return SilentSites()
    return SiteMessenger(secret, settings.portal_url, settings.site_seconds, settings.probe_networks)


def _body(service: Service, level: Level, at: datetime, portal_url: str) -> str:
    """No reason, no message, no token: those are at `state_url`, for the site alone."""
    stamp = at.astimezone(UTC).isoformat()
    data = {"service": service.id, "at": stamp, "state_url": state_url(portal_url, service.id)}
    return json.dumps({"type": TYPE, "timestamp": stamp, "data": data | rules(level).model_dump(mode="json")})


def _id(service: Service, level: Level, at: datetime) -> str:
    words = f"{service.id} {level.value} {at.astimezone(UTC).isoformat()}"
    return f"msg_{hashlib.sha256(words.encode('utf-8', 'backslashreplace')).hexdigest()[:32]}"
