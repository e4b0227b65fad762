"""The hourly check of the table: only cases that differ are asked, a newer row stays, and dead cases keep theirs."""

from collections.abc import AsyncGenerator, AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import cast
from unittest.mock import patch

import pytest
import pytest_asyncio

from adapters.store import SqlStore, migrate
from dunning.case.case import Case, open_case
from dunning.case.facts import Payment
from dunning.explain.open_cases import row_of
from dunning.fleet.open_cases import CheckReport
from dunning.money import Money
from dunning.ports.cases import Cases, Listed, NoAnswerError, Wanted
from dunning.ports.outages import StoreOutageError
from dunning.records.open_case import OpenCase
from dunning.rules.money_in import paid
from dunning.tickets.kind import TicketKind
from operations.cases.check_open_cases import PAGE, CheckOpenCases
from tests.dunning.examples import before_issue, opened

BEGUN = opened("whmcs-default")
AT = before_issue(BEGUN)


class Running:
    """The cases that run at the server; each question is counted."""

    def __init__(self, *cases: Case) -> None:
        self.cases = {case.invoice.number: case for case in cases}
        self.silent: set[str] = set()
        self.asked: list[str] = []
        self.deaths: dict[str, str] = {}

    async def listed(self, wanted: Wanted) -> AsyncIterator[Listed]:
        assert not wanted.ended
        for case in self.cases.values():
            yield Listed(
                invoice=case.invoice.number,
                status="running",
                level=case.level.value,
                due=case.invoice.due,
                balance_minor=case.balance.minor,
                revision=case.revision,
            )

    async def died(self, invoice: str) -> str:
        return self.deaths.get(invoice, "")

    async def ask(self, invoice: str) -> Case:
        self.asked.append(invoice)
        if invoice in self.silent:
            raise NoAnswerError(invoice)
        return self.cases[invoice]


def case(number: str, *amounts: str) -> Case:
    begun = BEGUN.model_copy(update={"invoice": BEGUN.invoice.model_copy(update={"number": number})})
    made = open_case(begun, AT)
    for place, amount in enumerate(amounts):
        made = paid(made, Payment(id=f"p-{place}", amount=Money.parse(amount), at=AT))
    return made


def written(made: Case, **more: object) -> OpenCase:
    row = row_of(made, AT)
    assert row is not None
    return row.model_copy(update=more)


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncGenerator[SqlStore]:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    await migrate(url)
    opened_store = SqlStore(url)
    yield opened_store
    await opened_store.close()


async def check(store: SqlStore, running: Running, *, everything: bool = False) -> CheckReport:
    told: list[CheckReport] = []
    report = await CheckOpenCases(store, cast("Cases", running), lambda: AT).check(told.append, all=everything)
    assert [each.running for each in told] == sorted(each.running for each in told)
    return report


async def test_only_cases_that_differ_are_asked(store: SqlStore) -> None:
    same, told, new = case("SAME"), case("TOLD", "USD 1.00"), case("NEW")
    await store.put_open([(written(same), 0), (written(case("TOLD")), 0)])
    running = Running(same, told, new)
    assert await check(store, running) == CheckReport(running=3, asked=2)
    assert sorted(running.asked) == ["NEW", "TOLD"]
    assert [await store.open_case(number) for number in ("SAME", "TOLD", "NEW")] == [
        written(each) for each in (same, told, new)
    ]
    assert (await check(store, running)).asked == 0


async def test_what_is_wrong_in_a_row_of_the_same_or_a_higher_revision_is_found(store: SqlStore) -> None:
    truth = case("WRONG", "USD 1.00")
    for revision in (truth.revision, truth.revision + 3):
        wrong = written(truth, revision=revision, balance=Money.parse("USD 9.00"))
        await store.put_open([(wrong, revision)])
        await check(store, Running(truth))
        assert await store.open_case("WRONG") == written(truth)


async def test_a_case_that_does_not_answer_is_counted_and_holds_up_nobody(store: SqlStore) -> None:
    running = Running(*(case(f"N-{number:03}") for number in range(PAGE + 5)))
    running.silent = {"N-000", f"N-{PAGE:03}"}
    assert await check(store, running) == CheckReport(running=PAGE + 5, asked=PAGE + 5, silent=2)
    assert len(await store.open_cases(AT)) == PAGE + 3
    running.silent = set()
    assert await check(store, running) == CheckReport(running=PAGE + 5, asked=2)


async def test_everything_is_asked_when_the_table_is_made_anew_and_a_dead_case_keeps_its_row(store: SqlStore) -> None:
    dead, new = written(case("DEAD")), written(case("NEW"))
    await store.put_open([(dead, 0), (new, 0)])  # a new one is not in Temporal's list at once
    running = Running(case("A"), case("B"))
    running.deaths["DEAD"] = "terminated"
    for _ in range(2):
        assert await check(store, running, everything=True) == CheckReport(running=2, asked=2, dead=1)
        assert await store.open_case("DEAD") == dead.model_copy(update={"died": "terminated"})
        assert await store.open_case("NEW") == new
    (ticket,) = await store.tickets("")
    assert (ticket.kind, ticket.subject) == (TicketKind.CASES_DIED, "Ended at the server before their time: 1 case")
    assert "- DEAD: terminated" in ticket.body
    assert "starter.py recover DEAD" in ticket.body

    running.deaths["NEW"] = "failed"
    later = AT + timedelta(hours=1)
    await CheckOpenCases(store, cast("Cases", running), lambda: later).check(lambda _: None)
    assert ["- NEW: failed" in each.body and "DEAD" not in each.body for each in await store.tickets("")][1:] == [True]


async def test_who_is_stopped_between_ticket_and_mark_tells_it_again_rather_than_never(store: SqlStore) -> None:
    await store.put_open([(written(case("DEAD")), 0)])
    running = Running()
    running.deaths["DEAD"] = "failed"
    with patch.object(store, "note_deaths", side_effect=StoreOutageError), pytest.raises(StoreOutageError):
        await check(store, running)
    assert len(await store.tickets("")) == 1
    await check(store, running)
    row = await store.open_case("DEAD")
    assert row is not None
    assert row.died == "failed"


async def test_a_row_that_somebody_wrote_since_is_not_marked(store: SqlStore) -> None:
    await store.put_open([(written(case("BACK", "USD 1.00")), 0)])
    await store.note_deaths([(written(case("BACK")), "terminated")])
    assert await store.open_case("BACK") == written(case("BACK", "USD 1.00"))
