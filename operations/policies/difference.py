"""What a change of policy would do to the open invoices, from the table of open cases, before anybody saves it."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from dunning.forecast.difference import Change, Fees, changes, changes_of, fees
from dunning.forecast.other_policy import Compared, compared
from dunning.policy.file import Policy
from dunning.ports.cores import Cores
from dunning.ports.open_cases import OpenSnapshots
from operations.cases.snapshots import OTHER_VERSION, NotLookedAt, Tick, played, untold, why_not
from operations.windows.shut import ShutFrom

_ALWAYS = datetime.max.replace(tzinfo=UTC)


class Difference(NamedTuple):
    """The open invoices of a policy on two roads, both if nobody pays: as they run, and moved to another at `now`.

    `found` are those that were compared.
    """

    now: datetime
    own: Policy
    other: Policy
    found: list[Compared]
    not_looked_at: list[NotLookedAt]

    @property
    def invoices(self) -> int:
        """All open ones of the policy."""
        return len(self.found) + len(self.not_looked_at)

    @property
    def earlier(self) -> int:
        """How many were compared with the plan of an earlier version."""
        return sum(each.version != self.own.version for each in self.found)

    @property
    def unchanged(self) -> int:
        """For how many nothing that is counted changes, and no fee."""
        return sum(not any(changes_of(each)) and each.own.fees == each.other.fees for each in self.found)

    def changes(self) -> list[Change]:
        """What changes, and for how many."""
        return changes(self.found)

    def fees(self) -> list[Fees]:
        """What changes of the fees."""
        return fees(self.found)


class ComparePolicies:
    """Reads the store only. `clock` is the wall's."""

    def __init__(self, table: OpenSnapshots, cores: Cores, shut: ShutFrom, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._cores = cores
        self._shut = shut
        self._clock = clock

    async def of(self, own: Policy, other: Policy, tick: Tick = untold) -> Difference:
        """Compare all open invoices that run under `own`. Raises StoreOutageError."""
        now = self._clock()
        rows = await self._table.open_snapshots(_ALWAYS, policy=own.name)
        readable = [row for row in rows if not why_not(row)]
        rule = partial(compared, policy=other, now=now, shut=await self._shut(now))
        result = await played(rule, readable, self._cores, tick)
        left_out = [NotLookedAt(row.number, row.account, why) for row in rows if (why := why_not(row))]
        left_out += [NotLookedAt(row.number, row.account, OTHER_VERSION) for row in result.unreadable]
        left_out += [NotLookedAt(each.invoice, each.account, each.unfit) for each in result.found if each.unfit]
        return Difference(now, own, other, [each for each in result.found if not each.unfit], sorted(left_out))
