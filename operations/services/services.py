"""What reaches services: their panel, their own software, a look from outside; the store says what is asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.holds import Hold
from dunning.level import Level, at_panel
from dunning.ports.accounts import Accounts
from dunning.ports.companies import Panel, Probes, Sites
from dunning.ports.effects import Effects
from dunning.ports.holds import Holds
from dunning.ports.invoices import Invoices
from dunning.ports.payments import Credits
from dunning.ports.tickets import Tickets
from dunning.records.accounts import Account, Service
from dunning.records.effects import Effect
from operations.services.panel import bring_to_holds, services_of
from operations.services.proof import prove
from operations.services.site_webhooks import tell_sites


class ServiceRecords(Accounts, Credits, Effects, Holds, Invoices, Tickets, Protocol):
    """What is known of an account whose services are switched."""


class Brought(NamedTuple):
    """What services were brought to: by which holds, with what effect, and what was known of them before."""

    holds: tuple[Hold, ...]
    effects: tuple[Effect, ...]
    earlier: tuple[Effect, ...]

    @property
    def kept_by_staff(self) -> tuple[str, ...]:
        """The services that stay restricted although no hold asks for it, as `panel:<service>`."""
        found = (each for each in self.effects if each.shown is not Level.DELETED)
        return tuple(f"panel:{each.service}" for each in found if each.shown.rank > at_panel(each.wanted).rank)


@dataclass(frozen=True)
class AccountServices:
    """The four together: whoever restricts or reinstates a service needs all of them."""

    panel: Panel
    store: ServiceRecords
    sites: Sites
    probes: Probes

    async def bring(self, account: Account, at: datetime, *, attempt: int = 1) -> Brought:
        """Bring the account's services to what its holds ask for, tell their sites, and look what came of it.

        The effects are kept, with `at`. `attempt` counts the tries of whoever asks (`tell_sites`). Raises OutageError
        until panel and sites have it; what is seen outside raises nothing.
        """
        earlier = await self.store.effects(account.id)
        ours = account.model_copy(update={"services": await self.ours(account, earlier)})
        holds = await self._bring_all(ours, at, attempt)
        known = await self.store.effects(account.id)
        effects = await prove(self.panel, self.probes, services_of(ours.services, ()), holds, at, known=known)
        await self.store.put_effects(effects)
        return Brought(holds, effects, earlier)

    async def _bring_all(self, account: Account, at: datetime, attempt: int) -> tuple[Hold, ...]:
        """Panels first, then sites. Holds that changed while a site was told are told to it, too."""
        while True:
            holds = await bring_to_holds(self.panel, self.store, account, at)
            await tell_sites(self.sites, account, holds, at, attempt=attempt)
            if await self.store.holds(account.id) == holds:
                return holds

    async def ours(self, account: Account, earlier: tuple[Effect, ...]) -> tuple[Service, ...]:
        """Its services without those that were deleted and are another account's now: the same name again (S2-15)."""
        gone = {each.service for each in earlier if Level.DELETED in (each.wanted, each.shown)}
        others = {service for service in gone if len(await self.store.owners(service)) > 1}
        return tuple(each for each in account.services if each.id not in others)
