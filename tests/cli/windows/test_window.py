"""`window`, as typed: hours are of the zone that is said, and what cannot be meant is refused."""

from datetime import timedelta

import pytest

from adapters.store import SqlStore
from cli.shell.options import now
from dunning.records.accounts import Account, Contact
from dunning.windows.window import PutOff, Window
from tests.cli.command import Operate

ZONE = "America/Los_Angeles"
DAY = f"{now() + timedelta(days=30):%Y-%m-%d}"
SAID = ("--zone", ZONE, "--reason", "New disks.", "--by", "ana")
HOURS = ("--from", f"{DAY} 21:00", "--until", f"{DAY} 23:00")
ID = f"{DAY}-2100"


async def test_one_is_set_moved_extended_and_cancelled(store: SqlStore, offline: Operate) -> None:
    said = await offline("window", "add", *HOURS, *SAID, "--also", "America/New_York")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith(f"{ID}: set: ")
    for words in ("21:00 to 23:00 P", "; ", "00:00 to 02:00 E", " UTC"):
        assert words in said.out
    again = await offline("window", "add", *HOURS, *SAID)
    assert (again.status, again.out.startswith(f"{ID}: is so already: ")) == (0, True)
    moved = await offline("window", "move", ID, "--from", f"{DAY} 20:00", "--by", "bob")
    assert "20:00 to 23:00" in moved.out
    extended = await offline("window", "extend", ID, "--until", f"{DAY} 23:30", "--by", "bob")
    assert "20:00 to 23:30" in extended.out
    sooner = await offline("window", "extend", ID, "--until", f"{DAY} 22:00", "--by", "bob")
    assert (sooner.status, "`window move` lets it end earlier" in sooner.err) == (2, True)
    (known,) = await store.windows(now())
    assert (known.by, known.zone, (known.until - known.since)) == ("bob", ZONE, timedelta(hours=3.5))
    waits = PutOff(
        window=ID,
        invoice="INV-1",
        step="charge",
        account="a",
        action="charge",
        at=known.since,
        opening=known.until,
        until=known.until,
    )
    await store.put_in_line([waits], timedelta(seconds=1))
    shown = await offline("window", "show", ID)
    assert shown.out.endswith(f"INV-1 (a) charge: until {waits.until:%Y-%m-%d %H:%MZ}: waits\n1 waits\n")
    listed = await offline("window", "list")
    assert "New disks. (by bob)\n  INV-1 charge: until " in listed.out
    (told,) = (await offline("window", "list", "--json")).json
    assert [each["invoice"] for each in told["put_off"]] == ["INV-1"]


async def test_what_waits_for_something_else_keeps_its_place_whatever_is_set_and_called_off(
    store: SqlStore, offline: Operate
) -> None:
    """It is not even asked: there is no server here that could."""
    opens = now() + timedelta(days=3)
    waits = [
        PutOff(
            window=each,
            invoice=f"INV-{place}",
            step="suspend",
            account="a",
            action="suspended",
            at=now(),
            opening=opens,
            until=opens,
        )
        for place, each in enumerate(("hours:billing", "portal-1", "hours:billing"))
    ]
    line = await store.put_in_line(waits, timedelta(seconds=1))
    for words in (
        ("add", *HOURS, *SAID),
        ("move", ID, "--from", f"{DAY} 20:00", "--by", "bob"),
        ("cancel", ID, "--by", "bob"),
        ("cancel", ID, "--by", "bob"),
    ):
        said = await offline("window", *words)
        assert (said.status, said.err) == (0, "")
        assert sorted(await store.put_off_until_after(now()), key=lambda row: row.place) == list(line)


@pytest.mark.req("S0-01")
async def test_it_is_one_instant_on_two_calendars(store: SqlStore, offline: Operate) -> None:
    """As the announcement of 2012 has it: the evening of 19 April in Los Angeles is the 20th in New York."""
    year = now().year + (f"{now() + timedelta(days=1):%m-%d}" >= "04-19")
    hours = ("--from", f"{year}-04-19 21:00", "--until", f"{year}-04-19 23:00")
    said = await offline("window", "add", *hours, *SAID, "--also", "America/New_York")
    assert f" 19 Apr {year} 21:00 to 23:00 PDT; " in said.out
    assert f" 20 Apr {year} 00:00 to 02:00 EDT" in said.out
    (window,) = await store.windows(now())
    assert (f"{window.since:%m-%d %H:%M}", f"{window.until:%m-%d %H:%M}") == ("04-20 04:00", "04-20 06:00")


async def test_a_cancelled_one_stays_in_the_list_and_may_be_set_again(store: SqlStore, offline: Operate) -> None:
    assert (await offline("window", "add", *HOURS, *SAID)).status == 0
    for outcome in ("cancelled", "is so already"):
        said = await offline("window", "cancel", ID, "--by", "bob")
        assert (said.status, said.out.startswith(f"{ID}: {outcome}: ")) == (0, True)
    assert f"{ID} (cancelled): " in (await offline("window", "list")).out
    moved = await offline("window", "move", ID, "--until", f"{DAY} 23:10", "--by", "bob")
    assert (moved.status, moved.err) == (2, f"starter: {ID}: it is cancelled\n")
    assert (await offline("window", "add", *HOURS, *SAID)).out.startswith(f"{ID}: set: ")
    assert not [each for each in await store.windows(now()) if each.cancelled]


