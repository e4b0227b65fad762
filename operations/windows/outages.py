"""Outages, as checks saw them and as people say: list them, write one down, strike one out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from dunning.ports.cases import Cases
from dunning.ports.outage_ledger import OutageLedger
from dunning.ports.outages import OutageError
from dunning.ports.windows import Windows
from dunning.windows.outage import Outage, Way
from dunning.windows.window import PutOff
from operations.errors import RefusedError, UnfinishedError
from operations.windows.look_again import LookAgain

LONGEST = timedelta(days=31)
"""What is longer is a mistake in a date."""
LISTED = timedelta(days=30)


class OutageRecords(Windows, OutageLedger, Protocol):
    """Outages, and what waits for them."""


class NewOutage(NamedTuple):
    """From `since` to `until` (UTC) nobody could pay by that part; `by` says so, and `reason` how they know."""

    way: Way
    since: datetime
    until: datetime
    by: str
    reason: str


class Listed(NamedTuple):
    """An outage, and the steps that it has moved."""

    outage: Outage
    moved: tuple[PutOff, ...]


class SaidOutage(NamedTuple):
    """The outage as it is now, whether that is new, and how many cases were told to look again."""

    outage: Outage
    changed: bool
    told: int = 0


class Outages:
    """All are safe to repeat, and raise RefusedError and OutageError.

    What waited and need not any more comes one after the other, `every` so often. `clock` is the wall's.
    """

    def __init__(self, store: OutageRecords, cases: Cases, every: timedelta, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._again = LookAgain(store, cases, every)
        self._clock = clock

    async def of(self, *, over: bool = False) -> tuple[Listed, ...]:
        """Those of the last thirty days, by their beginning; with `over` all that there ever were.

        Single failures are not among them.
        """
        since = datetime.min.replace(tzinfo=UTC) if over else self._clock() - LISTED
        found = [each for each in await self._store.outages(since) if each.stands or each.struck_by]
        return tuple([Listed(each, await self._store.put_off_by(each.id)) for each in found])

    async def add(self, new: NewOutage) -> SaidOutage:
        """Write down one that no check saw. What comes due from now on counts it; what is done stays done."""
        self._check(new)
        outage = Outage(id=f"{new.way}-{new.since:%Y%m%dT%H%M%SZ}", seen=new.until, **new._asdict())
        known = await self._store.outage(outage.id)
        if known == outage:
            return SaidOutage(outage, changed=False)
        if known and not known.struck_by:
            raise RefusedError("there is such an outage already, with another end or said by others", about=outage.id)
        await self._store.put_outage(outage)
        return SaidOutage(outage, changed=True)

    async def strike(self, outage: str, by: str, reason: str) -> SaidOutage:
        """It was none, or nobody was kept from paying by it: what waits because of it looks again."""
        _given(by=by, reason=reason)
        known = await self._store.outage(outage)
        if known is None:
            raise RefusedError("there is no such outage; `starter.py outages` names them", about=outage)
        after = known if known.struck_by else known.model_copy(update={"struck_by": by, "struck_reason": reason})
        if after != known:
            await self._store.put_outage(after)
        return SaidOutage(after, after != known, await self._tell(after))

    async def _tell(self, outage: Outage) -> int:
        now = self._clock()
        waiting = [(row, max(row.at, now)) for row in await self._store.put_off_by(outage.id) if row.until > now]
        try:
            return await self._again.tell(waiting, f"{outage.struck_by}, who struck out the outage {outage.id}", now)
        except OutageError as error:
            raise UnfinishedError(f"{outage.id} is struck out, but not every case was told: {error}") from None

    def _check(self, new: NewOutage) -> None:
        _given(by=new.by, reason=new.reason)
        if new.until <= new.since:
            raise RefusedError("it ends before it begins", field="until")
        if new.until > self._clock():
            raise RefusedError("it is not over yet; for what is to come set a window", field="until")
        if new.until - new.since > LONGEST:
            raise RefusedError(f"it lasts longer than {LONGEST.days} days", field="until")


def _given(**words: str) -> None:
    for field, word in words.items():
        if not word.strip():
            raise RefusedError("it must not be empty", field=field)
