"""The hourly check of restricted services: what a service's panel and a look from outside ask for.

It repairs what drifted away from the holds, and nothing else. It never deletes, never loosens what a person restricted
at the panel, and never touches what is deleted: somebody may have signed up under the same name (S2-15).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from dunning.fleet.drift_report import Drifted, DriftReport, Finding
from dunning.holds import Hold
from dunning.level import Level, at_panel
from dunning.records.effects import Effect
from dunning.services.probe_verdict import contradicts
from dunning.tickets import fleet
from dunning.tickets.ticket import TicketOrder
from dunning.wire import Instant, Wire

WORKFLOW = "DriftCheck"
"""The workflow's name, for whoever starts it without knowing its code."""
RECENTLY = timedelta(days=2)
"""Services that were changed in this time are looked at, too: those that were reinstated among them."""
UNDERWAY = timedelta(hours=1)
"""A hold that is younger and was not brought about yet is left to the activity that placed it."""

Need = Literal["nothing", "deleted", "vanished", "underway", "by_staff", "repair"]


class DriftOrder(Wire):
    """Check all services; empty means the schedule's own time."""

    at: Instant | None = None


class PageOrder(Wire):
    """Check the next accounts above `after`, as of `at`."""

    at: Instant
    after: str = ""


class Page(Wire):
    """What became of them. `last` is the account to go on after; empty at the end."""

    report: DriftReport
    last: str = ""


def drift_id(at: datetime) -> str:
    """`drift-<time>`, as the schedule names its own."""
    return f"drift-{at:%Y-%m-%dT%H:%M:%SZ}"


def is_gone(effect: Effect | None) -> bool:
    """Whether the service was deleted, by us or by somebody else, when it was seen last."""
    return effect is not None and Level.DELETED in (effect.wanted, effect.shown)


def need(
    wanted: Level,
    shown: Level,
    effect: Effect | None,
    holds: Iterable[Hold],
    at: datetime,
    *,
    ours: bool,
    asked: Level | None = None,
) -> Need:
    """What the panel's state asks for. `effect` is what was kept last; `ours`: we may lift the restriction.

    `asked` is what the panel can show of `wanted`; None: all of it.
    """
    if is_gone(effect) or wanted is Level.DELETED:
        return "deleted"
    if shown is Level.DELETED:
        return "vanished"
    if shown is (at_panel(wanted) if asked is None else asked):
        return "nothing"
    if shown.rank > wanted.rank and not ours:
        return "by_staff"
    fresh = any(hold.since > at - UNDERWAY for hold in holds)
    brought_before = effect is not None and effect.wanted is wanted
    return "underway" if fresh and not brought_before else "repair"


def told_before(effect: Effect | None, now: Effect) -> bool:
    """Whether this is no news: a person has heard of it if it is not in order."""
    return (
        effect is not None
        and (effect.wanted, effect.shown) == (now.wanted, now.shown)
        and contradicts(effect.proof) == contradicts(now.proof)
    )


def finding(effect: Effect, what: Finding, detail: str) -> DriftReport:
    """A report with one service that a person has to hear of."""
    found = Drifted(account=effect.account, service=effect.service, what=what, detail=detail)
    return one(effect.at, what).model_copy(update={"found": (found,)})


def lifted(account: str, invoice: str, at: datetime) -> DriftReport:
    """A report with one hold that was lifted."""
    detail = f"{invoice} is settled, and its hold was still there"
    found = Drifted(account=account, service="all services", what="settled", detail=detail)
    return DriftReport(at=at, settled=1, found=(found,))


def one(at: datetime, *what: str) -> DriftReport:
    """A report with one service, counted under each of these."""
    return DriftReport.model_validate({"at": at, "services": 1, **dict.fromkeys(what, 1)})


def drift_ticket(report: DriftReport) -> TicketOrder:
    """Work for Support: one ticket a check, of no account in particular."""
    return fleet.drift_found(drift_id(report.at), report.at, report.headline, report.lines())
