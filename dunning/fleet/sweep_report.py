"""What a sweep reports: what it saw, what it healed, and what a person has to look at. Partial reports add up."""

from collections.abc import Iterator

from dunning.fleet.report import Report, added, section
from dunning.money import Money
from dunning.records.inbox import NewsOutcome
from dunning.wire import Instant, Wire

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


class SweepReport(Report):
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
        """Both parts of one sweep as one; the same webhooks wait in each."""
        since, until = min(self.since, other.since), max(self.until, other.until)
        return added(self, other, since=since, until=until, waiting=max(self.waiting, other.waiting))

    @property
    def needs_a_person(self) -> bool:
        """Whether anything was healed or is wrong."""
        return any(count for count, _, _ in self._told())

    @property
    def headline(self) -> str:
        """`Sweep of 2026-11-25: 2 payments healed, 1 mismatch`."""
        told = [f"{count} {one if count == 1 else many}" for count, one, many in self._told() if count]
        return f"Sweep of {self.until:%Y-%m-%d}: {', '.join(told) or 'all in order'}"

    def lines(self) -> Iterator[str]:
        """The whole report in plain lines, which are Markdown, too."""
        yield f"- **window** {self.since:%Y-%m-%d %H:%M} to {self.until:%Y-%m-%d %H:%M} UTC"
        yield (
            f"- **compared** {self.payments} payment(s) and {self.reversals} reversal(s) of the gateway, "
            f"{self.charges} charge(s) of ours; {self.in_order} in order"
        )
        yield f"- **webhooks waiting** {self.waiting}{' or more' if self.waiting >= COUNTED else ''}"
        for title, findings, count in _sections(self):
            yield from section(title, findings, count)

    def _told(self) -> tuple[tuple[int, str, str], ...]:
        """What a person has to know: how many, and what one and several are called."""
        return (
            (self.payments_healed, "payment healed", "payments healed"),
            (self.reversals_healed, "reversal healed", "reversals healed"),
            (self.mismatched, "mismatch", "mismatches"),
            (self.unconfirmed, "charge unknown to the gateway", "charges unknown to the gateway"),
            (self.unanswered, "case without an answer", "cases without an answer"),
        )


def _sections(report: SweepReport) -> tuple[tuple[str, list[str], int], ...]:
    return (
        (
            "Healed: our books did not have it",
            [f"{each.invoice or 'no invoice'} · {each.id} · {each.amount} · {each.outcome}" for each in report.healed],
            report.payments_healed + report.reversals_healed,
        ),
        (
            "Not the same amount in both books; nothing was changed",
            [
                f"{each.invoice or 'no invoice'} · {each.id} · ours {each.ours}, theirs {each.theirs}"
                for each in report.mismatches
            ],
            report.mismatched,
        ),
        (
            "Charged by us, unknown to the gateway; nothing was changed",
            [f"{each.invoice} · {each.id} · {each.amount}" for each in report.unknown],
            report.unconfirmed,
        ),
        ("No answer from the case; it is compared again tomorrow", list(report.silent), report.unanswered),
    )
