"""Opening many invoices: patient with a busy server, many in the store at once, never two of one account together."""

import asyncio
from collections.abc import Callable, Container, Sequence
from typing import Any

import pytest

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from composition import now
from dunning.money import Money
from dunning.ports.cases import BusyError, ServerRefusedError
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.beginning import Begun
from operations.errors import RefusedError
from operations.invoices import open_many, window
from operations.invoices.new_invoice import NewInvoice, fitting
from operations.invoices.open_invoice import Opening, Ready, Row
from operations.invoices.opened_many import Checked, Failed, OpenedMany
from tests.operations.opening import ASO, new

POLICY = load_policy(ASO, ROOT / "policies")
BUSY = BusyError("Temporal answered RESOURCE_EXHAUSTED: namespace rate limit exceeded")


def checked(*several: NewInvoice) -> list[Checked]:
    return [Checked(place, each, POLICY) for place, each in enumerate(several, 1)]


class Doors:
    """Opens what it is asked to, as `start` and `prepare` say, and keeps what it was asked for."""

    def __init__(self, start: Callable[[NewInvoice], Opening | Exception] | None = None) -> None:
        self._start = start
        self.batches = list[list[str]]()
        self.starts = list[str]()
        self.fresh_of = list[list[str]]()
        self.refuses = dict[str, RefusedError | Opening]()
        self.outages = 0
        self.under_way = set[str]()
        self.waits_for: Container[str] = ()

    async def prepare(self, rows: Sequence[Row]) -> list[Ready | Opening | RefusedError]:
        if self.outages:
            self.outages -= 1
            raise BUSY
        accounts = [row.new.account for row in rows]
        assert len({*accounts}) == len(accounts)
        assert not self.under_way & {*accounts}
        self.under_way |= {*accounts}
        self.batches.append([row.new.invoice for row in rows])
        return [self.refuses.get(row.new.invoice) or self._ready(row) for row in rows]

    @staticmethod
    def _ready(row: Row) -> Ready:
        account = Account(id=row.new.account, name="")
        begun = Begun(1, Money.zero("USD"))
        return Ready(row.new, fitting(row.new, row.policy), account, None, account, begun, now())

    async def start(self, ready: Ready) -> Opening:
        self.starts.append(ready.new.invoice)
        await asyncio.sleep(0)
        came = self._start(ready.new) if self._start else Opening("started")
        if not isinstance(came, OutageError):
            self.under_way.discard(ready.new.account)
        if isinstance(came, Exception):
            raise came
        return came

    async def fresh(self, several: Sequence[Ready]) -> Sequence[Ready]:
        self.fresh_of.append([each.new.invoice for each in several])
        return several

    async def until_begun(self, invoice: str) -> None:
        while invoice in self.waits_for:  # noqa: ASYNC110 - the test is the worker
            await asyncio.sleep(0.01)


async def opened(doors: Doors, several: list[Checked]) -> OpenedMany:
    report, ticks = OpenedMany(), list[None]()
    await open_many.open_many(several, doors, report, lambda: ticks.append(None))
    assert len(ticks) == len(several)  # who waits sees all of them pass
    return report


async def test_a_busy_server_is_asked_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(open_many, "PAUSES", (0.0, 0.0))
    answers = [BUSY, BUSY, Opening("started")]
    doors = Doors(lambda _: answers.pop(0))
    doors.outages = 2
    report = await opened(doors, checked(new("BUSY-1")))
    assert (report.opened["started"], report.failed, len(doors.starts)) == (["BUSY-1"], [], 3)


