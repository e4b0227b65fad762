"""The checks of the whole fleet, begun now instead of at their hour. A worker does them."""

from collections.abc import Callable
from datetime import datetime

from dunning.fleet.drift import DriftOrder
from dunning.fleet.drift_report import DriftReport
from dunning.fleet.sweep import SweepOrder, end_at
from dunning.fleet.sweep_report import SweepReport
from dunning.ports.checks import Checks
from operations.errors import RefusedError


class RunChecks:
    """Both are safe to repeat, and raise OutageError, saying what the check waits for. `clock` is the wall's."""

    def __init__(self, checks: Checks, clock: Callable[[], datetime]) -> None:
        self._checks = checks
        self._clock = clock

    async def sweep(self, since: datetime | None = None, until: datetime | None = None) -> SweepReport:
        """Compare the gateway's books of [since, until) with ours, and heal. Raises RefusedError: see `sweep_of`."""
        return await self._checks.sweep(sweep_of(since, until, self._clock()))

    async def drift(self) -> DriftReport:
        """Compare each restricted service with its panel and from outside, and repair what drifted."""
        return await self._checks.drift(DriftOrder(at=self._clock().replace(microsecond=0)))


def sweep_of(since: datetime | None, until: datetime | None, now: datetime) -> SweepOrder:
    """The sweep of [since, until): until now when nobody says until when, and from three days before.

    Raises RefusedError for no time at all.
    """
    end = until or end_at(now)
    if since and since >= end:
        raise RefusedError(f"{_told(since)} is not before {_told(until) if until else 'now'}", field="since")
    return SweepOrder(since=since, until=end)


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