async def test_another_zone_s_window_of_the_same_local_hours_is_another_one(store: SqlStore, offline: Operate) -> None:
    assert (await offline("window", "add", *HOURS, *SAID)).status == 0
    berlin = ("--zone", "Europe/Berlin", *SAID[2:])
    for outcome in ("set", "is so already"):
        assert (await offline("window", "add", *HOURS, *berlin)).out.startswith(f"{ID}-2: {outcome}: ")
    other = await offline("window", "add", *HOURS, *SAID[:2], "--reason", "Other disks.", "--by", "bob")
    assert (other.status, f"{ID}: there is such a window already" in other.err) == (2, True)
    assert len(await store.windows(now())) == 2


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (
            ("--from", "tonight", "--until", f"{DAY} 23:00", *SAID),
            "--from: 'tonight' is not a time; write it like \"2026",
        ),
        (("--from", f"{DAY} 23:00", "--until", f"{DAY} 21:00", *SAID), "--until: it ends before it begins"),
        (("--from", "2020-01-01 21:00", "--until", "2020-01-01 23:00", *SAID), "--until: it would be over already"),
        (("--from", "2020-01-01 21:00", "--until", f"{DAY} 23:00", *SAID), "--until: it lasts longer than 7 days"),
        (("--from", "2099-01-01 21:00", "--until", "2099-01-01 23:00", *SAID), "--from: it is more than a year away"),
        ((*HOURS[:3], "9999-12-31 23:59", *SAID), "--until: '9999-12-31 23:59' is too far away"),
        ((*HOURS, *SAID[:4], "--by", " "), "--by: it must not be empty"),
        ((*HOURS, "--zone", "Mars/Olympus", *SAID[2:]), "--zone: there is no time zone 'Mars/Olympus'"),
        ((*HOURS, *SAID, "--also", "../etc"), "--also: there is no time zone '../etc'"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    store: SqlStore, offline: Operate, words: tuple[str, ...], wrong: str
) -> None:
    said = await offline("window", "add", *words)
    assert (said.status, said.out) == (2, "")
    assert wrong in said.err
    assert await store.windows(now()) == ()


async def test_one_that_nobody_knows_is_refused(store: SqlStore, offline: Operate) -> None:
    assert await store.windows(now()) == ()
    for words in (
        ("cancel", "nine"),
        ("move", "nine", "--until", f"{DAY} 23:00"),
        ("extend", "nine", "--until", f"{DAY} 23:00"),
    ):
        said = await offline("window", *words, "--by", "bob")
        assert (said.status, "nine: there is no such window; `starter.py window list` names them" in said.err) == (
            2,
            True,
        )


async def test_one_that_runs_ends_when_it_is_cancelled_and_was_closed_so_long(
    store: SqlStore, offline: Operate
) -> None:
    since, until = now() - timedelta(hours=1), now() + timedelta(hours=3)
    await store.put_window(Window(id="runs", since=since, until=until, zone="UTC", reason="New disks.", by="ana"))
    moved = await offline(
        "window", "move", "runs", "--from", f"{now() + timedelta(hours=1):%Y-%m-%d %H:%M}", "--by", "bob"
    )
    assert (moved.status, moved.err) == (2, "starter: --from: it runs already, so its beginning stays\n")
    for _ in range(2):
        assert (await offline("window", "cancel", "runs", "--by", "bob")).status == 0
    known = await store.window("runs")
    assert known
    assert (known.cancelled, known.since, known.by) == (False, since, "bob")
    assert known.until <= now()
    assert (await offline("window", "list")).out == "no windows\n"
    waits = PutOff(
        window="runs",
        invoice="INV-1",
        step="suspend",
        account="a",
        action="suspended",
        at=since,
        opening=now() + timedelta(hours=9),
        until=now() + timedelta(hours=9),
    )
    await store.put_in_line([waits], timedelta(seconds=1))
    assert "INV-1 suspend: until " in (await offline("window", "list")).out


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("nine",), "nine: there is no such window; `starter.py window list` names them"),
        (("over",), "over: it has begun or is over"),
        (("off",), "off: it is cancelled"),
        (("utc",), "--also: its hours were said in UTC; name a second zone that customers know"),
        (("utc", "--also", "Mars/Olympus"), "--also: there is no time zone 'Mars/Olympus'"),
        (("utc", "--also", "Europe/Berlin", "--per-second", "0"), "--per-second: 0 is not above 0"),
    ],
)
async def test_what_cannot_be_announced_is_refused(
    store: SqlStore, offline: Operate, words: tuple[str, ...], wrong: str
) -> None:
    at, hour = now(), timedelta(hours=1)
    for name, since, cancelled in (("over", at - hour, False), ("off", at + hour, True), ("utc", at + hour, False)):
        await store.put_window(Window(id=name, since=since, until=since + hour, zone="UTC", cancelled=cancelled))
    said = await offline("window", "announce", *words, "--dry-run")
    assert (said.status, said.out, wrong in said.err) == (2, "", True), said.err


async def test_a_dry_run_says_whom_and_who_has_no_address_that_works(store: SqlStore, offline: Operate) -> None:
    assert (await offline("window", "add", *HOURS, *SAID)).status == 0
    for name, bounced in (("bakery", None), ("shop", now())):
        contact = Contact(account=name, email=f"ann@{name}.example", bounced_at=bounced)
        await store.put_account(Account(id=name, name=name, contacts=(contact,)))
    said = await offline("window", "announce", ID, "--dry-run")
    assert said.out == (
        f"{ID}: 1 customer(s) would be written to; 0 had it before\n  bakery: ann@bakery.example\n"
        "0 bill(s) are due near it: asked to pay before\n1 without an address that works: shop\n"
    )
