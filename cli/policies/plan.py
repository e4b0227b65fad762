"""`plan`: the dated timeline of a policy, as a table, as JSON, or as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from cli.shell.errors import BadInputError
from cli.shell.options import Json, day
from cli.shell.output import console, print_json, table
from cli.shell.preferences import policies

if TYPE_CHECKING:
    from datetime import date

    from dunning.policy.plan import Milestone
    from operations.policies.plans import Dated


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
    on, through = day(due, "--due"), day(paid_through, "--paid-through") if paid_through else None

    from operations.policies.plans import PlanOf

    dated = policies().plan(PlanOf(policy, on, zone, through))
    if svg:
        from cli.policies.timeline_svg import picture

        _write(svg, picture(dated.policy.title, on, dated.zone, dated.milestones))
    if json:
        print_json([plan_as_json(milestone, dated.zone) for milestone in dated.milestones])
    else:
        _print(dated, on)


def plan_as_json(milestone: Milestone, zone: str) -> dict[str, Any]:
    """One step for programs, at its local time."""
    from dunning.calendar import local

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
        "warns_of": list(milestone.warns_of),
    }


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"--svg: {file} cannot be written: {error.strerror}") from None


def _print(dated: Dated, due: date) -> None:
    rows = [_row(milestone, dated.zone) for milestone in dated.milestones]
    title = f"{dated.policy.title}\ndue {due}, times in {dated.zone}"
    console().print(table(("day", "when", "step", "action", "what the customer reads", "needs"), rows, title))


def _row(milestone: Milestone, zone: str) -> tuple[str, ...]:
    from dunning.calendar import local
    from dunning.explain.words import what_is_read

    return (
        f"{milestone.day:+d}" if milestone.day else "0",
        f"{local(milestone.at, zone):%a %d %b %Y %H:%M %Z}",
        milestone.name,
        milestone.action.value + (f" {milestone.fee}" if milestone.fee else ""),
        what_is_read(milestone),
        f"{milestone.approvals} approval(s)" if milestone.approvals else "",
    )
