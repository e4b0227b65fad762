"""A typed client of the panel's control interface."""

from sandbox.control.client import Control
from sandbox.panel.books import PanelBooks, PanelService, ServiceLevel


class Panel(Control[PanelBooks]):
    """The control panel's."""

    async def put(
        self, user: str, level: ServiceLevel = "active", tag: str = "", *, backups: bool = True, locked: bool = False
    ) -> None:
        """Bring a user's service into being, or into this state, as a person at the panel would."""
        wanted = PanelService(user=user, level=level, tag=tag, backups=backups, locked=locked)
        await self.post("/control/service", wanted)
