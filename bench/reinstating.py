"""Prints the latency from a payment signal to the reinstated service."""

import math
import time
from collections.abc import Sequence

from bench.latency import all_at_once, one_by_one, suspended_cases
from bench.report import Report
from sandbox.stage.stage import Stage

CASES = 50


async def reinstating(stage: Stage, report: Report) -> None:
    """Pay 50 suspended cases one by one, then 50 all at once."""
    report.title(f"From payment signal to reinstated, {CASES} suspended cases on real time, milliseconds")
    rows: list[tuple[object, ...]] = []
    for told, pay in (("one by one", one_by_one), ("all in one moment", all_at_once)):
        handles = await suspended_cases(stage, f"LATENCY-{told[:3].upper()}", CASES)
        began = time.perf_counter()
        seconds = sorted(await pay(stage, handles))
        spent = time.perf_counter() - began
        rows.append((told, _ms(_at(seconds, 0.5)), _ms(_at(seconds, 0.99)), _ms(seconds[-1]), f"{CASES / spent:.1f}"))
    report.table(("paid", "p50", "p99", "max", "cases/s to the end"), rows)


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"
