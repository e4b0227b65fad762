"""A year of monthly subscriptions on virtual time: two maintenance windows, an outage, the changes of the clocks."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from dunning.calendar import Offset, add_offset
from dunning.windows.outage import Outage, Way
from operations.windows.windows import NewWindow
from tests.chaos.check import wrongs
from tests.chaos.doors import bank_payment
from tests.chaos.life import FIRST_DUE, Life
from tests.chaos.play import quiet
from tests.chaos.told import WindowSaid
from tests.chaos.world import World
from tests.year.customers import PAYS_ON, Customer

AT_ONCE = 20
"""Customers who live at the same time; fewer leave two cores idle between their steps."""
AFTERWARDS = 20
"""Days after the last due date, by which what was owed then is paid, or restricts."""
LOOK = 1
"""Days after a due date on which those are looked at who pay by card, or never."""


@dataclass
class Year:
    """How it went. `wrong` is empty when all is right."""

    renewals: int = 0
    charges: int = 0
    put_off: int = 0
    days_given: int = 0
    wrong: list[str] = field(default_factory=list[str])


async def play(world: World, several: Sequence[Customer], months: int) -> Year:
    """Let all of them live so many months, and look at all books."""
    year, gate, skipper = Year(), asyncio.Semaphore(AT_ONCE), await world.stage.skipper()
    made = world.stage.made(skipper.client)
    await made.registered()
    await world.stage.store.put_outage(_outage())
    windows = [WindowSaid((await made.windows.add(new)).window, {}) for new in _windows()]

    async def live(customer: Customer) -> None:
        async with gate:
            life = Life(world, skipper, customer.life, "year")
            life.told.windows.extend(windows)
            await _live(life, customer, months)
            await quiet(world, life)
            year.wrong += [f"{life.account} ({customer.habit}): {wrong}" for wrong in await wrongs(life)]
            _count(year, life)

    await asyncio.gather(*map(live, several))
    books = await world.stage.companies.payments.books()
    year.charges = sum(charge.status == "succeeded" for charge in books.charges)
    year.wrong += await _numbers(world)
    return year


def _windows() -> list[NewWindow]:
    """A day in the second month, on which renewals are due; and the night in which Europe's clocks go forward."""
    day = add_offset((datetime.now(UTC) + FIRST_DUE).date() + timedelta(days=2), Offset(months=1))
    long = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    march = date(day.year, 3, 31)
    sunday = march - timedelta(days=march.isoweekday() % 7)
    night = datetime(sunday.year, sunday.month, sunday.day, tzinfo=UTC) - timedelta(hours=12)
    return [
        NewWindow(long, long + timedelta(hours=18), "America/Los_Angeles", "new billing system", "ana"),
        NewWindow(night, night + timedelta(hours=26), "Europe/Berlin", "another data centre", "ana"),
    ]


def _outage() -> Outage:
    """Six hours of the third month without a portal, a week after renewals that are paid very late."""
    day = add_offset((datetime.now(UTC) + FIRST_DUE).date() + timedelta(days=3), Offset(months=2)) + timedelta(days=7)
    since = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
    until = since + timedelta(hours=6)
    return Outage(id="portal-year", way=Way.PORTAL, since=since, until=until, seen=until, by="ana", reason="a carrier")


async def _live(life: Life, customer: Customer, months: int) -> None:
    renews = customer.life.renews
    assert renews
    await life.open()
    first, day = life.first_due + timedelta(days=renews.first), 0
    for month in range(months):
        day = (add_offset(first, Offset(months=month)) - life.first_due).days
        await life.to_day(day + PAYS_ON.get(customer.habit, LOOK))
        if customer.habit in PAYS_ON:
            await _pays(life)
    await life.to_day(day + AFTERWARDS)


async def _pays(life: Life) -> None:
    for number in [each.number for each in await life.world.stage.store.open_invoices(life.account)]:
        owed = (await life.case(number)).balance.minor
        if number in life.numbers and owed > 0:
            await bank_payment(life, number, owed, "USD", twice=False)


def _count(year: Year, life: Life) -> None:
    year.renewals += len(life.renewed)
    year.put_off += life.told.came["steps put off by windows"]
    year.days_given += life.told.came["days given for outages"]


async def _numbers(world: World) -> list[str]:
    """The series has no gap, and no number twice."""
    found = sorted(each.invoice for each in await world.stage.store.renewals())
    years = Counter(number.rsplit("-", 1)[0] for number in found)
    wanted = sorted(f"{year}-{n + 1:05}" for year, count in years.items() for n in range(count))
    return [] if found == wanted else [f"the series is {found[:3]} ... {found[-3:]}, with {len(found)} numbers"]
