"""What policies there are, whether each may be used, and what one does to an unpaid invoice, day by day."""

from datetime import date
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from dunning.money import Money
from dunning.policy.check import PolicyError
from dunning.policy.file import Policy, Zone
from dunning.policy.plan import Invoice, Milestone
from dunning.policy.timeline import TimelineError, timeline
from dunning.ports.policies import PolicyFiles
from operations.errors import RefusedError, refusal

_ZONE = TypeAdapter[str](Zone)


class PlanOf(NamedTuple):
    """Which plan: of an invoice due then, in that zone (empty: the policy's), paid through that day (None: due)."""

    policy: str
    due: date
    zone: str = ""
    paid_through: date | None = None


class Dated(NamedTuple):
    """A policy's milestones at their instants, for people in `zone`."""

    policy: Policy
    zone: str
    milestones: tuple[Milestone, ...]


class Read(NamedTuple):
    """A policy by its name, or why it may not be used."""

    name: str
    found: Policy | PolicyError


class Policies:
    """Reads files only."""

    def __init__(self, files: PolicyFiles) -> None:
        self._files = files

    def every(self) -> list[Read]:
        """All that the operator keeps, by name."""
        return [self.check(name) for name in self._files.names()]

    def check(self, name: str) -> Read:
        """One policy, by its name or file, with every finding."""
        try:
            return Read(name, self._files.load(name))
        except PolicyError as error:
            return Read(name, error)

    def usable(self, name: str) -> Policy:
        """The policy of that name or file. Raises RefusedError with all findings."""
        try:
            return self._files.load(name)
        except PolicyError as error:
            raise RefusedError(str(error)) from None

    def plan(self, asked: PlanOf) -> Dated:
        """The dated plan. Raises RefusedError when the policy may not be used, or does not fit the dates."""
        policy = self.usable(asked.policy)
        zone = zone_of(asked.zone) or policy.zone
        nothing = Money.zero(policy.currency)
        invoice = Invoice(number="plan", account="plan", amount=nothing, due=asked.due, paid_through=asked.paid_through)
        try:
            return Dated(policy, zone, timeline(policy, invoice, zone))
        except TimelineError as error:
            raise not_fitting(policy, error) from None
        except (OverflowError, ValueError):
            raise too_late(asked.due) from None


def zone_of(name: str) -> str:
    """The time zone of that name; empty stays empty. Raises RefusedError."""
    try:
        return _ZONE.validate_python(name) if name else ""
    except ValidationError as error:
        raise RefusedError(refusal(error).reason, field="zone") from None


def not_fitting(policy: Policy, error: TimelineError) -> RefusedError:
    """For dates out of order."""
    return RefusedError(f"the policy {policy.name} does not fit these dates: {error}")


def too_late(due: date) -> RefusedError:
    """For a plan that passes the end of the calendar."""
    return RefusedError(f"{due} is too near the end of the calendar", field="due")
