"""Holds: the reasons to restrict services. Payment lifts only its own."""

from collections.abc import Iterable
from enum import StrEnum

from dunning.coverage import ALL
from dunning.level import Level, strictest
from dunning.wire import Instant, Wire

OTHER_SOURCES = ("abuse", "dmca", "tos", "manual")
"""Hold kinds that no payment lifts (S2-16, S2-17)."""


class Rule(StrEnum):
    """What must be paid before a policy reinstates the services."""

    THIS_INVOICE = "this-invoice"
    ALL_PAST_DUE = "all-past-due"


class Hold(Wire):
    """One reason to restrict one service, or all of an account.

    `source` is an invoice number or one of OTHER_SOURCES. `service` is an id; ALL is every service of the account, also
    one that comes later, and NONE is a hold of an invoice that found nothing to restrict.
    `by` is who placed it, and `note` why; both are for staff, and empty for an invoice's. `step` is that of the order
    that placed or tightened it last; empty for a person's, and for one that another invoice handed on.
    """

    account: str
    source: str
    level: Level
    since: Instant
    service: str = ALL
    note: str = ""
    by: str = ""
    step: str = ""


def touching(service: str, holds: Iterable[Hold]) -> tuple[Hold, ...]:
    """The holds that restrict the service of this id."""
    return tuple(hold for hold in holds if hold.service in (ALL, service))


def after_payment(
    holds: Iterable[Hold], paid: Iterable[str], rule: Rule, still_past_due: Iterable[str]
) -> tuple[Hold, ...]:
    """The holds that remain once the invoices `paid` are settled.

    Under ALL_PAST_DUE (S3-27, S3-28) a lifted hold is not dropped but handed to each invoice of the account that is
    still past due, so that each service stays restricted until the last of them is paid. An invoice never weakens a
    hold that it already has, and its holds on other services stay as they are.
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
            own = next((h for h in kept if (h.source, h.service) == (heir, hold.service)), None)
            if own is None:
                kept.append(hold.model_copy(update={"source": heir, "step": ""}))
            else:
                kept[kept.index(own)] = own.model_copy(update={"level": strictest([own.level, hold.level])})
    return kept
