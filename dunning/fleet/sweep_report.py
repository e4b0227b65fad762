"""What a sweep reports: what it saw, what it healed, and what a person has to look at. Partial reports add up."""

from collections.abc import Iterator

from dunning.money import Money
from dunning.records.inbox import NewsOutcome
from dunning.wire import Instant, Wire

LISTED = 100
"""So many of each sort are named; of the others only the number is told."""
COUNTED = 500
"""So many waiting webhooks are counted."""


class Healed(Wire):
    """Money that our books did not have, and what became of it when the case was told: a word of `Outcome`."""

    invoice: str
    id: str
    amount: Money
    outcome: NewsOutcome


class Mismatch(Wire):
    """Money whose amount is not the same in both books. Nothing was changed."""

    invoice: str
    id: str
    ours: Money
    theirs: Money


class Unconfirmed(Wire):
    """A charge that our books have, and that the gateway does not know, or not as charged."""

    invoice: str
    id: str
    amount: Money


class SweepReport(Wire):
    """The books of [since, until), compared.

    `payments`, `reversals` (with those that were undone) and `charges` (our own) are what was looked at; `waiting` are
    webhooks that nobody handled yet. `unanswered` invoices' cases did not answer: they are compared again tomorrow.
    The lists hold the first `LISTED` of each.
    """

    since: Instant
    until: Instant
    payments: int = 0
    reversals: int = 0
    charges: int = 0
    in_order: int = 0
    payments_healed: int = 0
    reversals_healed: int = 0
    mismatched: int = 0
    unconfirmed: int = 0
    unanswered: int = 0
    waiting: int = 0
    healed: tuple[Healed, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    unknown: tuple[Unconfirmed, ...] = ()
    silent: tuple[str, ...] = ()

    def __add__(self, other: "SweepReport") -> "SweepReport":
        """Both parts of one sweep as one."""
        return SweepReport(
            since=min(self.since, other.since),
            until=max(self.until, other.until),
            waiting=max(self.waiting, other.waiting),
            **{name: getattr(self, name) + getattr(other, name) for name in _COUNTS},
            **{name: (getattr(self, name) + getattr(other, name))[:LISTED] for name in _LISTS},
        )

    @property
    def needs_a_person(self) -> bool:
        """Whether anything was healed or is wrong."""
        return any(getattr(self, name) for name in _TOLD)


_TOLD = ("payments_healed", "reversals_healed", "mismatched", "unconfirmed", "unanswered")
_COUNTS = ("payments", "reversals", "charges", "in_order", *_TOLD)
_LISTS = ("healed", "mismatches", "unknown", "silent")


def headline(report: SweepReport) -> str:
    """The ticket's subject: `Sweep of 2026-11-25: 2 payments healed, 1 mismatch`."""
    parts = (
        _counted(report.payments_healed, "payment healed", "payments healed"),
        _counted(report.reversals_healed, "reversal healed", "reversals healed"),
        _counted(report.mismatched, "mismatch", "mismatches"),
        _counted(report.unconfirmed, "charge unknown to the gateway", "charges unknown to the gateway"),
        _counted(report.unanswered, "case without an answer", "cases without an answer"),
    )
    return f"Sweep of {report.until:%Y-%m-%d}: {', '.join(part for part in parts if part) or 'all in order'}"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}" if count else ""


def lines(report: SweepReport) -> Iterator[str]:
    """The whole report in plain lines, which are Markdown, too."""
    yield f"- **window** {report.since:%Y-%m-%d %H:%M} to {report.until:%Y-%m-%d %H:%M} UTC"
    yield (
        f"- **compared** {report.payments} payment(s) and {report.reversals} reversal(s) of the gateway, "
        f"{report.charges} charge(s) of ours; {report.in_order} in order"
    )
    yield f"- **webhooks waiting** {report.waiting}{' or more' if report.waiting >= COUNTED else ''}"
    for title, count, named in _sections(report):
        if count:
            yield from ("", f"**{title}**", "", *(f"- {each}" for each in named))
        if count > len(named):
            yield f"- and {count - len(named)} more"


def _sections(report: SweepReport) -> tuple[tuple[str, int, list[str]], ...]:
    return (
        (
            "Healed: our books did not have it",
            report.payments_healed + report.reversals_healed,
            [f"{each.invoice or 'no invoice'} · {each.id} · {each.amount} · {each.outcome}" for each in report.healed],
        ),
        (
            "Not the same amount in both books; nothing was changed",
            report.mismatched,
            [
                f"{each.invoice or 'no invoice'} · {each.id} · ours {each.ours}, theirs {each.theirs}"
                for each in report.mismatches
            ],
        ),
        (
            "Charged by us, unknown to the gateway; nothing was changed",
            report.unconfirmed,
            [f"{each.invoice} · {each.id} · {each.amount}" for each in report.unknown],
        ),
        ("No answer from the case; it is compared again tomorrow", report.unanswered, list(report.silent)),
    )
