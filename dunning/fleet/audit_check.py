"""The daily look at the audit log: what is asked of it, and what it says (docs/audit.md)."""

from datetime import datetime

from dunning.audit.verify import Verified
from dunning.tickets import fleet
from dunning.tickets.ticket import TicketOrder
from dunning.wire import Instant, Wire

WORKFLOW = "AuditCheck"
"""The workflow's name, for whoever starts it without knowing its code."""
NAMED = 20
"""So many mistakes are named; `starter.py audit verify` has more."""


class AuditOrder(Wire):
    """Verify all of it; `expect` is the newest link of the look before, which has to be there still."""

    expect: str = ""


class AuditReport(Wire):
    """What was found. `number`, `written_at` and `link` are the newest entry's, `wrong` counts the mistakes."""

    entries: int = 0
    number: int = 0
    written_at: str = ""
    link: str = ""
    erased: int = 0
    wrong: int = 0
    mistakes: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """The sentence that is noted elsewhere: it names the newest link."""
        found = f"{self.wrong:,} mistake(s)" if self.wrong else "each as it was written"
        return f"Audit log: {self.entries:,} entries, {found}; newest entry {self.number}, link {self.link}"


def report_of(found: Verified) -> AuditReport:
    """What the check says of it."""
    return AuditReport(
        entries=found.entries,
        number=found.number,
        written_at=found.at,
        link=found.link,
        erased=found.erased,
        wrong=found.wrong,
        mistakes=tuple(f"entry {each.number}: {each.why}" for each in found.mistakes[:NAMED]),
    )


def audit_ticket(report: AuditReport, at: Instant | datetime) -> TicketOrder:
    """Work for management: one ticket a look that found something."""
    return fleet.audit_broken(f"{WORKFLOW}-{at:%Y-%m-%dT%H:%M:%SZ}", at, report.headline, report.mistakes)
