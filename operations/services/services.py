"""What reaches services: their panel, their own software, a look from outside; the store says what is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.coverage import EVERYTHING, Coverage
from dunning.holds import Hold
from dunning.level import Level, at_panel, strictest
from dunning.ports.accounts import Accounts
from dunning.ports.claims import Claims
from dunning.ports.companies import Panel, Probes, Sites
from dunning.ports.effects import Effects
from dunning.ports.holds import Holds
from dunning.ports.invoices import Invoices
from dunning.ports.outages import OutageError
from dunning.ports.tickets import Tickets
from dunning.records.accounts import Account, Service
from dunning.records.effects import Effect
from dunning.services.shared_users import holds_on, restraining, with_same_user
from operations.services.panel import bring_to_holds, is_of_staff, switched
from operations.services.proof import prove
from operations.services.site_webhooks import tell_sites


class ServiceRecords(Accounts, Claims, Effects, Holds, Invoices, Tickets, Protocol):
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

    async def bring(
        self, account: Account, at: datetime, covers: Coverage = EVERYTHING, *, attempt: int = 1
    ) -> Brought:
        """Bring the services that are covered to what holds ask for, tell their sites, and look what came of it.

        Services that go together with one of these are brought along; no other is touched, and no panel of another has
        to answer. The effects are kept, with `at`. `attempt` counts the tries of whoever asks (`tell_sites`). Raises
        OutageError until panel and sites have it; what is seen outside raises nothing.
        """
        earlier = await self.store.effects(account.id)
        ours = account.model_copy(update={"services": await self.ours(account, earlier)})
        holds = await self._bring_all(ours, covers, at, attempt)
        known, held = await self.store.effects(account.id), self._held(ours, holds, covers)
        effects = await prove(self.panel, self.probes, held, at, known=known)
        await self.store.put_effects(effects)
        return Brought(holds, effects, earlier)

    async def _bring_all(self, account: Account, covers: Coverage, at: datetime, attempt: int) -> tuple[Hold, ...]:
        """Panels first, then sites. Holds that changed while a site was told are told to it, too."""
        while True:
            holds = await bring_to_holds(self.panel, self.store, account, covers, at)
            failed = await self._told(account, holds, covers, at, attempt)
            if await self.store.holds(account.id) == holds:
                if failed:
                    raise failed
                return holds

    async def _told(
        self, account: Account, holds: tuple[Hold, ...], covers: Coverage, at: datetime, attempt: int
    ) -> OutageError | None:
        try:
            await tell_sites(self.sites, self.levels(account, holds, covers), at, attempt=attempt)
        except OutageError as error:
            return error
        return None

    def levels(
        self, account: Account, holds: Sequence[Hold], covers: Coverage = EVERYTHING
    ) -> list[tuple[Service, Level]]:
        """What these holds ask for of each covered service that a panel may switch; see `bring`."""
        return [(each, strictest(hold.level for hold in its)) for each, its in self._held(account, holds, covers)]

    def _held(
        self, account: Account, holds: Sequence[Hold], covers: Coverage
    ) -> list[tuple[Service, tuple[Hold, ...]]]:
        services, by_user = switched(account.services), self.panel.by_user
        meant = with_same_user(covers.of(services), services, by_user)
        return [(each, holds_on(each, services, holds, by_user)) for each in meant]

    def restraining(self, account: Account, holds: Sequence[Hold], covers: Coverage) -> tuple[Hold, ...]:
        """Those of these holds that restrict one of the covered services."""
        return restraining(covers, account.services, holds, self.panel.by_user)

    async def to_loosen(self, account: Account) -> tuple[str, ...]:
        """The services that were brought to more than holds ask for now, by id, and not by a person's hold.

        An invoice may have held others than its own: those of the one that it renews, and what was handed to it.
        """
        known = {each.service: each for each in await self.store.effects(account.id) if not is_of_staff(each.tag)}
        levels = self.levels(account, await self.store.holds(account.id))
        was = ((each, known[each.id].wanted, level) for each, level in levels if each.id in known)
        return tuple(each.id for each, before, level in was if level.rank < before.rank < Level.DELETED.rank)

    async def ours(self, account: Account, earlier: tuple[Effect, ...]) -> tuple[Service, ...]:
        """Its services without those that were deleted and are another account's now: the same name again (S2-15)."""
        gone = {each.service for each in earlier if Level.DELETED in (each.wanted, each.shown)}
        others = {service for service in gone if len(await self.store.owners(service)) > 1}
        return tuple(each for each in account.services if each.id not in others)
