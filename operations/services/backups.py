"""Whether there are back-ups of services: what a notice about the deletion has to say (S3-26)."""

from collections.abc import Sequence

from dunning.ports.companies import Panel
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from operations.services.panel import switched


class PanelBackUps:
    """Fits `dunning.ports.companies.BackUps`: asks each service's panel."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel

    async def exist(self, services: Sequence[Service]) -> bool | None:
        """True only when every service has one: who reads "there is a back-up" counts on getting everything back.

        None when a panel does not answer, or only some have one: the notice does not wait, and promises nothing.
        """
        try:
            found = [(await self._panel.state(service)).backups for service in switched(services)]
        except OutageError:
            return None
        return found[0] if len(set(found)) == 1 else None
