"""`show`: one invoice: what happened, its ledger, and what comes next, when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.shell.connections import composed
from cli.shell.options import Json, Number
from cli.shell.output import complain, console, print_json

if TYPE_CHECKING:
    from datetime import datetime

    from dunning.case.case import Case
    from dunning.case.decisions import Step
    from dunning.rules.upcoming import Coming, Waiting
    from operations.cases.look import CaseView


async def show(invoice: Number, /, *, json: Json = False) -> None:
    """Show an invoice: what happened, its ledger, and what comes next, when and why."""
    from cli.invoices.story import story
    from dunning.windows.shut import ALWAYS_OPEN

    async with composed(store="if there") as made:
        found = await made.show_case.show(invoice)
    if found.shut is None:
        complain("the store is away, so the days to come are those of the plan: maintenance windows are not counted")
    shut = found.shut or ALWAYS_OPEN
    if json:
        print_json(case_as_json(found.case, found.at, found.step, shut.until) | _how_it_goes(found))
    else:
        if found.died:
            complain(dead(found))
        console().print(*story(found.case, found.at, shut.until, found.trying), sep="\n")


def dead(found: CaseView) -> str:
    """What somebody has to know before they believe the rest."""
    from dunning.policy.invoice_number import typed

    number = found.case.invoice.number
    return (
        f"{number}: the server has ended this case before its time ({found.died}). Nothing that is to come happens any "
        f"more, until `starter.py recover {typed(number)} --by YOU --reason WHY` lets it go on."
    )


def _how_it_goes(found: CaseView) -> dict[str, Any]:
    return {"died": found.died, "trying": [each._asdict() for each in found.trying]}


def case_as_json(case: Case, at: datetime, step: Step, waiting: Waiting) -> dict[str, Any]:
    """The whole case, and what is derived from it; `waiting` is as in `dunning.rules.upcoming`."""
    from dunning.rules.state_at import state_at
    from dunning.rules.upcoming import upcoming

    derived = {
        "balance": case.balance.model_dump(),
        "state": state_at(case, at),
        "overdue_days": case.overdue_days(at),
        "next": _next(step),
        "upcoming": [] if case.outcome else [_coming(each) for each in upcoming(case, at, waiting)],
    }
    return case.model_dump(mode="json") | derived


def _next(step: Step) -> dict[str, str | None] | None:
    from dunning.case.decisions import Finish, Wait
    from dunning.explain.temporal_ui import coming

    if isinstance(step, Finish):
        return None
    waits_until = step.until.isoformat() if isinstance(step, Wait) and step.until else None
    return {"step": coming(step), "at": waits_until, "why": step.why}


def _coming(each: Coming) -> dict[str, Any]:
    return {
        "step": each.step.name,
        "action": each.step.action.value,
        "at": each.at.isoformat(),
        "why": each.why,
        "approvals_missing": each.missing,
    }
