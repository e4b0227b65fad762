"""Holds: the reasons to restrict an account's services. Payment lifts only its own."""

from collections.abc import Iterable
from enum import StrEnum

from dunning.level import Level, strictest
from dunning.wire import Instant, Wire

OTHER_SOURCES = ("abuse", "dmca", "tos", "manual")
"""Hold kinds that no payment lifts (S2-16, S2-17)."""


class Rule(StrEnum):
    """What must be paid before a policy reinstates the services."""

    THIS_INVOICE = "this-invoice"
    ALL_PAST_DUE = "all-past-due"


class Hold(Wire):
    """One reason to restrict an account's services.

    `source` is an invoice number or one of OTHER_SOURCES. `services` are the kinds it touches; empty means every kind.
    """

    account: str
    source: str
    level: Level
    since: Instant
    services: tuple[str, ...] = ()
    note: str = ""


def level_for(kind: str, holds: Iterable[Hold]) -> Level:
    """The strictest level any hold asks for a service of this kind."""
    return strictest(hold.level for hold in holds if not hold.services or kind in hold.services)


def after_payment(
    holds: Iterable[Hold], paid: Iterable[str], rule: Rule, still_past_due: Iterable[str]
) -> tuple[Hold, ...]:
    """The holds that remain once the invoices `paid` are settled.

    Under ALL_PAST_DUE (S3-27, S3-28) a lifted hold is not dropped but handed to each invoice of the account that is
    still past due, so the service stays restricted until the last of them is paid. An invoice never weakens a hold
    that it already has.
    """
    gone = set(paid)
    kept = [hold for hold in holds if hold.source not in gone]
    lifted = [hold for hold in holds if hold.source in gone]
    if rule is Rule.ALL_PAST_DUE:
        kept = _handed_on(kept, lifted, [number for number in still_past_due if number not in gone])
    return tuple(kept)


def _handed_on(kept: list[Hold], lifted: list[Hold], heirs: list[str]) -> list[Hold]:
    for heir in heirs:
        for hold in lifted:
            own = next((h for h in kept if h.source == heir), None)
            if own is None:
                kept.append(hold.model_copy(update={"source": heir}))
            else:
                kept[kept.index(own)] = _tightened(own, hold)
    return kept


def _tightened(own: Hold, other: Hold) -> Hold:
    """Nothing that either restricts becomes freer; empty services mean every kind."""
    services = tuple(dict.fromkeys((*own.services, *other.services))) if own.services and other.services else ()
    return own.model_copy(update={"level": strictest([own.level, other.level]), "services": services})
