"""Events, bytes, workflow tasks and Temporal Cloud actions per story: exact."""

from bench.cost.lives import POLICIES, Marginal, never_paid, paid_on_its_due_date
from bench.cost.server_actions import actions_by_type
from bench.cost.tally import Cost
from bench.report import Report
from sandbox.stage.stage import Stage

LIFE_LIMIT, MILESTONE_LIMIT = 36, 12
_HEAD = ("story", "events", "limit", "", "bytes", "workflow tasks", "actions", "activities", "timers")


async def costing(stage: Stage, report: Report) -> None:
    """Print what lives cost, and what each milestone adds."""
    before = await actions_by_type(stage)
    lives = {
        "paid by its charge, opened on its issue date": await paid_on_its_due_date(stage, "COST-1", 10),
        "the same, opened a day earlier": await paid_on_its_due_date(stage, "COST-2", 11),
    }
    report.title("What a life costs (a-small-orange; history events without those of virtual time)")
    first = next(iter(lives))
    verdict = report.at_most(f"events, {first}", lives[first].events, LIFE_LIMIT)
    limits = {first: (LIFE_LIMIT, verdict)}
    report.table(_HEAD, [_row(name, cost, *limits.get(name, ("", ""))) for name, cost in lives.items()])
    counted = sum(cost.actions for cost in lives.values())
    seen = {kind: n - before.get(kind, 0) for kind, n in (await actions_by_type(stage)).items()}
    report.line(f"actions counted in these two histories: {counted}; the server's own counters: {_words(seen)}")
    await _milestones(stage, report)


async def _milestones(stage: Stage, report: Report) -> None:
    report.title("What each milestone adds (never paid, no card on file)")
    found = [each for place, name in enumerate(POLICIES) for each in await never_paid(stage, f"COST-M{place}", name)]
    report.table(_HEAD, [_milestone_row(each, report) for each in found])


def _milestone_row(each: Marginal, report: Report) -> tuple[object, ...]:
    name = f"{each.policy}, day {each.day:+d}: {', '.join(each.milestones)}"
    if each.effects != 1:
        return _row(name, each.cost, "", f"{each.effects} effects")
    return _row(name, each.cost, MILESTONE_LIMIT, report.at_most(name, each.cost.events, MILESTONE_LIMIT))


def _row(name: str, cost: Cost, limit: int | str, verdict: str) -> tuple[object, ...]:
    counts = (cost.bytes, cost.workflow_tasks, cost.actions, cost.activities, cost.timers)
    return (name, cost.events, limit, verdict, *counts)


def _words(seen: dict[str, int]) -> str:
    kinds = [f"{kind} {number}" for kind, number in sorted(seen.items()) if number]
    return f"{sum(seen.values())} ({', '.join(kinds)})"
