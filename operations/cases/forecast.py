"""A look ahead: what comes of all open invoices in the next days if nobody pays, from the table of open cases."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from dunning.forecast.expected import Expected, end_of, expected
from dunning.ports.cores import Cores
from dunning.ports.open_cases import OpenSnapshots
from dunning.records.open_case import OpenCase
from dunning.subscriptions.rules import End, Open, Wait, decide
from dunning.subscriptions.subscription import Subscription
from operations.cases.list_cases import filter_by
from operations.cases.snapshots import OTHER_VERSION, NotLookedAt, Tick, played, untold, why_not
from operations.errors import RefusedError
from operations.windows.shut import ShutFrom

MOST_DAYS = 400
"""A look further ahead is none: prices, policies and customers will be others."""


class AheadRecords(OpenSnapshots, Protocol):
    """The table of open cases, and the subscriptions, whose next invoices are not open yet."""

    async def subscriptions(self, account: str = "") -> tuple[Subscription, ...]:
        """The account's, those that ended too; all accounts' when it is empty."""
        ...


class Look(NamedTuple):
    """What was found at `now` (UTC) for so many days, today being the first.

    `looked_at`: of so many open invoices it is known what comes, which may be nothing. `found` is in the order in which
    it comes, on one instant by invoice. `renewing`: so many subscriptions open an invoice in these days that is not in
    it.
    """

    now: datetime
    days: int
    looked_at: int
    not_looked_at: list[NotLookedAt]
    found: list[Expected]
    renewing: int = 0

    @property
    def invoices(self) -> int:
        """All open ones."""
        return self.looked_at + len(self.not_looked_at)


class Forecast:
    """Reads the store only; a day is one of each case's own zone. `clock` is the wall's."""

    def __init__(self, table: AheadRecords, cores: Cores, shut: ShutFrom, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._cores = cores
        self._shut = shut
        self._clock = clock

    async def of(self, days: int, *, account: str = "", tick: Tick = untold) -> Look:
        """Look so many days ahead; of one account, or of all.

        Raises RefusedError for days that are none and an account that nobody can have, StoreOutageError.
        """
        if not 1 <= days <= MOST_DAYS:
            raise RefusedError(f"{days} is not from 1 to {MOST_DAYS}", field="days")
        wanted, now = filter_by(account=account, policy=""), self._clock()
        rows = await self._table.open_snapshots(now + timedelta(days=days + 1), account=wanted.account)
        ahead = [row for row in rows if row.died or _comes(row, now, days)]
        rule = partial(expected, now=now, days=days, shut=await self._shut(now))
        found = await played(rule, [row for row in ahead if not why_not(row)], self._cores, tick)
        left_out = [NotLookedAt(row.number, row.account, why) for row in ahead if (why := why_not(row))]
        left_out += [NotLookedAt(row.number, row.account, OTHER_VERSION) for row in found.unreadable]
        steps = sorted(found.found, key=lambda each: (each.at, each.invoice))
        renewing = sum(_renews(each, now, days) for each in await self._table.subscriptions(wanted.account))
        return Look(now, days, len(rows) - len(left_out), sorted(left_out), steps, renewing)


def _renews(subscription: Subscription, now: datetime, days: int) -> bool:
    """Whether its next invoice is opened in these days."""
    match decide(subscription, now):
        case Open():
            return True
        case Wait(until):
            return not subscription.ends and until < end_of(now, days, subscription.lead.zone)
        case End():
            return False


def _comes(row: OpenCase, now: datetime, days: int) -> bool:
    """Whether anything may come in these days: before its next step's time nothing does."""
    return row.coming_at is None or row.coming_at < end_of(now, days, row.zone)
