"""`plan`: the dated timeline of a policy, as a table, as JSON, or as a picture."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from pydantic import TypeAdapter, ValidationError

from cli.policies.timeline_svg import picture
from cli.policies.words import notice
from cli.shell.errors import BadInputError, reasons
from cli.shell.options import Json, day
from cli.shell.output import console, print_json, table
from cli.shell.preferences import policy as policy_of
from dunning.calendar import local
from dunning.money import Money
from dunning.policy.file import Policy, Zone
from dunning.policy.plan import Invoice, Milestone
from dunning.policy.timeline import TimelineError, timeline

_ZONE = TypeAdapter[str](Zone)


def plan(
    *,
    policy: Annotated[str, Parameter(help="Name in the policies folder, or a path that ends in .toml.")],
    due: Annotated[str, Parameter(help="Due date, like 2026-12-01.")],
    zone: Annotated[str, Parameter(help="The account's time zone, like Europe/Berlin (default: the policy's).")] = "",
    paid_through: Annotated[str, Parameter(help="Last day already paid for (default: the due date).")] = "",
    svg: Annotated[Path | None, Parameter(help="Also draw the timeline into this file.")] = None,
    json: Json = False,
) -> None:
    """Show what a policy does to an unpaid invoice, and when."""
    rules = policy_of(policy)
    due_date = day(due, "--due")
    where = _zone(zone) or rules.zone
    milestones = _dated(rules, due_date, day(paid_through, "--paid-through") if paid_through else None, where)
    if svg:
        _write(svg, picture(rules.title, due_date, where, milestones))
    if json:
        print_json([as_json(milestone, where) for milestone in milestones])
    else:
        _print(rules, due_date, where, milestones)


def as_json(milestone: Milestone, zone: str) -> dict[str, Any]:
    """One step for programs, at its local time."""
    return {
        "at": local(milestone.at, zone).isoformat(),
        "day": milestone.day,
        "action": milestone.action.value,
        "notice": milestone.notice or None,
        "approval": milestone.approvals > 0,
        "name": milestone.name,
        "notice_failed": milestone.notice_failed or None,
        "notice_no_method": milestone.notice_no_method or None,
        "fee": str(milestone.fee) if milestone.fee else None,
        "approvals": milestone.approvals,
        "services": list(milestone.services),
    }


def _zone(name: str) -> str:
    try:
        return _ZONE.validate_python(name) if name else ""
    except ValidationError as error:
        raise BadInputError(f"--zone: {reasons(error)[0]}") from None


def _dated(policy: Policy, due: date, paid_through: date | None, zone: str) -> tuple[Milestone, ...]:
    sample = Invoice(
        number="plan", account="plan", amount=Money.zero(policy.currency), due=due, paid_through=paid_through
    )
    try:
        return timeline(policy, sample, zone)
    except TimelineError as error:
        raise BadInputError(f"the policy {policy.name} does not fit these dates: {error}") from None
    except (OverflowError, ValueError):
        raise BadInputError(f"--due: {due} is too near the end of the calendar") from None


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"--svg: {file} cannot be written: {error.strerror}") from None


def _print(policy: Policy, due: date, zone: str, milestones: tuple[Milestone, ...]) -> None:
    rows = [_row(milestone, zone) for milestone in milestones]
    title = f"{policy.title}\ndue {due}, times in {zone}"
    console().print(table(("day", "when", "step", "action", "what the customer reads", "needs"), rows, title))


def _row(milestone: Milestone, zone: str) -> tuple[str, ...]:
    return (
        f"{milestone.day:+d}" if milestone.day else "0",
        f"{local(milestone.at, zone):%a %d %b %Y %H:%M %Z}",
        milestone.name,
        milestone.action.value + (f" {milestone.fee}" if milestone.fee else ""),
        notice(milestone),
        f"{milestone.approvals} approval(s)" if milestone.approvals else "",
    )
