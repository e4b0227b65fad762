"""Whole lives per second of the real workflow beside a bare one, round after round in the same run."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.report import Report
from bench.sides import Life, sides, worker_processes
from sandbox.stage import Stage

TARGET = 0.85
PATIENCE = 60.0


@dataclass(frozen=True)
class Course:
    """A kind of life to race: so many at once in each round; `full` runs in few rounds, for information."""

    title: str
    policy: str
    days_ahead: int
    lives: int
    rounds: int
    full_rounds: int = 2


COURSES = (
    Course("paid on its due date", "a-small-orange", 10, lives=40, rounds=8),
    Course("never paid, deleted", "hotdoodle", 0, lives=15, rounds=6),
)


async def race(stage: Stage, report: Report, courses: Sequence[Course] = COURSES) -> None:
    """Race each kind of life, and print lives per second and their ratios."""
    async with worker_processes(stage):
        for course in courses:
            await _race(stage, report, course)


async def _race(stage: Stage, report: Report, course: Course) -> None:
    script, racers = await sides(stage, course.policy, course.days_ahead)
    timers = sum(step.queue is None for step in script.steps)
    report.title(
        f"Whole lives per second, {course.title} ({timers} timers, {len(script.steps) - timers} activities; "
        f"{course.rounds} rounds of {course.lives} lives at once)"
    )
    speeds: dict[str, list[float]] = {name: [] for name in racers}
    for number in range(-1, course.rounds):  # the first round warms up and does not count
        order = [name for name in racers if name != "full" or number < course.full_rounds]
        for name in order if number % 2 else reversed(order):
            speed = await _speed(racers[name], f"{course.policy}-{name}-{number + 1}", course.lives)
            if number >= 0:
                speeds[name].append(speed)
    _print(report, course, speeds)


async def _speed(live: Life, name: str, lives: int) -> float:
    began = time.perf_counter()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(live(f"{name}-{number}") for number in range(lives)))
    return lives / (time.perf_counter() - began)


def _print(report: Report, course: Course, speeds: dict[str, list[float]]) -> None:
    words = {
        "bare": "bare workflow, empty activities",
        "real": "InvoiceDunning, empty activities",
        "full": "InvoiceDunning, real activities, sandbox companies",
    }
    rows: list[tuple[object, ...]] = []
    for name, several in speeds.items():
        ratios = [speed / bare for speed, bare in zip(several, speeds["bare"], strict=False)]
        low, middle, high = _quartiles(ratios)
        target = (
            (f">= {TARGET}", report.at_least(f"{course.title}, ratio", middle, TARGET)) if name == "real" else ("", "")
        )
        spread = f"{low:.2f}..{high:.2f}"
        rows.append((words[name], f"{statistics.median(several):.1f}", f"{middle:.2f}", spread, *target))
    report.table(("", "lives/s", "of bare", "quartiles", "target", ""), rows)


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high
