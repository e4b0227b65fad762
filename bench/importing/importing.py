"""`starter.py start FILE` beside a bare loop of `start_workflow`: rows a second until the last first task is done."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client

from bench.importing.payers import paid, paying
from bench.importing.rows import numbers_of, write_rows
from bench.report import Report
from dunning.names import workflow_id
from operations.concurrency import a_few
from sandbox.stage.child import foreign_settings_dropped
from sandbox.stage.stage import Stage, stage
from tests.adapters.postgres import cluster

ROWS = 2000
SPEED, CPU_MS, USUAL, EVER = 1.0, 4.0, 0.5, 5.0
"""At least so much of the bare loop's rate; client's CPU a row; seconds of a payment, the 99th percentile and any."""
JUST_AFTER = 20
UNSIGNED = {"REPRIEVE_UNSIGNED_FACTS": "accept"}
"""The bare loop takes payments as they are, so both do."""
_BARE, _OURS = ("-m", "bench.importing.bare"), ("starter.py", "start")


class Spent(NamedTuple):
    """Seconds of a program, by the clock and by the CPU."""

    clock: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.clock:.1f} s, {self.cpu:.1f} of CPU"


@dataclass
class Side:
    """What was measured of one side, in all of its rounds. `start_up`: with one row only."""

    program: Sequence[str]
    start_up: Spent = field(default_factory=lambda: Spent(0, 0))
    rounds: int = 0
    rows: int = 0
    seconds: float = 0
    cpu: float = 0
    paid: list[float] = field(default_factory=list[float])

    @property
    def speed(self) -> float:
        """Rows a second, from when a program that has one row is done, to the end of the last first task."""
        return self.rows / (self.seconds - self.rounds * self.start_up.clock)

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU a row, without the start-up."""
        return (self.cpu - self.rounds * self.start_up.cpu) / self.rows * 1000


async def importing(report: Report, rows: int = ROWS) -> None:
    """Measure with each kind of store, each beside a bare loop on the same server."""
    report.title(f"Importing {rows} rows, beside a bare loop of start_workflow, until the last first task is done")
    async with stage(settings=UNSIGNED, disk=True) as made:
        await _beside_bare(made, "SQLite", rows, report)
    try:
        with cluster() as postgres:
            postgres.run("create database reprieve")
            async with stage(settings=UNSIGNED | {"REPRIEVE_STORE_URL": postgres.url("reprieve")}, disk=True) as made:
                await _beside_bare(made, "PostgreSQL", rows, report)
    except pytest.skip.Exception as missing:
        report.line(str(missing))


async def _beside_bare(made: Stage, store: str, rows: int, report: Report) -> None:
    client, sides = await made.connect(), {"bare": Side(_BARE), "ours": Side(_OURS)}
    payers = numbers_of("PAYS", max(200, rows // 2))
    await _run(made, _OURS, _file(made, payers))
    alone = [await paid(client, payers.pop()) for _ in range(JUST_AFTER)]
    for side in sides.values():
        side.start_up = await _run(made, side.program, _file(made, [f"ALONE-{side.program[-1]}"]))
    queue = iter(payers)
    for place, name in enumerate(("bare", "ours", "ours", "bare")):
        numbers = numbers_of(f"{name.upper()}{place}", rows // 2)
        await _round(made, client, sides[name], numbers, queue)
    _print(report, store, sides["bare"], sides["ours"], alone)


def _print(report: Report, store: str, bare: Side, ours: Side, alone: Sequence[float]) -> None:
    verdicts = (
        ("rows a second, of the bare loop", ours.speed / bare.speed, report.at_least, SPEED),
        ("client's CPU, ms a row", ours.cpu_ms, report.at_most, CPU_MS),
        ("client's CPU a row, of the bare loop", ours.cpu_ms / bare.cpu_ms, None, 0.0),
        ("payment during and just after, p99 s", _p99(ours.paid), report.at_most, USUAL),
        ("payment during and just after, slowest s", max(ours.paid), report.at_most, EVER),
    )
    rows: list[tuple[object, ...]] = []
    for what, value, judge, limit in verdicts:
        verdict = (f"{limit:g}", judge(f"{store}: {what}", value, limit)) if judge else ("", "")
        rows.append((what, f"{value:.2f}", *verdict))
    report.table((f"store in {store}", "", "limit", ""), rows)
    for name, side in (("bare", bare), ("ours", ours)):
        report.line(f"{name}: {side.speed:.1f} rows/s, {side.cpu_ms:.1f} ms of CPU a row, start-up {side.start_up}")
    for title, several in (("alone", alone), ("beside ours", ours.paid), ("beside the bare loop", bare.paid)):
        middle = statistics.median(several)
        report.line(f"payment {title}: median {middle:.2f} s, p99 {_p99(several):.2f}, of {len(several)}")


async def _round(made: Stage, client: Client, side: Side, numbers: Sequence[str], payers: Iterator[str]) -> None:
    file = _file(made, numbers)
    began = time.time()  # noqa: TID251 - compared with the server's clock
    async with paying(client, payers) as found:
        spent = await _run(made, side.program, file)
        after = [await paid(client, number) for number in numbers[-JUST_AFTER:]] if side.program is _OURS else []
        last = await _last_first_task(client, numbers)
    side.rows, side.seconds, side.cpu = side.rows + len(numbers), side.seconds + last - began, side.cpu + spent.cpu
    side.rounds, side.paid = side.rounds + 1, [*side.paid, *found, *after]


def _file(made: Stage, numbers: Sequence[str]) -> Path:
    file = made.folder / f"{numbers[0]}.json"
    write_rows(file, numbers)
    return file


async def _run(made: Stage, program: Sequence[str], file: Path) -> Spent:
    return await asyncio.to_thread(_spent, [sys.executable, *program, str(file)], made.env)


def _spent(words: Sequence[str], env: Mapping[str, str]) -> Spent:
    began = time.perf_counter()
    process = subprocess.Popen(words, env={**foreign_settings_dropped(), **env}, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)}: exit status {process.returncode}")
    return Spent(time.perf_counter() - began, used.ru_utime + used.ru_stime)


async def _last_first_task(client: Client, numbers: Sequence[str]) -> float:
    """When the last of their first tasks ended, by the server's clock."""
    return max(await a_few(_first_task(client, number) for number in numbers))


async def _first_task(client: Client, number: str) -> float:
    asked = GetWorkflowExecutionHistoryRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow_id(number)), maximum_page_size=5
    )
    while True:
        history = (await client.workflow_service.get_workflow_execution_history(asked, retry=True)).history
        for event in history.events:
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                return event.event_time.ToMicroseconds() / 1e6
        await asyncio.sleep(1)


def _p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[-1]
