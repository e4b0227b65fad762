"""Services of an account as a person changes them: one comes, moves to another panel or user, or goes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from dunning.coverage import ALL, about
from dunning.holds import Hold
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account, Service
from dunning.records.books import KnownInvoice
from dunning.subscriptions.rules import renews
from dunning.subscriptions.subscription import Subscription
from operations.accounts.write import Deed, change_account, known
from operations.cases.look import CaseOf
from operations.errors import RefusedError, UnfinishedError
from operations.invoices.new_invoice import NewService, service_of
from operations.services.services import AccountServices

_PLACE = ("panel", "user", "domain", "aliases", "site", "probe")
"""What may change of a service. Its id stays: holds, invoices, sites and books name it. So does its kind."""

_PARTS = 3
"""Of a place: panel, user, kind."""
CheckPlace = Callable[[Mapping[str, Any]], None]
"""Whether a service may be there, and asked there, as `CheckInvoice.place` says it. Raises RefusedError."""


SubscriptionsOf = Callable[[str], Awaitable[Sequence[Subscription]]]
"""The subscriptions of an account."""


class ServiceChanged(NamedTuple):
    """The service as it is now, or was; what changed, a line each; and what follows from that.

    No service: it was gone before.
    """

    service: Service | None
    what: tuple[str, ...]
    notes: tuple[str, ...] = ()


class ServiceChanges:
    """All raise NoSuchAccountError, RefusedError and OutageError. `check` says whether there is such a place.

    `add` and `move` raise UnfinishedError when the panel or the site is away: it is written down, and whoever asked
    asks again. `clock` is the wall's.
    """

    def __init__(
        self,
        services: AccountServices,
        case_of: CaseOf,
        subscriptions: SubscriptionsOf,
        check: CheckPlace,
        clock: Callable[[], datetime],
    ) -> None:
        self._services = services
        self._subscriptions = subscriptions
        self._store = services.store
        self._case_of = case_of
        self._check = check
        self._clock = clock

    async def add(self, account: str, new: NewService, by: str, reason: str) -> ServiceChanged:
        """Give the account a service, and bring that to what the account's holds ask for. Safe to repeat."""
        self._check(new.model_dump())
        added = service_of(account, new)
        if added in (await known(self._store, account)).services:
            return ServiceChanged(added, (f"service {added.id} is there already",), await self._brought(account, added))

        def with_it(before: Account) -> tuple[Account, tuple[str, ...]]:
            if other := _same(added, before.services):
                raise RefusedError(f"account {account!r} has the service {other.id} there already", field="user")
            after = before.model_copy(update={"services": (*before.services, added)})
            return after, (f"service {added.id} added",)

        written = await change_account(self._store, account, with_it, Deed(by, reason, self._clock()))
        return ServiceChanged(added, written.what, await self._brought(account, added))

    async def move(self, account: str, service: str, to: Mapping[str, Any], by: str, reason: str) -> ServiceChanged:
        """Note where the service is now, or how it is reached, and bring it there to what holds ask for.

        `to` are checked values of `NewService`. Its id stays. Nothing happens where it was before. Safe to repeat.
        """
        if not to:
            raise RefusedError("name what is to change, such as its panel", about=service)
        self._check(to)
        its = await known(self._store, account)
        now = _moved_there(service, its, to) or named_service(service, its)
        service = now.id
        moved = now.model_copy(update=dict(to))
        if moved == now:
            return ServiceChanged(now, (f"service {service} is there already",), await self._brought(account, now))

        def moving(before: Account) -> tuple[Account, tuple[str, ...]]:
            was = named_service(service, before)
            after = was.model_copy(update=dict(to))
            if other := _same(after, [each for each in before.services if each.id != service]):
                raise RefusedError(f"account {account!r} has the service {other.id} there already", field="user")
            services = tuple(after if each.id == service else each for each in before.services)
            return before.model_copy(update={"services": services}), tuple(services_changed(was, after))

        written = await change_account(self._store, account, moving, Deed(by, reason, self._clock()))
        return ServiceChanged(moved, written.what, await self._brought(account, moved))

    async def remove(self, account: str, service: str, by: str, reason: str) -> ServiceChanged:
        """Take a service away from the account. Nothing happens to it, at its panel or anywhere.

        Refused while a hold, an open invoice or a subscription names it: they would be about nothing then. Safe to
        repeat.
        """
        its = await known(self._store, account)
        there = {each.id for each in its.services} | {each.place for each in its.services}
        if service not in there and await self._was_removed(account, service):
            return ServiceChanged(None, (f"service {service} is removed already",))
        gone = named_service(service, its)
        service = gone.id
        holds = await self._store.holds(account)
        if own := sorted(hold.source for hold in holds if hold.service == service):
            raise RefusedError(f"it is held by {', '.join(own)}: that hold has to end first", about=service)
        if paying := [number async for number in self._paying(account, service)]:
            raise RefusedError(f"{', '.join(paying)} pays for it: that invoice has to end first", about=service)
        if renewing := [each.id for each in await self._subscriptions(account) if renews(each, service)]:
            names = ", ".join(renewing)
            raise RefusedError(f"subscription {names} pays for it: change or cancel that first", about=service)

        def without(before: Account) -> tuple[Account, tuple[str, ...]]:
            left = tuple(each for each in before.services if each.id != named_service(service, before).id)
            return before.model_copy(update={"services": left}), _removed_from(gone)

        written = await change_account(self._store, account, without, Deed(by, reason, self._clock()))
        return ServiceChanged(gone, written.what, await self._left_behind(account, service, holds))

    async def _was_removed(self, account: str, service: str) -> bool:
        return any(_removed(service) in each.what for each in await self._store.account_changes(account))

    async def _paying(self, account: str, service: str) -> AsyncIterator[str]:
        for invoice in await self._store.open_invoices(account):
            if service in await named_by(invoice, self._case_of):
                yield invoice.number

    async def _left_behind(self, account: str, service: str, holds: Iterable[Hold]) -> tuple[str, ...]:
        last = next((each for each in await self._store.effects(account) if each.service == service), None)
        if last is None or last.wanted in (Level.ACTIVE, Level.DELETED):
            return ()
        sources = ", ".join(hold.source for hold in holds if hold.service == ALL) or "a hold"
        return (f"it was {last.wanted.value} for {sources} and stays so at its panel: nobody lifts that any more",)

    async def _brought(self, account: str, service: Service) -> tuple[str, ...]:
        try:
            its = await known(self._store, account)
            brought = await self._services.bring(its, self._clock(), about(service.id))
        except OutageError as error:
            raise UnfinishedError(
                f"{account}: service {service.id} is written down, but is not at the level of its holds yet: {error}"
            ) from None
        held = self._services.restraining(its, brought.holds, about(service.id))
        notes = [f"it is held: {hold.source} asks for {hold.level.value}" for hold in held]
        if brought.holds and not held:
            notes.append(f"it is not held: {', '.join(sorted({each.source for each in brought.holds}))} names others")
        if any(each.shown is Level.DELETED for each in brought.effects if each.service == service.id):
            notes.append("its panel does not show it; is the name right?")
        others = [each for each in await self._store.owners(service.id) if each != account]
        return (*notes, *(f"account {each} has a service of that id, too" for each in others))


