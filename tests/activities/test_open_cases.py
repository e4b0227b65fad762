"""The table hears of each activity's end, and of what came meanwhile; it never holds one up nor fails it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.open_cases import KeepsOpenCases
from dunning.case.case import Case, open_case
from dunning.case.decisions import Perform
from dunning.case.facts import Payment, Promise
from dunning.case.orders import Order
from dunning.case.results import Deferred, Delivered, Result
from dunning.case.snapshot import packed, unpacked
from dunning.explain.open_cases import row_of
from dunning.money import Money
from dunning.ports.open_cases import Other
from dunning.records.open_case import OpenCase
from dunning.rules.machine import decide
from dunning.rules.money_in import paid
from dunning.rules.order_for import order_for
from dunning.rules.promises import promised
from dunning.rules.record import recorded
from tests.dunning.examples import before_issue, opened

BEGUN = opened("whmcs-default")
AT = BEGUN.plan.milestones[0].at
CASE = open_case(BEGUN, before_issue(BEGUN))
DONE = Delivered(notice="n-1")


class Table:
    """What was noted; `there` is the row that somebody else has written meanwhile."""

    def __init__(self, there: OpenCase | None = None) -> None:
        self.there = there
        self.rows: list[OpenCase] = []

    def note(self, row: OpenCase, other: Other | None = None) -> None:
        if self.there is None or self.there.revision < row.revision:
            self.rows.append(row)
        elif other and (both := other(self.there)):
            self.rows.append(both)


class Does(ActivityInboundInterceptor):
    """An activity with this end."""

    def __init__(self, ends: Callable[[], Any]) -> None:
        self._ends = ends

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        del input
        return self._ends()


def order(case: Case = CASE, **more: Any) -> Order:
    step = decide(case, AT)
    assert isinstance(step, Perform)
    made = order_for(case, step.milestone, AT).model_copy(update={"snapshot": packed(case)} | more)
    assert made.snapshot or more
    return made


async def performed(table: Table, *args: object, ends: Callable[[], Any] = lambda: DONE) -> Any:
    around = KeepsOpenCases(table).intercept_activity(Does(ends))
    given = ExecuteActivityInput(fn=ends, args=args, executor=None, headers={})
    environment = ActivityEnvironment()
    started = environment.info.scheduled_time + timedelta(minutes=3)
    environment.info = replace(environment.info, started_time=started)
    return await environment.run(around.execute_activity, given)


def foreseen(result: Result, *, known: Case = CASE) -> Case:
    step = decide(CASE, AT)
    assert isinstance(step, Perform)
    return recorded(known, step.milestone, result, AT + timedelta(minutes=3))


def without_instants(case: Case) -> dict[str, Any]:
    told = case.model_dump()
    return told | {"done": [done | {"at": None} for done in told["done"]]}


async def test_the_row_is_the_case_with_the_result_at_its_own_time() -> None:
    table = Table()
    assert await performed(table, order()) == DONE
    (row,) = table.rows
    assert without_instants(unpacked(row.snapshot)) == without_instants(foreseen(DONE))
    assert timedelta(minutes=3) <= row.as_of - AT < timedelta(minutes=4), "the tries before took three minutes"
    assert row.revision == CASE.revision + 1


@pytest.mark.parametrize("what", ["paid in part", "promised"])
async def test_what_came_meanwhile_and_the_result_are_both_in_the_row(what: str) -> None:
    part = Payment(id="pi_1", amount=Money.parse("USD 1.00"), at=AT)
    heard = {
        "paid in part": paid(CASE, part, answered=True),
        "promised": promised(CASE, Promise(until=(AT + timedelta(days=9)).date())),
    }[what]
    table = Table(row_of(heard, AT))
    await performed(table, order())
    (row,) = table.rows
    assert without_instants(unpacked(row.snapshot)) == without_instants(foreseen(DONE, known=heard))
    assert row.revision == heard.revision + 1


@pytest.mark.parametrize("result", [DONE, Deferred(until=AT + timedelta(hours=1), reason="away")])
async def test_a_result_that_the_row_has_already_is_not_written_twice(result: Result) -> None:
    """An earlier try had ended, but its worker died before it could say so."""
    known = foreseen(result)
    table = Table(row_of(known, AT))
    await performed(table, order(), ends=lambda: result)
    assert [row.revision for row in table.rows] == [known.revision], "which the store does not write"


async def test_an_activity_of_no_case_writes_nothing() -> None:
    table = Table()
    for args in ((), ("text",), (order(snapshot=""),)):
        await performed(table, *args)
    assert table.rows == []


async def test_an_activity_that_fails_fails_as_before_and_writes_nothing() -> None:
    table = Table()

    def fails() -> None:
        raise LookupError("no such account")

    with pytest.raises(LookupError, match="no such account"):
        await performed(table, order(), ends=fails)
    assert table.rows == []


async def test_a_snapshot_that_cannot_be_read_is_in_the_log_and_fails_nothing() -> None:
    table = Table()
    with structlog.testing.capture_logs() as logs:
        assert await performed(table, order(snapshot="bm90IHBhY2tlZA==")) == DONE
    assert table.rows == []
    assert [line["event"] for line in logs] == ["no row for the table of open cases"]
    there = row_of(foreseen(DONE), AT)
    assert there
    other = Table(there.model_copy(update={"snapshot": ""}))  # it became too long
    await performed(other, order())
    assert other.rows == []
