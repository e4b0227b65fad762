"""`list` over twenty thousand open cases, beside SQLite alone reading the same rows in the same order."""

import contextlib
import os
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

from adapters.store import SqlStore, migrate
from bench.report import Report
from cli.invoices.listing import print_table
from dunning.case.case import open_case
from dunning.explain.open_cases import row_of
from operations.cases.list_open_cases import ListOpenCases, SortedListing
from tests.dunning.examples import before_issue, opened

CASES = 20_000
SECONDS = 1.0
NOW = datetime(2026, 11, 20, tzinfo=UTC)
_ALONE = (
    "select number, account, policy, state, level, due, coming, coming_at, as_of from open_cases order by due, number"
)


async def listing(report: Report) -> None:
    """Print seconds and ratio: read, sorted by due date, and formatted for people.

    Seconds are this process's own CPU time: nothing here waits but for SQLite in a thread of it.
    """
    report.title(f"`list` over {CASES:,} open cases (SQLite, one process)")
    with tempfile.TemporaryDirectory(prefix="reprieve-list-") as folder:
        url = f"sqlite+aiosqlite:///{folder}/store.db"
        await migrate(url)
        store = SqlStore(url)
        await _fill(store)
        ours = min([await _listed(store) for _ in range(3)])
        await store.close()
        alone = min(_read_alone(f"{folder}/store.db") for _ in range(3))
    rows = [("SQLite alone", f"{alone:.3f}", "1.0", ""), ("list --sort due", f"{ours:.3f}", f"{ours / alone:.1f}", "")]
    report.table(("what", "CPU s", "ratio", ""), rows)
    report.line(f"target: under {SECONDS:g} CPU s: {report.at_most('list, seconds', ours, SECONDS)}")


async def _fill(store: SqlStore) -> None:
    begun = opened("whmcs-default")
    case = open_case(begun, before_issue(begun))
    row = row_of(case, NOW)
    assert row is not None
    later = [NOW + timedelta(minutes=number - 100) for number in range(CASES)]  # a hundred steps are due
    rows = [row.model_copy(update={"number": f"INV-{n}", "coming_at": at}) for n, at in enumerate(later)]
    await store.put_open([(each, each.revision) for each in rows])


async def _listed(store: SqlStore) -> float:
    began = time.process_time()
    found = await ListOpenCases(store, lambda: NOW).of(SortedListing(sort="due"))
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: ASYNC230, PTH123 - nothing is written
        print_table(found, json=False)
    assert len(found) == CASES
    return time.process_time() - began


def _read_alone(path: str) -> float:
    began = time.process_time()
    with closing(sqlite3.connect(path)) as connection:
        assert len(connection.execute(_ALONE).fetchall()) == CASES
    return time.process_time() - began
