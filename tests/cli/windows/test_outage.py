"""`outages` and `outage`, as typed: what people write down or strike out stays, with who and why."""

from datetime import timedelta

import pytest

from adapters.store import SqlStore
from cli.shell.options import now
from dunning.windows.outage import Outage, Way
from tests.cli.command import Operate

DAY = f"{now() - timedelta(days=3):%Y-%m-%d}"
HOURS = ("--from", f"{DAY} 06:00", "--until", f"{DAY} 12:00", "--zone", "UTC")
WHO = ("--by", "ana", "--reason", "the ticket of our carrier")
ID = f"portal-{DAY.replace('-', '')}T060000Z"


async def test_one_is_written_down_listed_and_struck_out(store: SqlStore, offline: Operate) -> None:
    for outcome in ("written down", "is so already"):
        said = await offline("outage", "add", *HOURS, *WHO)
        assert (said.status, said.err, said.out) == (0, "", f"{ID}: {outcome}\n")
    listed = (await offline("outages")).out
    assert listed == f"{ID}: portal, {DAY} 06:00Z to {DAY} 12:00Z: by ana: the ticket of our carrier\n"
    for outcome in ("struck out", "is so already"):
        said = await offline("outage", "strike", ID, "--by", "bob", "--reason", "only one customer")
        assert said.out == f"{ID}: {outcome}\n"
    (told,) = (await offline("outages", "--json")).json
    assert (told["struck_by"], told["moved"]) == ("bob", [])
    assert "(struck out by bob: only one customer)" in (await offline("outages")).out
    assert (await offline("outage", "add", *HOURS, *WHO)).out == f"{ID}: written down\n"
    (known,) = await store.outages(now() - timedelta(days=30))
    assert known.stands


async def test_single_failures_and_old_ones_are_not_listed(store: SqlStore, offline: Operate) -> None:
    at = now()
    for days, checks in ((0, 1), (90, 2)):
        since = at - timedelta(days=days)
        one = Outage(id=f"mail-{days}", way=Way.MAIL, since=since, until=since + timedelta(hours=1), seen=since)
        await store.put_outage(one.model_copy(update={"checks": checks, "why": "away"}))
    assert (await offline("outages")).out == "no outages\n"
    assert (await offline("outages", "--all")).out.startswith("mail-90: mail, ")


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("--from", f"{DAY} 12:00", *HOURS[2:3], f"{DAY} 06:00", *HOURS[4:], *WHO), "--until: it ends before"),
        (("--from", f"{DAY} 06:00", "--until", "2099-01-01 00:00", *HOURS[4:], *WHO), "--until: it is not over yet"),
        (("--from", "2020-01-01 06:00", *HOURS[2:], *WHO), "--until: it lasts longer than 31 days"),
        ((*HOURS[:5], "Mars/Base", *WHO), "--zone: there is no time zone 'Mars/Base'"),
        ((*HOURS, "--by", " ", "--reason", "x"), "--by: it must not be empty"),
    ],
)
async def test_what_cannot_be_meant_is_refused(offline: Operate, words: tuple[str, ...], wrong: str) -> None:
    said = await offline("outage", "add", *words)
    assert (said.status, said.out, said.err.startswith(f"starter: {wrong}")) == (2, "", True), said


async def test_an_unknown_one_is_not_struck_out(offline: Operate) -> None:
    said = await offline("outage", "strike", "portal-1", *WHO)
    assert (said.status, said.err) == (
        2,
        "starter: portal-1: there is no such outage; `starter.py outages` names them\n",
    )
