"""Maintenance windows: people set, move, extend and cancel them, and what waited for one hears of it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import chain, count
from typing import NamedTuple, Protocol

from dunning.calendar import local
from dunning.ports.cases import Cases
from dunning.ports.outages import OutageError
from dunning.ports.tickets import Tickets
from dunning.ports.windows import Windows
from dunning.tickets.ticket import Ticket
from dunning.tickets.windows import follow_up_key
from dunning.windows.can_they_pay import TO_PAY
from dunning.windows.shut import Shut
from dunning.windows.window import CHARGE, PutOff, Window
from operations.errors import RefusedError, UnfinishedError
from operations.windows.look_again import LookAgain, Sooner
from operations.windows.results import Result, ResultRecords, results

LONGEST = timedelta(days=7)
"""Nobody needs longer, and what is longer is a mistake in a date."""
FARTHEST = timedelta(days=366)
_A_DAY = timedelta(days=1)
_OVER = "it would be over already; `starter.py outage add` writes down what is past, `window cancel` ends what runs"


class WindowRecords(ResultRecords, Tickets, Protocol):
    """What waited, and the ticket about it."""


class NewWindow(NamedTuple):
    """From `since` to `until` (UTC); `zone` is that of whoever said the hours, `reason` for customers."""

    since: datetime
    until: datetime
    zone: str
    reason: str
    by: str


class Changed(NamedTuple):
    """The window as it is now, whether that is new, and how many cases were told to look again."""

    window: Window
    changed: bool
    told: int = 0


async def current_window(store: Windows, at: datetime) -> Window | None:
    """The one that is at that instant, with the end of those that follow without a break. Raises StoreOutageError."""
    first, until = None, at
    for each in await store.windows(at):  # by their beginning
        if not each.cancelled and each.since <= until < each.until:
            first, until = first or each, each.until
    return first and first.model_copy(update={"until": until})


def _first(waiting: Iterable[PutOff], now: datetime) -> datetime:
    return min((row.at for row in waiting), default=now)


def _hours(window: Window) -> tuple[object, ...]:
    return window.since, window.until, window.zone


class MaintenanceWindows:
    """All are safe to repeat, and raise RefusedError and OutageError.

    `lead` is as in `dunning.windows.can_they_pay`. What waited and need not any more comes one after the other, `every`
    so often. `clock` is the wall's.
    """

    def __init__(
        self, store: WindowRecords, cases: Cases, lead: timedelta, every: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._lead = lead
        self._again = LookAgain(store, cases, every)
        self._clock = clock

    async def of(self, *, over: bool = False) -> tuple[Window, ...]:
        """Those that are not over, or for which something waits still, by their beginning; with `over` all of them."""
        now = self._clock()
        waited_for = {row.window for row in await self._store.put_off_until_after(now)}
        found = await self._store.windows(datetime.min.replace(tzinfo=now.tzinfo))
        return tuple(each for each in found if over or each.until > now or each.id in waited_for)

    async def waiting(self, window: str) -> tuple[PutOff, ...]:
        """What waits or waited for it, in the order in which it would have come."""
        await self.known(window)
        return await self._store.put_off_by(window)

    async def results(self, window: str) -> list[Result]:
        """What became of it, in that order; as the table of open cases and the closed books have it."""
        await self.known(window)
        return await results(self._store, window)

    async def report(self, window: str) -> Ticket | None:
        """The ticket that tells management of it, once it is over and something waited for it (S0-13, S0-22)."""
        return await self._store.ticket(follow_up_key(window))

    async def add(self, new: NewWindow) -> Changed:
        """Set one; its id is its beginning in its own zone. Raises RefusedError for hours that cannot be meant."""
        for field in ("by", "reason"):
            if not getattr(new, field).strip():
                raise RefusedError("it must not be empty", field=field)
        self._sound(Window(id="", **new._asdict()))
        window, known = await self._named(Window(id=f"{local(new.since, new.zone):%Y-%m-%d-%H%M}", **new._asdict()))
        if known == window:
            return Changed(window, changed=False)
        if known and not known.cancelled:
            raise RefusedError("there is such a window already, said by others or otherwise", about=window.id)
        return await self._put(window, known)

    async def move(self, window: str, since: datetime | None, until: datetime | None, by: str) -> Changed:
        """Give it other hours; None stays. Of one that runs already only the end may change: it was closed so long."""
        known = await self.known(window)
        after = known.model_copy(update={"since": since or known.since, "until": until or known.until, "by": by})
        if (after.since, after.until) == (known.since, known.until):
            return Changed(known, changed=False, told=await self._tell_again(known))
        if known.cancelled or known.until <= self._clock():
            raise RefusedError(f"it is {'cancelled' if known.cancelled else 'over'}", about=window)
        if known.since <= self._clock() and after.since != known.since:
            raise RefusedError("it runs already, so its beginning stays", field="from")
        self._sound(after)
        return await self._put(after, known)

    async def cancel(self, window: str, by: str) -> Changed:
        """Call it off: what waits for it comes now, if nothing else holds it. One that runs ends now instead.

        Who could not pay until then has the same time for it as after any window.
        """
        known, now = await self.known(window), self._clock()
        if known.cancelled or known.until <= now:
            return Changed(known, changed=False, told=await self._tell_again(known))
        change = {"until": now} if known.since <= now else {"cancelled": True}
        return await self._put(known.model_copy(update={**change, "by": by}), known)

    async def known(self, window: str) -> Window:
        """The one of that id. Raises RefusedError when there is none."""
        found = await self._store.window(window)
        if found is None:
            raise RefusedError("there is no such window; `starter.py window list` names them", about=window)
        return found

    async def _named(self, window: Window) -> tuple[Window, Window | None]:
        """With an id that no window of other hours has, and the one of these hours, if it is known."""
        ids = chain([window.id], (f"{window.id}-{number}" for number in count(2)))
        for each in ids:
            known = await self._store.window(each)
            if known is None or _hours(known) == _hours(window):
                return window.model_copy(update={"id": each}), known
        raise AssertionError

    async def _put(self, window: Window, before: Window | None) -> Changed:
        await self._store.put_window(window)
        return Changed(window, changed=True, told=await self._tell(window, before) if before else 0)

    async def _tell(self, window: Window, before: Window) -> int:
        """Cases whose steps need not wait so long any more look again; the others ask by themselves when it is time.

        One may wait for several windows in a row, so whatever this one was in the way of is looked at. What waits for
        something else besides only asks: it keeps its place there.
        """
        now = self._clock()
        waiting = await self._store.put_off_until_after(now)
        windows = await self._store.windows(_first(waiting, now) - TO_PAY)
        earlier = tuple(before if each.id == before.id else each for each in windows)
        its = [row for row in waiting if row.at < before.until + TO_PAY and before.since - self._lead < row.opening]
        sooner: list[tuple[PutOff, datetime | None]] = []
        for row in () if before.cancelled else its:
            was = self._then(row, earlier, row.at)
            if was != row.opening:
                sooner.append((row, None))
            elif self._may(row, window, windows, now) < was:
                sooner.append((row, self._then(row, windows, max(row.at, now))))
        return await self._told(window, sooner, now)

    async def _tell_again(self, window: Window) -> int:
        """Who types a command again tells all that waits for a window, and whose turn came since for this one.

        The first try may have died before it told them; what hours the window had before it is not known any more.
        """
        now = self._clock()
        waiting = await self._store.put_off_until_after(now - _A_DAY)
        windows = await self._store.windows(_first(waiting, now) - TO_PAY)
        sooner = [
            (row, self._then(row, windows, max(row.at, now)))
            for row in waiting
            if row.window in {each.id for each in windows}
            and (self._then(row, windows, row.at) < row.opening or (row.window == window.id and row.opening <= now))
        ]
        return await self._told(window, sooner, now)

    async def _told(self, window: Window, sooner: Sooner, now: datetime) -> int:
        try:
            return await self._again.tell(sooner, f"{window.by}, who changed the maintenance window", now)
        except OutageError as error:
            raise UnfinishedError(f"window {window.id} is written down, but not every case was told: {error}") from None

    def _may(self, row: PutOff, window: Window, windows: tuple[Window, ...], now: datetime) -> datetime:
        """From when it may come now that the window is another: no charge waits for a morning because of it."""
        is_let_go = row.action == CHARGE and row.window == window.id
        return self._then(row, windows, max(row.at, now) if is_let_go else row.at)

    def _then(self, row: PutOff, windows: tuple[Window, ...], at: datetime) -> datetime:
        """When it comes that would come at `at`."""
        waits = Shut(windows, self._lead).waits(row.action, at)
        return waits.until if waits else at

    def _sound(self, window: Window) -> None:
        now = self._clock()
        if window.until <= window.since:
            raise RefusedError("it ends before it begins", field="until")
        if window.until <= now:
            raise RefusedError(_OVER, field="until")
        if window.until - window.since > LONGEST:
            raise RefusedError(f"it lasts longer than {LONGEST.days} days", field="until")
        if window.since - now > FARTHEST:
            raise RefusedError("it is more than a year away", field="from")
