"""An invoice that another system dunned before: when it begins here, and which of its services are taken over."""

import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from dunning.calendar import instant, local
from dunning.case.moved_in import MovedIn
from dunning.coverage import Coverage
from dunning.holds import Hold
from dunning.level import Level, strictest
from dunning.policy.plan import Plan
from dunning.ports.companies import Panel
from dunning.ports.effects import Effects
from dunning.ports.holds import Holds
from dunning.records.accounts import Account, Service
from dunning.records.effects import Effect, PanelState
from operations.invoices.new_invoice import NewInvoice
from operations.services.panel import is_ours, mark, switched, tag_of

SPREAD = 3600
"""Seconds after the policy's hour over which the first warnings of a file are spread."""


def moved_in(new: NewInvoice, plan: Plan, now: datetime, level: Level = Level.ACTIVE) -> MovedIn | None:
    """When it begins here: at the policy's next hour. None for one that no other system had."""
    if new.moved_in is None:
        return None
    hour, today = local(plan.milestones[0].at, plan.zone).time(), local(now, plan.zone).date()
    begins = instant(today, hour, plan.zone)
    if begins <= now:
        begins = instant(today + timedelta(days=1), hour, plan.zone)
    later = timedelta(seconds=zlib.crc32(new.invoice.encode()) % SPREAD)
    return MovedIn(until=new.moved_in, begins=begins, warns_at=begins + later, level=level)


class AdoptionRecords(Effects, Holds, Protocol):
    """What is asked for, and what a panel was brought to."""


class Adoption:
    """Takes over what another system had restricted: the hold is the invoice's from then on."""

    def __init__(self, panel: Callable[[], Panel], store: AdoptionRecords) -> None:
        self._panel = panel
        self._store = store

    async def adopt(self, account: Account, new: NewInvoice, covers: Coverage, at: datetime) -> Level:
        """Place holds on those of the services that their panel shows restricted; to what level they are held then.

        Nothing changes at the panel: that its mark is another system's is noted, so that we may lift it. A service that
        runs stays as it is. Safe to repeat. Raises OutageError.
        """
        if not new.level:
            return Level.ACTIVE
        known = {each.service: each for each in await self._store.effects(account.id)}
        holds = list[Hold]()
        for service in covers.of(switched(account.services)):
            seen = await self._panel().state(service)
            if seen.level in (Level.ACTIVE, Level.DELETED):
                continue
            level = min(seen.level, Level(new.level), key=lambda each: each.rank)
            hold = Hold(account=account.id, source=new.invoice, level=level, since=at, service=service.id)
            holds.append(hold)
            if not is_ours(mark(seen, known.get(service.id))):
                await self._store.put_effects([_theirs(service, seen, hold)])
            await self._store.place_hold(hold)
        return strictest(hold.level for hold in holds)


def _theirs(service: Service, seen: PanelState, hold: Hold) -> Effect:
    return Effect(
        account=service.account,
        service=service.id,
        wanted=hold.level,
        shown=seen.level,
        tag=tag_of([hold]),
        adopted=seen.tag,
        at=hold.since,
    )
