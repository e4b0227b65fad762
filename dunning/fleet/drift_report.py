"""What the hourly check reports: what it looked at, what it repaired, and what a person has to look at."""

from collections.abc import Iterator
from typing import Literal, get_args

from dunning.wire import Instant, Wire

LISTED = 100
"""So many findings are named; of the others only the number is told."""


Finding = Literal["repaired", "stubborn", "contradicted", "vanished"]
"""What a person is told of a service; `DriftReport` says what each means."""


class Drifted(Wire):
    """One service that is not as it should be, in words for people. `what` is the count that it belongs to."""

    account: str
    service: str
    what: Finding
    detail: str


class DriftReport(Wire):
    """The services that `at` should be restricted, or were changed lately, as panel and outside show them.

    `in_order` are as they should be, of which `unseen` could not be told from outside. `by_staff` are restricted
    further by a person at the panel, and `deleted` are gone: nobody touches either. `underway` are being brought to a
    new hold right now. `known` were told before and are still so. `unanswered` are accounts whose panel did not answer,
    and `silent` those with a site that did not take its news: both are looked at again next time. The rest is told to a
    person: `repaired`; `stubborn`, where the panel does not do what it is asked; `contradicted`, where outside is not
    as the panel shows; `vanished`, which the panel does not know any more.
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
    found: tuple[Drifted, ...] = ()

    def __add__(self, other: "DriftReport") -> "DriftReport":
        """Both parts of one check as one."""
        return DriftReport(
            at=self.at,
            found=(self.found + other.found)[:LISTED],
            **{name: getattr(self, name) + getattr(other, name) for name in _COUNTS},
        )

    @property
    def told(self) -> int:
        """How many services a person has to hear of."""
        return sum(getattr(self, name) for name in _TOLD)


_TOLD: tuple[Finding, ...] = get_args(Finding)
_QUIET = ("in_order", "unseen", "by_staff", "deleted", "underway", "known")
_COUNTS = ("accounts", "services", *_QUIET, "unanswered", "silent", *_TOLD)


def headline(report: DriftReport) -> str:
    """The ticket's subject: `Check of restricted services, 2026-11-25 06:17: 2 repaired, 1 contradicted`."""
    parts = [f"{getattr(report, name)} {name}" for name in _TOLD if getattr(report, name)]
    return f"Check of restricted services, {report.at:%Y-%m-%d %H:%M}: {', '.join(parts) or 'all in order'}"


def lines(report: DriftReport) -> Iterator[str]:
    """The whole report in plain lines, which are Markdown, too."""
    yield f"- **looked at** {report.services} service(s) of {report.accounts} account(s)"
    yield f"- **in order** {report.in_order}, of which {report.unseen} cannot be told from outside"
    yield (
        f"- **let be** {report.by_staff} restricted further by staff, {report.deleted} deleted, {report.underway} "
        f"being changed, {report.known} told before"
    )
    if report.unanswered or report.silent:
        yield f"- **no answer** from the panel of {report.unanswered}, from a site of {report.silent} account(s)"
    for what in _TOLD:
        its = [each for each in report.found if each.what == what]
        if its:
            yield from ("", f"**{TITLES[what]}**", "", *(f"- {f.account} · {f.service} · {f.detail}" for f in its))
    if report.told > len(report.found):
        yield f"- and {report.told - len(report.found)} more"


TITLES: dict[Finding, str] = {
    "repaired": "Repaired: it was not at the level that its holds ask for",
    "stubborn": "Not repaired: the panel does not do what it is asked",
    "contradicted": "Not as the panel shows it, seen from outside; nothing was changed",
    "vanished": "The panel does not know it any more, though nobody here deleted it; nothing was changed",
}
