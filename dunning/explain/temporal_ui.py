"""What an operator reads in Temporal's own UI: summaries, current details, search attributes, in local time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from dunning import names
from dunning.calendar import local
from dunning.case.case import Case
from dunning.case.decisions import Conclude, Finish, Perform, Reinstate, Step, Wait
from dunning.case.state import state
from dunning.explain.words import story_of
from dunning.names import Values
from dunning.policy.plan import Action, Invoice
from dunning.rules.state_at import state_at
from dunning.rules.upcoming import nothing_waits, upcoming
from dunning.visible import in_markdown


def shown(case: Case, step: Step) -> Values:
    """The search attributes. Only facts and steps change them, so they stay right while a case sleeps.

    The due date is local midnight's date at 00:00 UTC, so that it sorts as a date.
    """
    return (
        (names.ACCOUNT, case.invoice.account),
        (names.POLICY, case.plan.policy),
        (names.STATE, state(case)),
        (names.LEVEL, case.level.value),
        (names.DUE_DATE, datetime.combine(case.invoice.due, datetime.min.time(), tzinfo=UTC)),
        (names.NEXT_MILESTONE, coming(step)),
        (names.BALANCE_MINOR, case.balance.minor),
        (names.REVISION, case.revision),
    )


_NAME = 60
"""Characters of a customer's name: Temporal takes 400 bytes of summary, and refuses the case for one more."""


def case_summary(invoice: Invoice) -> str:
    """The static summary: `INV-1042 · Example Bakery · USD 19.99 · due 2026-12-01`."""
    parts = (invoice.number, invoice.customer[:_NAME], str(invoice.amount), f"due {invoice.due}")
    return " · ".join(part for part in parts if part)


def coming(step: Step) -> str:
    """What the case is about to do or waits for, in a word or two."""
    match step:
        case Wait():
            return step.coming
        case Perform() | Conclude():
            return step.milestone.name
        case Reinstate():
            return "reinstate"
        case Finish():
            return ""


def timer_summary(case: Case, step: Wait) -> str:
    """The label of a timer: `suspend · Fri 11 Dec 2026 09:00 EST`."""
    return f"{step.coming} · {clock(case, step.until)}" if step.until else step.coming


def activity_summary(case: Case, step: Perform | Reinstate) -> str:
    """The label of an activity: `suspend · day +10 · USD 19.99 owed`, or the title of the notice that it sends."""
    name, day = coming(step), ""
    if isinstance(step, Perform):
        milestone = step.milestone
        name = milestone.notice if milestone.action in (Action.ISSUE, Action.NOTIFY) and milestone.notice else name
        day = f"day {milestone.day:+d}" if case.plan.milestone(milestone.name) else ""
    return " · ".join(part for part in (name, day, f"{case.balance} owed") if part)


def clock(case: Case, at: datetime) -> str:
    """An instant in the account's own zone."""
    return f"{local(at, case.plan.zone):%a %d %b %Y %H:%M %Z}"


LATEST = 100
"""So many steps, and facts from outside, are in the details: they are written anew at every step of a case."""


def details(case: Case, now: datetime, step: Step) -> str:
    """Current details as Markdown: the headline, state, balance, what comes next and when and why, what happened.

    The headline is the static summary, which a case loses when it goes on in another run.
    """
    to_come = [f"- {in_markdown(line)}" for line in _to_come(case, now, step)]
    past = [in_markdown(f"{clock(case, at)} · {words}") for at, words in story_of(case, LATEST)] or ["nothing yet"]
    if len(case.done) > LATEST or len(case.entries) > LATEST + 1:
        past.insert(0, f"the latest of {len(case.done)} steps and {len(case.entries)} ledger lines; `why` has all")
    return "\n".join(
        [
            in_markdown(case_summary(case.invoice)),
            "",
            *(f"- **{key}** {in_markdown(value)}" for key, value in _facts(case, now) if value),
            f"- **next** {in_markdown(_next(case, step))}",
            *(["", "**To come, if nothing is paid**", "", *to_come] if to_come else []),
            "",
            "**What happened**",
            "",
            *(f"- {line}" for line in past),
        ]
    )


def _to_come(case: Case, now: datetime, step: Step) -> Iterator[str]:
    """The first steps, while the case waits, on the plan's days: a workflow reads no store, so it knows no window yet.

    With very many payments that would take too long: `show` tells it then.
    """
    if isinstance(step, Wait) and not case.outcome and len(case.entries) <= _FEW:
        for each in islice(upcoming(case, now, nothing_waits), _SHOWN):
            needs = f", once {each.missing} more agreed" if each.missing else ""
            yield f"{clock(case, each.at)} · {each.step.name}{needs}"


_SHOWN = 5
_FEW = 100


def _facts(case: Case, now: datetime) -> list[tuple[str, str]]:
    held, overdue = ", ".join(case.remaining_holds), case.overdue_days(now)
    return [
        ("state", state_at(case, now) + (f", {overdue} day(s) overdue" if overdue else "")),
        ("balance", str(case.balance)),
        ("level", case.level.value + (f" (still held by {held})" if held else "")),
        ("policy", f"{case.plan.policy}, zone {case.plan.zone}"),
        ("for", ", ".join(case.invoice.pays_for)),
        ("moved by", f"{case.shift_days} day(s)" if case.shift_days else ""),
    ]


def _next(case: Case, step: Step) -> str:
    match step:
        case Wait(until=None):
            return f"{step.coming}, {step.why}"
        case Wait():
            return f"{timer_summary(case, step)}, because {step.why}"
        case Perform() | Conclude() | Reinstate():
            return f"{coming(step)}, because {step.why}"
        case Finish():
            return f"nothing; the case ended: {step.outcome}"
