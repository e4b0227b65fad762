"""`forecast` over open cases in all stages of all policies: what a case costs, and 20,000 of them on two processors."""

import os
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta

from adapters.process.cores import Processors
from adapters.store import SqlStore, migrate
from bench.cost.lives import POLICIES
from bench.report import Report
from dunning.explain.open_cases import row_of
from dunning.records.open_case import OpenCase
from operations.cases.forecast import Forecast
from operations.windows.shut import shut_by
from tests.dunning.examples import DUE, before_issue, opened
from tests.dunning.life import live
from tests.dunning.world import World

CASES, DAYS, CORES = 4_000, 30, 2
A_CASE = 6.0
"""Milliseconds of CPU: 20,000 cases in a minute on two processors."""
NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)
_STAGES = range(-20, 40)
"""Days past the due date."""


async def forecast(report: Report) -> None:
    """Print milliseconds a case, of this process and of those that it started, and the seconds on the clock."""
    report.title(f"`forecast --days {DAYS}` over {CASES:,} open cases (SQLite, {CORES} processors)")
    with tempfile.TemporaryDirectory(prefix="reprieve-forecast-") as folder:
        url = f"sqlite+aiosqlite:///{folder}/store.db"
        await migrate(url)
        store = SqlStore(url)
        await store.put_open([(row, row.revision) for row in _rows()])
        spent, began = _cpu(), time.monotonic()
        look = await Forecast(store, Processors(), shut_by(store, timedelta(hours=1)), lambda: NOW).of(DAYS)
        seconds, spent = time.monotonic() - began, _cpu() - spent
        await store.close()
    assert look.looked_at == CASES
    a_case = spent * 1000 / CASES
    whole = spent / CORES * 20_000 / CASES
    rows = [
        ("CPU ms a case", f"{a_case:.2f}", report.at_most("forecast, CPU ms a case", a_case, A_CASE)),
        ("steps found a case", f"{len(look.found) / CASES:.1f}", ""),
        (f"seconds on the clock, {os.cpu_count()} processors", f"{seconds:.1f}", ""),
        (f"20,000 cases on {CORES} idle processors, seconds", f"{whole:.0f}", ""),
    ]
    report.table(("what", "", f"at most {A_CASE:g}"), rows)


def _cpu() -> float:
    """Of this process, and of its children once they ended."""
    ours, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return ours.ru_utime + ours.ru_stime + theirs.ru_utime + theirs.ru_stime


def _rows() -> list[OpenCase]:
    samples = [_row(policy, day) for policy in POLICIES for day in _STAGES]
    return [
        samples[number % len(samples)].model_copy(update={"number": f"INV-{number}", "account": f"a-{number}"})
        for number in range(CASES)
    ]


def _row(policy: str, day: int) -> OpenCase:
    """A case whose invoice is so many days past its due date, with every charge declined so far."""
    case = opened(policy, due=DUE - timedelta(days=day))
    life = live(case, before_issue(case), [], World(charges=["declined"] * 9), NOW)
    row = row_of(life.case, NOW)
    assert row is not None
    return row
