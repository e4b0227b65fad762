"""Whole lives per second of the real workflow beside a bare one, round after round in the same run."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import cpu
from bench.race.sides import Life, sides, worker_processes
from bench.report import Report
from sandbox.stage.stage import Stage

TARGET = 0.85
PATIENCE = 60.0
_WORDS = {
    "bare": "bare workflow, empty activities",
    "bare-unsandboxed": "the same without the SDK's sandbox, as ours runs",
    "real": "InvoiceDunning, empty activities",
    "full": "InvoiceDunning, real activities, sandbox companies",
}


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
    Course("paid on its due date", "a-small-orange", 10, lives=30, rounds=7),
    Course("never paid, deleted", "hotdoodle", 0, lives=12, rounds=5),
)


async def race(stage: Stage, report: Report, courses: Sequence[Course] = COURSES) -> None:
    """Race each kind of life, and print lives per second and their ratios."""
    async with worker_processes(stage):
        for course in courses:
            await _race(stage, report, course)


@dataclass(frozen=True)
class Round:
    """One side's round: lives per second of the clock, and per CPU second of server, workers and companies."""

    speed: float
    cpu_speed: float


async def _race(stage: Stage, report: Report, course: Course) -> None:
    script, racers = await sides(stage, course.policy, course.days_ahead)
    timers = sum(step.queue is None for step in script.steps)
    report.title(
        f"Whole lives per second, {course.title} ({timers} timers, {len(script.steps) - timers} activities; "
        f"{course.rounds} rounds of {course.lives} lives at once)"
    )
    rounds: dict[str, list[Round]] = {name: [] for name in racers}
    for number in range(-1, course.rounds):  # the first round warms up and does not count
        order = [name for name in racers if name in ("bare", "real") or number < course.full_rounds]
        for name in order if number % 2 else reversed(order):
            one = await _round(racers[name], f"{course.policy}-{name}-{number + 1}", course.lives)
            if number >= 0:
                rounds[name].append(one)
    _print(report, course, rounds)


async def _round(live: Life, name: str, lives: int) -> Round:
    began, used = time.perf_counter(), cpu.of_children()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(live(f"{name}-{number}") for number in range(lives)))
    return Round(lives / (time.perf_counter() - began), lives / (cpu.of_children() - used))


def _print(report: Report, course: Course, rounds: dict[str, list[Round]]) -> None:
    rows: list[tuple[object, ...]] = []
    for name, several in rounds.items():
        pairs = list(zip(several, rounds["bare"], strict=False))
        low, middle, high = _quartiles([mine.speed / bare.speed for mine, bare in pairs])
        by_cpu = statistics.median(mine.cpu_speed / bare.cpu_speed for mine, bare in pairs)
        verdict = report.at_least(f"{course.title}, ratio", middle, TARGET) if name == "real" else ""
        target = f">= {TARGET}" if name == "real" else ""
        speed = statistics.median(one.speed for one in several)
        row = (
            _WORDS[name],
            f"{speed:.1f}",
            f"{middle:.2f}",
            f"{low:.2f}..{high:.2f}",
            target,
            verdict,
            f"{by_cpu:.2f}",
        )
        rows.append(row)
    report.table(("", "lives/s", "of bare", "quartiles", "target", "", "of bare, by CPU time"), rows)


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high
