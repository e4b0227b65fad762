"""`breaker show`, `allow`, `keep`: a person decides about the suspensions and deletions that came all at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from cli.shell.asking import Yes, agree
from cli.shell.connections import composed, settings
from cli.shell.options import Chosen, Json, Whole
from cli.shell.output import complain, console, print_json, say, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dunning.fleet.breaker import Stopped
    from dunning.records.effects import Counted
    from operations.fleet.breaker import Decided

_COLUMNS = ("since (UTC)", "invoice", "account", "policy", "what")
_SHOWN = 20
"""So many lines of an incident are for people; the rest is for --all and --json."""

By = Annotated[str, Parameter("--by", help="Who decides this; kept in a ticket and in the cases.")]
Reason = Annotated[str, Parameter(help="Why; kept there, too.")]
Incident = Annotated[str, Chosen, Parameter(help="Only this incident; `breaker show` names them.")]


breaker = App(
    name="breaker", help="Show and decide what the breaker stopped: too many suspensions or deletions at once."
)


@breaker.command
async def show(
    *,
    all: Annotated[bool, Parameter(help="The whole list.")] = False,  # noqa: A002
    json: Json = False,
) -> None:
    """Show what the breaker stopped: since when, how many, under which policies, whose.

    What was paid for since is left out. `kept` is what a person decided against.
    """
    async with composed(server="not needed") as made:
        rows = await made.breaker.stopped()
    groups: dict[tuple[Counted, str, str], list[Stopped]] = {}
    for row in rows:
        groups.setdefault((row.action, row.incident, row.status), []).append(row)
    if json:
        print_json([_for_programs(*key, group) for key, group in groups.items()])
        return
    for key, group in groups.items():
        _print(*key, group, len(group) if all else _SHOWN)
    if not groups:
        say("the breaker holds nothing back")


@breaker.command
async def allow(
    *invoices: Annotated[str, Parameter(help="Only these invoices, such as INV-1042; what was kept, too.")],
    by: By,
    reason: Reason,
    most: Annotated[int | None, Whole, Parameter(help="A stage: at most so many now, the oldest first.")] = None,
    incident: Incident = "",
    kept: Annotated[bool, Parameter(help="What a person decided against before.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Let what the breaker stopped happen, all of it or in stages: lists it, and asks for its count to be typed.

    Each run with --most lets the next ones go. Their cases are told at once and look at everything anew: who paid
    meanwhile is left alone. What is allowed does not count against the limits. While anything is left waiting, all
    further suspensions (or deletions) wait with it.
    """
    from operations.fleet.breaker import Meant

    meant = Meant(by, reason, invoices, incident, most, kept)
    async with composed(server="if there") as made:
        if not yes:
            meant = replace(meant, keys=_agreed(await made.breaker.allowable(meant)))
        decided = await made.breaker.allow(meant)
    if decided.untold:
        complain(
            f"starter: {decided.untold}\nIt is decided all the same, and nothing has to be repeated: the cases that "
            f"were not told find out within {settings().breaker_retry_hours:g} hours, when they ask again."
        )
    _say(decided, "allowed", f" {decided.woken:,} case(s) told;", json=json)


@breaker.command
async def keep(
    *invoices: Annotated[str, Parameter(help="Only these invoices, such as INV-1042.")],
    by: By,
    reason: Reason,
    incident: Incident = "",
    json: Json = False,
) -> None:
    """Decide against what the breaker stopped: the services keep running.

    It lasts until a person allows it (`breaker allow --kept`, or with the invoice's number); nothing else of the
    case changes, so a payment is still counted and the customer still owes. What is kept keeps nothing else waiting.
    """
    from operations.fleet.breaker import Meant

    async with composed(server="not needed") as made:
        decided = await made.breaker.keep(Meant(by, reason, invoices, incident))
    _say(decided, "kept", json=json)


def _agreed(rows: Sequence[Stopped]) -> frozenset[str]:
    """The keys of what a person agreed to, of several after the whole list was shown and its count typed."""
    if len(rows) > 1:
        for row in _cells(rows):
            complain(" · ".join(row))
        agree(len(rows), f"{len(rows):,} of these are allowed to happen", yes=False)
    return frozenset(row.key for row in rows)


def _for_programs(action: str, incident: str, status: str, rows: Sequence[Stopped]) -> dict[str, object]:
    policies = {policy: sum(row.policy == policy for row in rows) for policy in {row.policy for row in rows}}
    return {
        "incident": incident,
        "action": action,
        "status": status,
        "since": rows[0].at.isoformat(),
        "count": len(rows),
        "policies": policies,
        "stopped": rows,
    }


def _print(action: Counted, incident: str, status: str, rows: Sequence[Stopped], most: int) -> None:
    from dunning.fleet.breaker import DEFERRED, KEPT, by_policy
    from dunning.tickets.fleet import many

    waits, kept = ("waits", "was") if len(rows) == 1 else ("wait", "were")
    who = ", ".join(dict.fromkeys(f"{row.decided_by} ({row.decided_why})" for row in rows))
    what = f"{waits} for a person" if status == DEFERRED else f"{kept} decided against by {who}"
    say(f"{many(action, len(rows))} {what} since {rows[0].at:%Y-%m-%d %H:%M}Z; incident {incident}")
    say(f"  policies: {by_policy(rows)}")
    console().print(table(_COLUMNS, _cells(rows[:most])))
    if len(rows) > most:
        say(f"  and {len(rows) - most:,} more: --all or --json")
    again = "--kept " if status == KEPT else ""
    say(f"  allow: starter.py breaker allow {again}--incident {incident} --most 100 --by YOU --reason WHY")
    say(
        *([] if again else [f"  keep:    starter.py breaker keep --incident {incident} --by YOU --reason WHY"]),
        "",
        sep="\n",
    )


def _cells(rows: Iterable[Stopped]) -> Iterable[Sequence[str]]:
    return ((f"{row.at:%Y-%m-%d %H:%M}", row.invoice, row.account, row.policy, row.action) for row in rows)


def _say(decided: Decided, what: str, told: str = "", *, json: bool) -> None:
    rows, left, woken = decided.rows, decided.left, decided.woken if told else None
    if json:
        counts = {"outcome": what, "count": len(rows), "left": left, "woken": woken}
        print_json({**counts, "decided": rows, "already": decided.already})
        return
    for each in decided.already:
        say(f"{each.invoice}: {each.action} is allowed already, by {each.decided_by} ({each.decided_why})")
    if rows:
        say(f"{len(rows):,} {what};{told} {left:,} still wait")
    elif not decided.already:
        say("nothing of that waits for the breaker")
