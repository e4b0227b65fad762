"""`breaker show`, `allow`, `keep`: a person decides about the suspensions and deletions that came all at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from cyclopts import App, Parameter

from adapters.store import SqlStore
from cli.decisions.wake import wake
from cli.shell.connections import open_store
from cli.shell.errors import BadInputError
from cli.shell.options import Json, now
from cli.shell.output import console, print_json, table
from dunning.fleet.breaker import ALLOWED, DEFERRED, KEPT, Stopped, by_policy, decision, many

_COLUMNS = ("since (UTC)", "invoice", "account", "policy", "what")
_SHOWN = 20
"""So many lines of an incident are for people; the rest is for --all and --json."""

By = Annotated[str, Parameter("--by", help="Who decides this; kept in a ticket and in the cases.")]
Incident = Annotated[str, Parameter(help="Only this incident; `breaker show` names them.")]


@dataclass(frozen=True)
class _Meant:
    """What a person decides about: no invoices means all of the incident, and no incident the only one there is."""

    invoices: Sequence[str]
    incident: str
    statuses: Sequence[str]

    def among(self, rows: Sequence[Stopped]) -> list[Stopped]:
        """The rows that are meant. Raises BadInputError for what is not there, and for what may mean two things."""
        if unknown := sorted({*self.invoices} - {row.invoice for row in rows}):
            names = ", ".join(unknown)
            raise BadInputError(f"{names}: the breaker holds nothing back of it; see `starter.py breaker show`")
        if self.incident and self.incident not in {row.incident for row in rows}:
            raise BadInputError(f"--incident: nothing is left of {self.incident!r}; see `starter.py breaker show`")
        meant = [row for row in rows if self._means(row)]
        several = dict.fromkeys(row.incident for row in meant)
        if len(several) > 1 and not self.invoices:
            raise BadInputError(f"there are several incidents; name one with --incident: {', '.join(several)}")
        return meant

    def _means(self, row: Stopped) -> bool:
        named = not self.invoices or row.invoice in self.invoices
        return named and row.status in self.statuses and self.incident in ("", row.incident)


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
    async with open_store() as store:
        rows = await store.stopped()
    groups: dict[tuple[str, str, str], list[Stopped]] = {}
    for row in rows:
        groups.setdefault((row.action, row.incident, row.status), []).append(row)
    if json:
        print_json([_for_programs(*key, group) for key, group in groups.items()])
        return
    for key, group in groups.items():
        _print(*key, group, len(group) if all else _SHOWN)
    if not groups:
        print("the breaker holds nothing back")


@breaker.command
async def allow(
    *invoices: Annotated[str, Parameter(help="Only these invoices, such as INV-1042; what was kept, too.")],
    by: By,
    most: Annotated[int | None, Parameter(help="A stage: at most so many now, the oldest first.")] = None,
    incident: Incident = "",
    kept: Annotated[bool, Parameter(help="What a person decided against before.")] = False,
    json: Json = False,
) -> None:
    """Let what the breaker stopped happen, all of it or in stages.

    Each run with --most lets the next ones go. Their cases are told at once and look at everything anew: who paid
    meanwhile is left alone. What is allowed does not count against the limits. While anything is left waiting, all
    further suspensions (or deletions) wait with it.
    """
    if most is not None and most < 1:
        raise BadInputError(f"--most: {most} is not a number of invoices")
    statuses = (DEFERRED, KEPT) if invoices else (KEPT,) if kept else (DEFERRED,)
    async with open_store() as store:
        rows, left = await _decide(store, _Meant(invoices, incident, statuses), ALLOWED, by, most)
    woken = await wake(rows, by) if rows else 0
    _say(rows, left, "allowed", json=json, woken=woken)


@breaker.command
async def keep(
    *invoices: Annotated[str, Parameter(help="Only these invoices, such as INV-1042.")],
    by: By,
    incident: Incident = "",
    json: Json = False,
) -> None:
    """Decide against what the breaker stopped: the services keep running.

    It lasts until a person allows it (`breaker allow --kept`, or with the invoice's number); nothing else of the
    case changes, so a payment is still counted and the customer still owes. What is kept keeps nothing else waiting.
    """
    async with open_store() as store:
        rows, left = await _decide(store, _Meant(invoices, incident, (DEFERRED,)), KEPT, by)
    _say(rows, left, "kept", json=json)


async def _decide(
    store: SqlStore, meant: _Meant, status: str, by: str, most: int | None = None
) -> tuple[Sequence[Stopped], int]:
    """Decide about what is meant; what was decided, and how many are left of it."""
    if not by.strip():
        raise BadInputError("--by: say who decides")
    while True:  # cases come and other people decide, too
        found = meant.among(await store.stopped())
        rows = found[:most]
        if not rows or await store.rule_on(rows, status, decision(rows, status, by, now())):
            return rows, len(found) - len(rows)


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


def _print(action: str, incident: str, status: str, rows: Sequence[Stopped], most: int) -> None:
    waits, kept = ("waits", "was") if len(rows) == 1 else ("wait", "were")
    what = f"{waits} for a person" if status == DEFERRED else f"{kept} decided against"
    print(f"{many(action, len(rows))} {what} since {rows[0].at:%Y-%m-%d %H:%M}Z; incident {incident}")
    print(f"  policies: {by_policy(rows)}")
    console().print(table(_COLUMNS, _cells(rows[:most])))
    if len(rows) > most:
        print(f"  and {len(rows) - most:,} more: --all or --json")
    again = "--kept " if status == KEPT else ""
    print(f"  allow: starter.py breaker allow {again}--incident {incident} --most 100 --by YOU")
    print(*([] if again else [f"  keep:    starter.py breaker keep --incident {incident} --by YOU"]), "", sep="\n")


def _cells(rows: Iterable[Stopped]) -> Iterable[Sequence[str]]:
    return ((f"{row.at:%Y-%m-%d %H:%M}", row.invoice, row.account, row.policy, row.action) for row in rows)


def _say(rows: Sequence[Stopped], left: int, what: str, *, json: bool, woken: int | None = None) -> None:
    if json:
        print_json({"outcome": what, "count": len(rows), "left": left, "woken": woken, "decided": rows})
        return
    told = "" if woken is None else f" {woken:,} case(s) told;"
    print(f"{len(rows):,} {what};{told} {left:,} still wait" if rows else "nothing of that waits for the breaker")