async def test_once_the_server_is_gone_for_good_the_rest_is_not_tried(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(open_many, "PAUSES", (0.0,))
    monkeypatch.setattr(window, "FIRST", 1)
    doors = Doors(lambda _: BUSY)
    report = await opened(doors, checked(new("GONE-1"), new("GONE-2"), new("GONE-3", account="of-GONE-1")))
    assert doors.starts == ["GONE-1", "GONE-1"]
    assert sorted(report.failed) == [
        Failed(1, "GONE-1", "Temporal answered RESOURCE_EXHAUSTED: namespace rate limit exceeded"),
        Failed(2, "GONE-2", "not tried any more"),
        Failed(3, "GONE-3", "not tried any more"),
    ]


async def test_a_store_that_is_gone_for_good_is_told_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(open_many, "PAUSES", (0.0,))
    doors = Doors()
    doors.outages = 99
    report = await opened(doors, checked(new("STORE-1"), new("STORE-2")))
    assert [each.reason for each in report.failed] == [str(BUSY), "not tried any more"]
    assert doors.outages == 97


async def test_one_that_cannot_be_opened_stops_none_of_the_others():
    odd = RefusedError("it cannot be started: it is odd", about="ODD-2")
    doors = Doors(lambda new: odd if new.invoice == "ODD-2" else Opening("started"))
    doors.refuses = {"ODD-4": RefusedError("differs: account", about="ODD-4"), "ODD-5": Opening("already closed")}
    report = await opened(doors, checked(*(new(f"ODD-{n}") for n in range(1, 6))))
    assert sorted(report.opened["started"]) == ["ODD-1", "ODD-3"]
    assert report.opened["already closed"] == ["ODD-5"]
    assert sorted(report.refused) == [
        Failed(2, "ODD-2", "it cannot be started: it is odd"),
        Failed(4, "ODD-4", "differs: account"),
    ]
    assert report.failed == []


async def test_a_few_hundred_are_written_at_once_and_never_two_of_one_account():
    doors = Doors()
    several = checked(*(new(f"MANY-{n}", account=f"account-{n % 450}") for n in range(1000)))
    report = await opened(doors, several)
    assert sorted(report.opened["started"]) == sorted(each.new.invoice for each in several)
    sizes = [len(batch) for batch in doors.batches]
    assert max(sizes) == open_many.TOGETHER
    assert len(sizes) <= 10
    of_one = [number for number in doors.starts if int(number.split("-")[1]) % 450 == 7]
    assert of_one == ["MANY-7", "MANY-457", "MANY-907"]


async def test_those_that_wait_are_read_again_together():
    doors = Doors()
    await opened(doors, checked(new("WAIT-1"), new("WAIT-2"), new("WAIT-3")))
    assert doors.fresh_of == [["WAIT-1", "WAIT-2", "WAIT-3"], ["WAIT-2", "WAIT-3"], ["WAIT-3"]]


async def test_no_more_are_under_way_than_workers_have_taken_up(monkeypatch: pytest.MonkeyPatch):
    """A first task that is not done holds its place: else a payment would wait behind all of them."""
    monkeypatch.setattr(window, "SILENCE", 60.0)
    doors, report, done = Doors(), OpenedMany(), set[str]()
    several = checked(*(new(f"SLOW-{n}") for n in range(60)))
    waiting = doors.waits_for = {each.new.invoice for each in several}
    task = asyncio.create_task(open_many.open_many(several, doors, report, lambda: None))
    for _ in range(4):
        async with asyncio.timeout(10):
            while len(doors.starts) < len(done) + window.FIRST:  # noqa: ASYNC110 - what starts them waits for nobody
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert len(doors.starts) <= len(done) + 2 * window.FIRST
        done |= {*doors.starts}
        waiting -= done
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_without_a_worker_nobody_waits_for_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(window, "SILENCE", 0.2)
    doors = Doors()
    several = checked(*(new(f"ALONE-{n}") for n in range(60)))
    doors.waits_for = {each.new.invoice for each in several}
    report = await opened(doors, several)
    assert (len(report.opened["started"]), report.unheard) == (60, True)
    assert not (await opened(Doors(), checked(*(new(f"HEARD-{n}") for n in range(60))))).unheard


async def test_a_server_that_does_not_let_us_in_is_asked_once() -> None:
    doors = Doors(lambda _: ServerRefusedError("Temporal answered PERMISSION_DENIED: who are you?"))
    report = await opened(doors, checked(new("OP-OUT-1")))
    assert (len(doors.starts), report.failed) == (
        1,
        [Failed(1, "OP-OUT-1", "Temporal answered PERMISSION_DENIED: who are you?")],
    )


async def test_of_several_looks_at_an_account_the_last_counts() -> None:
    looks: dict[str, Any] = {"OP-REACH-1": "inside", "OP-REACH-2": "outside", "OP-REACH-3": "inside"}
    doors = Doors(lambda new: Opening("started", looks[new.invoice]))
    several = (new("OP-REACH-1", account="a"), new("OP-REACH-2", account="a"), new("OP-REACH-3", account="b"))
    assert (await opened(doors, checked(*several))).inside == {"b"}
