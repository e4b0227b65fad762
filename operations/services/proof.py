"""Proof of effect: what the panel shows at last, and what is seen from outside. A panel may lie about its own state."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

from dunning.case.orders import Order
from dunning.holds import Hold
from dunning.level import Level, strictest
from dunning.ports.companies import Panel, Probes
from dunning.ports.outages import OutageError
from dunning.ports.tickets import Tickets
from dunning.records.accounts import Service
from dunning.records.effects import Effect
from dunning.services.probe_verdict import contradicts, in_words, visible
from dunning.tickets.services import effect_not_seen
from operations.services.panel import mark, still_adopted, tag_of

PATIENT = 12
"""Tries (about a quarter of an hour) after which a restriction counts although it is not seen outside.

Caches need minutes; a customer who moved the domain elsewhere must not keep the case waiting for ever.
"""


async def prove(
    panel: Panel,
    probes: Probes,
    held: Iterable[tuple[Service, Sequence[Hold]]],
    at: datetime,
    *,
    known: Iterable[Effect] = (),
) -> tuple[Effect, ...]:
    """What services show now, after each was brought to what the holds beside it ask for. Raises OutageError.

    `known` is what was noted of them before: where a panel keeps no reason, that is the only mark of ours.
    """
    noted = {each.service: each for each in known}
    wishes = [(each, wished(each, strictest(hold.level for hold in its), at, tag_of(its))) for each, its in held]
    looks = [_proved(panel, probes, each, wish, noted.get(each.id)) for each, wish in wishes]
    return tuple(await asyncio.gather(*looks))


async def prove_deleted(panel: Panel, probes: Probes, services: Iterable[Service], at: datetime) -> tuple[Effect, ...]:
    """What deleted services show now. Raises OutageError."""
    looks = [_proved(panel, probes, each, wished(each, Level.DELETED, at)) for each in services]
    return tuple(await asyncio.gather(*looks))


def wished(service: Service, wanted: Level, at: datetime, tag: str = "") -> Effect:
    """The effect of a call that did what it said, before anybody has looked outside."""
    return Effect(account=service.account, service=service.id, wanted=wanted, shown=wanted, tag=tag, at=at)


async def _proved(panel: Panel, probes: Probes, service: Service, wish: Effect, known: Effect | None = None) -> Effect:
    seen = await panel.state(service)
    proof = await look(probes, service, wish.wanted, seen.level)
    tag = wish.tag if seen.tag is not None else mark(seen, known)
    left = still_adopted(seen, known)
    return wish.model_copy(update={"shown": seen.level, "proof": proof, "tag": tag, "adopted": left})


async def look(probes: Probes, service: Service, wanted: Level, shown: Level) -> str:
    """What is seen outside of a service that its panel shows so; empty where nobody looks.

    Nobody looks where a level changes nothing that visitors see, and at what somebody else deleted: the name may be a
    new customer's.
    """
    if not visible(shown) or (shown is Level.DELETED and wanted is not shown):
        return ""
    return in_words(shown, await probes.look(service))


def words(effects: Iterable[Effect]) -> str:
    """The proofs of several services as one line, as results carry it; empty when nothing was looked at."""
    return "; ".join(f"{each.service} {each.proof}" for each in effects if each.proof)


async def insist(
    store: Tickets, order: Order, effects: Sequence[Effect], earlier: Sequence[Effect], attempt: int
) -> None:
    """Have a restriction or deletion that is not seen outside tried again, and in the end looked at by a person.

    It counts at the `PATIENT`th attempt if the look before, at a try of the same order, saw the same: the first ones
    may all have failed for another reason. Raises OutageError until then.
    """
    doubted = [each for each in effects if each.shown is not Level.ACTIVE and contradicts(each.proof)]
    if not doubted:
        return
    before = {each.service for each in earlier if contradicts(each.proof) and each.at >= order.at}
    if attempt < PATIENT or not all(each.service in before for each in doubted):
        raise disagreement(doubted)
    await store.open_ticket(effect_not_seen(order, doubted))


def disagreement(doubted: Sequence[Effect]) -> OutageError:
    """What an operator reads under Pending Activities."""
    first = doubted[0]
    return OutageError(
        f"the panel shows service {first.service} as {first.shown.value}, but from outside: {first.proof}; asking again"
    )
