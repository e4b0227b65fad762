"""Control panels. Each service names its own: one account may have several services on several panels."""

import asyncio
from collections.abc import Mapping

from adapters.panels.generic import GenericPanel
from adapters.panels.hestia import HestiaPanel
from adapters.panels.whm import WhmPanel
from adapters.settings.panels import Kind, PanelSettings, by_user
from adapters.settings.settings import Settings
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from dunning.records.effects import PanelState

AnyPanel = WhmPanel | HestiaPanel | GenericPanel
KINDS: dict[Kind, type[AnyPanel]] = {"whm": WhmPanel, "hestia": HestiaPanel, "generic": GenericPanel}


class Panels:
    """All panels by their names; fits `dunning.ports.companies.Panel`. An unknown name raises OutageError.

    It is an outage because a person mends it in the settings, and then the step goes on by itself.
    """

    def __init__(self, panels: Mapping[str, PanelSettings], patience: float) -> None:
        self._by_user = by_user(panels)
        self._panels = {name: KINDS[one.kind](name, one, patience) for name, one in panels.items()}

    def expresses(self, service: Service) -> frozenset[Level]:
        """The levels that the service's panel can show."""
        return self._of(service).expresses(service)

    def by_user(self, service: Service) -> bool:
        """Whether the service's panel switches all services of a user together."""
        return self._by_user(service)

    async def state(self, service: Service) -> PanelState:
        """What the service's panel shows now."""
        return await self._of(service).state(service)

    async def restrict(self, service: Service, level: Level, tag: str) -> None:
        """Ask the service's panel for the level."""
        await self._of(service).restrict(service, level, tag)

    async def loosen(self, service: Service, tag: str) -> None:
        """Ask the service's panel for normal running."""
        await self._of(service).loosen(service, tag)

    async def delete(self, service: Service, *, backups: bool) -> None:
        """Ask the service's panel for deletion of the service, or of its back-ups only."""
        await self._of(service).delete(service, backups=backups)

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.gather(*(panel.close() for panel in self._panels.values()))

    def _of(self, service: Service) -> AnyPanel:
        if service.panel not in self._panels:
            known = ", ".join(sorted(self._panels)) or "none"
            raise OutageError(
                f"service {service.id} is on the panel {service.panel!r}, which the settings do not know (they know "
                f"{known}): write it under [panels.{service.panel}] in reprieve.toml, or into REPRIEVE_PANELS"
            )
        return self._panels[service.panel]


def panels_from(settings: Settings) -> Panels:
    """The panels that the settings name; close them in the end."""
    return Panels(settings.panels, settings.panel_seconds)
