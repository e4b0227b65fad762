"""Checks of the whole fleet, which a worker runs: to begin one now, and wait for its report."""

from typing import Protocol

from dunning.fleet.drift import DriftOrder
from dunning.fleet.drift_report import DriftReport
from dunning.fleet.sweep import SweepOrder
from dunning.fleet.sweep_report import SweepReport
from dunning.ports.outages import OutageError


class CheckFailedError(OutageError):
    """A check ended without a report."""


class Checks(Protocol):
    """One that already runs under the same time is joined, not begun again.

    Both raise OutageError as soon as something that the check needs is away, instead of waiting in silence; the check
    then goes on by itself.
    """

    async def sweep(self, order: SweepOrder) -> SweepReport:
        """Compare the gateway's books with ours; `until` must be set."""
        ...

    async def drift(self, order: DriftOrder) -> DriftReport:
        """Compare each restricted service with its panel and from outside; `at` must be set."""
        ...
