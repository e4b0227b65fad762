"""An invoice's story for people: panel and tables, every time in the account's own zone."""

from collections.abc import Iterable
from datetime import datetime

from rich.console import Group, RenderableType
from rich.panel import Panel

from cli.shell.output import shown, table
from dunning.calendar import local
from dunning.case.case import Case
from dunning.case.ledger import Entry
from dunning.explain.next_step import next_step
from dunning.explain.temporal_ui import case_summary, clock
from dunning.explain.words import story_of, what_is_read
from dunning.ports.cases import Trying
from dunning.rules.state_at import state_at
from dunning.rules.upcoming import Coming, Waiting, upcoming


def story(case: Case, at: datetime, waiting: Waiting, trying: Iterable[Trying] = ()) -> list[RenderableType]:
    """What an operator wants to know of a case; `trying` is what it is at and has tried in vain so far.

    `waiting` is as in `dunning.rules.upcoming`.
    """
    future = list(_future(case, at, waiting))
    parts: list[RenderableType] = [
        Panel(
            Group(*(shown(line) for line in (*_facts(case, at, waiting), *(_trouble(case, each) for each in trying)))),
            title=shown(case_summary(case.invoice)),
            expand=False,
        ),
        table(("when", "what happened"), _past(case), "What happened"),
        _ledger(case.entries, case.plan.zone),
    ]
    if future:
        columns = ("when", "step", "what the customer reads", "needs")
        parts.append(table(columns, future, "What is to come if nothing is paid"))
    return parts


def _facts(case: Case, at: datetime, waiting: Waiting) -> list[str]:
    held = f" (still held by {', '.join(case.remaining_holds)})" if case.remaining_holds else ""
    overdue = f", {case.overdue_days(at)} day(s) overdue" if case.overdue_days(at) else ""
    exempt = case.exempt_until
    return [
        f"state    {state_at(case, at)}{overdue}",
        f"balance  {case.balance}",
        f"level    {case.level.value}{held}",
        f"account  {case.invoice.account}, policy {case.plan.policy}, zone {case.plan.zone}",
        *([f"for      {', '.join(case.invoice.pays_for)}"] if case.invoice.pays_for else []),
        *(f"line     {each.text}: {each.amount}" for each in case.invoice.lines),
        *([f"exempt   from consequences until {clock(case, exempt)}"] if exempt and exempt > at else []),
        f"next     {next_step(case, at, waiting)}",
    ]


def _trouble(case: Case, each: Trying) -> str:
    again = f"; again at {clock(case, each.again_at)}" if each.again_at else "; it is tried now"
    return f"trouble  {each.what} was tried {each.times} time(s) in vain: {each.why}{again}"


def _past(case: Case) -> Iterable[tuple[str, str]]:
    for at, words in story_of(case):
        yield clock(case, at), words


def _future(case: Case, at: datetime, waiting: Waiting) -> Iterable[tuple[str, str, str, str]]:
    if case.outcome:
        return
    for each in upcoming(case, at, waiting):
        yield clock(case, each.at), each.step.name, what_is_read(each.step), _needs(case, each)


def _needs(case: Case, coming: Coming) -> str:
    milestone = coming.step
    if coming.without_effect:
        return "nothing: it will have no effect"
    if not milestone.approvals:
        return ""
    given = sorted({approval.by for approval in case.approvals if approval.milestone == milestone.name})
    return f"{milestone.approvals} approval(s)" + (f", given by {', '.join(given)}" if given else "")


def _ledger(entries: Iterable[Entry], zone: str) -> RenderableType:
    rows = [
        (f"{local(entry.at, zone):%a %d %b %Y %H:%M %Z}", entry.kind.value, entry.id, str(entry.amount), entry.note)
        for entry in entries
    ]
    return table(("when", "kind", "entry", "amount", "note"), rows, "Ledger")
