"""An operator's own endpoint: a POST for each call, signed as Standard Webhooks say; it answers what the service shows.

The whole contract is in docs/panels.md.
"""

import hashlib
import json
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, ValidationError
from standardwebhooks import Webhook

from adapters.panels.http import PanelHttp
from adapters.settings.panels import PanelSettings
from dunning.level import Level
from dunning.records.accounts import Service
from dunning.records.effects import PanelState

ALWAYS = frozenset({Level.ACTIVE, Level.DELETED})


class _Shown(BaseModel):
    """The answer. A name that nobody knows is an error: a typing mistake must not read as "not locked"."""

    model_config = ConfigDict(extra="forbid")

    level: Level
    tag: str | None = ""
    locked: bool = False
    backups: bool | None = None


class GenericPanel:
    """Fits `dunning.ports.companies.Panel`."""

    def __init__(self, name: str, settings: PanelSettings, patience: float) -> None:
        self._http = PanelHttp(name, settings, patience)
        self._webhook = Webhook(settings.secret.get_secret_value())
        self._shows = ALWAYS | frozenset(settings.levels)

    def expresses(self, service: Service) -> frozenset[Level]:
        """The levels that the settings name; all, when they name none."""
        del service
        return self._shows

    async def state(self, service: Service) -> PanelState:
        """Ask what is shown now. Raises OutageError."""
        return await self._ask("service.state", service)

    async def restrict(self, service: Service, level: Level, tag: str) -> None:
        """Ask for the level."""
        await self._ask("service.restrict", service, level=level.value, tag=tag)

    async def loosen(self, service: Service, tag: str) -> None:
        """Ask for normal running."""
        await self._ask("service.loosen", service, level=Level.ACTIVE.value, tag=tag)

    async def delete(self, service: Service, *, backups: bool) -> None:
        """Ask for deletion of the service, or of its back-ups only."""
        await self._ask("service.delete", service, level=Level.DELETED.value, backups=backups)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _ask(
        self, event: str, service: Service, *, level: str = "", tag: str = "", backups: bool = False
    ) -> PanelState:
        data = {
            "service": service.id,
            "kind": service.kind,
            "user": service.user,
            "domain": service.domain,
            "level": level,
            "tag": tag,
            "backups": backups,
        }
        # Receivers refuse old timestamps, so this is the moment of sending and not the workflow's time.
        now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the clock on the wall
        body = json.dumps({"type": event, "timestamp": now.isoformat(), "data": data})
        answer = await self._http.call("POST", "", content=body, headers=self._signed(body, now))
        try:
            shown = _Shown.model_validate_json(self._http.checked(answer).content, strict=True)
        except ValidationError as error:
            raise self._http.outage(f"unreadable answer: {_why(error)}") from None
        return PanelState(level=shown.level, tag=shown.tag, locked=shown.locked, backups=shown.backups)

    def _signed(self, body: str, now: datetime) -> dict[str, str]:
        # The id holds the moment: a service may be suspended twice with the same words, and both are meant.
        event = f"msg_{hashlib.sha256(body.encode()).hexdigest()[:32]}"
        return {
            "content-type": "application/json",
            "webhook-id": event,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(event, now, body),
        }


def _why(error: ValidationError) -> str:
    """Which keys are wrong, and never their values."""
    places = (".".join(map(str, each["loc"])) or "it is no JSON" for each in error.errors(include_input=False))
    return ", ".join(dict.fromkeys(places))
