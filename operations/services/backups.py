"""Whether there are back-ups of an account's services: what a notice about the deletion has to say (S3-26)."""

from dunning.ports.companies import Panel
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from operations.services.panel import services_of


class PanelBackUps:
    """Fits `dunning.ports.companies.BackUps`: asks each service's panel."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel

    async def exist(self, account: Account) -> bool | None:
        """True only when every service has one: who reads "there is a back-up" counts on getting everything back.

        None when a panel does not answer, or only some have one: the notice does not wait, and promises nothing.
        """
        services = services_of(account.services, ())
        try:
            found = [(await self._panel.state(service)).backups for service in services]
        except OutageError:
            return None
        return found[0] if len(set(found)) == 1 else None
