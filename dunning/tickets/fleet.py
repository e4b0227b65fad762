"""Tickets about all accounts at once: what the sweep and the check of services found, and what the breaker stopped."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from dunning.policy.invoice_number import typed
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.records.effects import Consequence, Counted, Decision, Ruling
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder

NOUNS: dict[Counted, str] = {"suspend": "suspension", "delete": "deletion"}
"""What the breaker counts, in words."""
DECIDED: dict[Decision, tuple[StepKind, str]] = {
    "allowed": (StepKind.BREAKER_ALLOWED, "allowed by"),
    "kept": (StepKind.BREAKER_KEPT, "kept from happening by"),
}
"""What a person decided: the kind of the ticket's key, and in words."""
_SHOWN = 20
"""So many lines of a list stand in a ticket; `breaker show` has all."""


def sweep_found(step: str, at: datetime, headline: str, lines: Iterable[str]) -> TicketOrder:
    """What the daily comparison of the books found. One a sweep."""
    return _of_nobody(TicketKind.SWEEP, step, at, headline, lines)


def drift_found(step: str, at: datetime, headline: str, lines: Iterable[str]) -> TicketOrder:
    """What the hourly check of restricted services found. One a check."""
    return _of_nobody(TicketKind.DRIFT, step, at, headline, lines)


def audit_broken(step: str, at: datetime, headline: str, mistakes: Iterable[str]) -> TicketOrder:
    """The audit log is not what was written. One a look at it."""
    body = [
        *(f"- {each}" for each in mistakes),
        "",
        "Somebody changed the store by hand, or it is an older copy. See what is missing, and keep the worker's logs:",
        "    starter.py audit verify",
        "docs/audit.md says what each of these means and what to do.",
    ]
    return _of_nobody(TicketKind.AUDIT_BROKEN, step, at, headline, body)


def cases_died(died: Mapping[str, str], at: datetime) -> TicketOrder:
    """Cases that the server ended before their time, by invoice, and how. One a check that finds new ones."""
    shown = [f"- {number}: {how}" for number, how in list(died.items())[:_SHOWN]]
    more = len(died) - len(shown)
    body = [
        "Nothing happens about these invoices any more, and a hold of theirs stays in place even if they are paid:",
        *shown,
        *([f"- and {more:,} more: starter.py list --state dead"] if more else []),
        "",
        "Find out who ended them, then let them go on from what is known of them:",
        f"    starter.py recover {typed(next(iter(died)))} --by YOU --reason WHY",
    ]
    subject = f"Ended at the server before their time: {len(died):,} case{'' if len(died) == 1 else 's'}"
    return _of_nobody(TicketKind.CASES_DIED, step(StepKind.DEAD_CASES, f"{at:%Y%m%dT%H%M%SZ}"), at, subject, body)


def many(action: Counted, count: int) -> str:
    """`1 suspension`, `4,711 deletions`."""
    return f"{count:,} {NOUNS[action]}{'' if count == 1 else 's'}"


def breaker_stopped(first: Consequence, admitted: Sequence[Consequence], hours: float, allowed: str) -> TicketOrder:
    """A person has to decide, once an incident. `admitted` are those that just happened, `allowed` the settings."""
    nouns = f"{NOUNS[first.action]}s"
    happened = f"{many(first.action, len(admitted))} happened within {hours:g} hours of the first one below"
    body = [
        f"{happened}, as many as the settings allow ({allowed}).",
        f"All further {nouns} wait until a person decides; the list grows meanwhile.",
        "",
        "Stopped first:",
        *_lines([first]),
        "",
        "See the whole list, then decide:",
        "    starter.py breaker show",
        f"    starter.py breaker allow --incident {first.incident} --most 100 --by YOU --reason WHY",
        f"    starter.py breaker keep --incident {first.incident} --by YOU --reason WHY",
        "",
        "Happened before it, latest first:",
        *_lines(list(reversed(admitted))),
    ]
    subject = f"The breaker stopped all {nouns}"
    return _of_nobody(TicketKind.BREAKER_STOPPED, step(StepKind.BREAKER, first.incident), first.at, subject, body)


def breaker_decided(rows: Sequence[Consequence], ruling: Ruling, at: datetime) -> TicketOrder:
    """What a person decided about `rows` (one at least, of one status before), written down once."""
    kind, what = DECIDED[ruling.status]
    counts = Counter[Counted](row.action for row in rows)
    subject = f"The breaker: {' and '.join(many(*each) for each in counts.items())} {what} {ruling.by}"
    body = [f"Reason: {ruling.reason}", *_lines(rows)]
    return _of_nobody(TicketKind.BREAKER_DECIDED, step(kind, rows[0].key), at, subject, body)


def _of_nobody(kind: TicketKind, step: str, at: datetime, subject: str, lines: Iterable[str]) -> TicketOrder:
    body = "\n".join(lines)
    return TicketOrder(invoice="", account="", step=step, at=at, kind=kind, subject=subject, body=body)


def _lines(rows: Sequence[Consequence]) -> list[str]:
    shown = [f"- {row.at:%Y-%m-%d %H:%M}Z {row.action}: invoice {row.invoice}, account {row.account}" for row in rows]
    more = len(shown) - _SHOWN
    return [*shown[:_SHOWN], f"- and {more:,} more"] if more > 0 else shown