def _removed(service: str) -> str:
    return f"service {service} removed"


def _removed_from(service: Service) -> tuple[str, ...]:
    """Its id, and where it was last: it may have been named by that."""
    there = () if service.place == service.id else (_removed(service.place),)
    return (_removed(service.id), *there)


def _moved_there(named: str, account: Account, to: Mapping[str, Any]) -> Service | None:
    """The service that was at the place that is named, and is where it is to go already: the command is repeated."""
    place = named.split(":")
    if len(place) != _PARTS or any(named in (each.id, each.place) for each in account.services):
        return None
    there = f"{to.get('panel', place[0])}:{to.get('user', place[1])}:{place[2]}"
    found = next((each for each in account.services if each.place == there), None)
    return found if found and found.model_copy(update=dict(to)) == found else None


async def named_by(invoice: KnownInvoice, case_of: CaseOf) -> tuple[str, ...]:
    """The ids of the services that an open invoice names; none: it pays for all of its account's."""
    case = await case_of(invoice.number)
    return (case.invoice.pays_for if case else ()) or invoice.pays_for


def named_service(service: str, account: Account) -> Service:
    """By its id, or else by where it is now."""
    by_place = {each.place: each for each in account.services}
    found = {**by_place, **{each.id: each for each in account.services}}.get(service)
    if found is None:
        has = ", ".join(each.id for each in account.services) or "none"
        raise RefusedError(f"account {account.id!r} has no service {service!r}; it has {has}", field="service")
    return found


def _same(one: Service, others: Iterable[Service]) -> Service | None:
    return next((each for each in others if each.id == one.id or each.place == one.place), None)


def services_changed(was: Service, now: Service) -> Iterable[str]:
    """What changed of a service, a line each."""
    for name in _PLACE:
        before, after = getattr(was, name), getattr(now, name)
        if before != after:
            yield f"service {was.id}: {name}: {_shown(before)} -> {_shown(after)}"


def _shown(value: str | tuple[str, ...]) -> str:
    return (", ".join(value) if isinstance(value, tuple) else value) or "none"
