"""What the hourly check reports: what it looked at, what it repaired, and what a person has to look at."""

from collections.abc import Iterator
from typing import Literal

from dunning.fleet.report import Report, added, section
from dunning.wire import Instant, Wire

Finding = Literal["repaired", "stubborn", "contradicted", "vanished", "settled"]
"""What a person is told of; `DriftReport` says what each means."""


TITLES: dict[Finding, str] = {
    "repaired": "Repaired: it was not at the level that its holds ask for",
    "stubborn": "Not repaired: the panel does not do what it is asked",
    "contradicted": "Not as the panel shows it, seen from outside; nothing was changed",
    "vanished": "The panel does not know it any more, though nobody here deleted it; nothing was changed",
    "settled": "Lifted: holds of invoices that are paid, waived or void",
}


class Drifted(Wire):
    """One service that is not as it should be, in words for people. `what` is the count that it belongs to."""

    account: str
    service: str
    what: Finding
    detail: str


class DriftReport(Report):
    """The services that `at` should be restricted, or were changed lately, as panel and outside show them.

    `in_order` are as they should be, of which `unseen` could not be told from outside. `by_staff` are restricted
    further by a person at the panel, and `deleted` are gone: nobody touches either. `underway` are being brought to a
    new hold right now. `known` were told before and are still so. `unanswered` are accounts whose panel did not answer,
    and `silent` those with a site that did not take its news: both are looked at again next time. The rest is told to a
    person: `repaired`; `stubborn`, where the panel does not do what it is asked; `contradicted`, where outside is not
    as the panel shows; `vanished`, which the panel does not know any more; and `settled`, holds lifted because
    nothing is owed for them.
    """

    at: Instant
    accounts: int = 0
    services: int = 0
    in_order: int = 0
    unseen: int = 0
    by_staff: int = 0
    deleted: int = 0
    underway: int = 0
    known: int = 0
    unanswered: int = 0
    silent: int = 0
    repaired: int = 0
    stubborn: int = 0
    contradicted: int = 0
    vanished: int = 0
    settled: int = 0
    found: tuple[Drifted, ...] = ()

    def __add__(self, other: "DriftReport") -> "DriftReport":
        """Both parts of one check as one."""
        return added(self, other)

    @property
    def told(self) -> int:
        """How many services and holds a person has to hear of."""
        return sum(getattr(self, finding) for finding in TITLES)

    @property
    def headline(self) -> str:
        """`Check of restricted services, 2026-11-25 06:17: 2 repaired, 1 contradicted`."""
        told = [f"{getattr(self, finding)} {finding}" for finding in TITLES if getattr(self, finding)]
        return f"Check of restricted services, {self.at:%Y-%m-%d %H:%M}: {', '.join(told) or 'all in order'}"

    def lines(self) -> Iterator[str]:
        """The whole report in plain lines, which are Markdown, too."""
        yield f"- **looked at** {self.services} service(s) of {self.accounts} account(s)"
        yield f"- **in order** {self.in_order}, of which {self.unseen} cannot be told from outside"
        yield (
            f"- **let be** {self.by_staff} restricted further by staff, {self.deleted} deleted, {self.underway} "
            f"being changed, {self.known} told before"
        )
        if self.unanswered or self.silent:
            yield f"- **no answer** from the panel of {self.unanswered}, from a site of {self.silent} account(s)"
        for finding, title in TITLES.items():
            its = [f"{f.account} · {f.service} · {f.detail}" for f in self.found if f.what == finding]
            yield from section(title, its, getattr(self, finding))
