"""The rules alone: whole lives per second of `dunning/`, without server, sockets or workflow.

Seconds are this process's own CPU time: nothing here waits, and what else runs on the machine does not count.
"""

import time
from datetime import datetime, timedelta

from bench.cost.lives import POLICIES
from bench.report import Report
from dunning.case.case import Opened
from tests.dunning.examples import at, before_issue, opened, pays
from tests.dunning.life import Fact, World, live

SECONDS = 4.0
TARGET = 100


def rules(report: Report) -> None:
    """Print lives per second: each policy, never paid and paid on day 12."""
    report.title("The rules alone (dunning/, one process, no Temporal)")
    rows: list[tuple[object, ...]] = []
    lives, spent = 0, 0.0
    for name in POLICIES:
        case = opened(name)
        for told, facts in (("never paid", []), ("paid on day 12", [(at(case, 12, minutes=30), pays("USD 200.00"))])):
            number, seconds, steps = _live_for(SECONDS / 2 / len(POLICIES), case, facts)
            rows.append((f"{name}, {told}", f"{number / seconds:.0f}", steps))
            lives, spent = lives + number, spent + seconds
    speed = lives / spent
    rows.append(("all", f"{speed:.0f}", ""))
    report.table(("life", "lives/CPU s", "steps"), rows)
    report.line(f"target: at least {TARGET} lives a second: {report.at_least('rules, lives/s', speed, TARGET)}")


def _live_for(seconds: float, case: Opened, facts: list[tuple[datetime, Fact]]) -> tuple[int, float, int]:
    began, number, steps = time.process_time(), 0, 0
    start = before_issue(case)
    while time.process_time() - began < seconds:
        life = live(case, start, list(facts), World(charges=["declined"] * 2), until=start + timedelta(days=200))
        steps = len(life.did)
        number += 1
    return number, time.process_time() - began, steps
