"""`list`: the cases from the store; or those on the server, one a line as they come."""

from __future__ import annotations

import json as json_text
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError
from cli.shell.options import Chosen, Json
from cli.shell.output import say
from dunning.level import Level
from dunning.states import StateInTable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from operations.cases.list_cases import CaseRow
    from operations.cases.list_open_cases import CaseNow

_BOTH = "{invoice:<16} {account:<16} {policy:<18} {state:<18} {level:<10} {due:<11} {overdue:>7}"
_ON_SERVER = f"{_BOTH} {{next}}"
_IN_TABLE = f"{_BOTH} {{balance:>14}} {{next_at:<16}} {{as_of:<16}} {{next}}"
_COLUMNS = ("invoice", "account", "policy", "state", "level", "due", "overdue", "balance", "next_at", "as_of", "next")
_HEAD = {name: name.upper() for name in _COLUMNS} | {"next_at": "NEXT AT (UTC)", "as_of": "AS OF (UTC)"}
_SORTABLE = (*_COLUMNS, "customer")
_SORTED = {"invoice": "number", "next": "coming", "next_at": "coming_at"}
"""What a column is called in the table."""


async def list_(
    *,
    state: Annotated[StateInTable | None, Parameter(help="Only cases in this state.")] = None,
    account: Annotated[str, Chosen, Parameter(help="Only cases of this account.")] = "",
    policy: Annotated[str, Chosen, Parameter(help="Only cases under this policy.")] = "",
    level: Annotated[Level | None, Parameter(help="Only cases whose own hold asks for this level.")] = None,
    sort: Annotated[str, Chosen, Parameter(help=f"By this column: {', '.join(_COLUMNS)}, or customer.")] = "invoice",
    descending: Annotated[bool, Parameter(help="The largest first.")] = False,
    temporal: Annotated[bool, Parameter(help="Ask the server: as of each case's last step, in no order.")] = False,
    all: Annotated[bool, Parameter(help="Closed cases too.")] = False,  # noqa: A002
    json: Json = False,
) -> None:
    """List the cases that are running, from the store's table: each line says as of when it is, in UTC.

    A signal from another program is in it after the hourly check at the latest. Closed cases are found with --all, and
    with a --state in which cases end; a line of one is as of the closing of its books, and a reopened one is one line.
    With --temporal the server is asked, which forgets closed cases; what is overdue is then counted in UTC days.
    """
    from operations.cases.list_cases import Listing
    from operations.cases.list_open_cases import SortedListing

    if temporal:
        if state == "dead":
            raise BadInputError("--state: dead cases are found in the table; leave out --temporal")
        if descending or sort != "invoice":
            raise BadInputError("--sort: the server does not sort; leave out --temporal")
        async with composed(store="not needed") as made:
            cases = made.list_cases.of(Listing(state, account, policy, level, ended=all))
            await (_print_json(cases) if json else _print_lines(cases))
        return
    if sort not in _SORTABLE:
        raise BadInputError(f"--sort: there is no column {sort!r}; there are: {', '.join(_SORTABLE)}")
    async with composed(server="not needed") as made:
        asked = SortedListing(state, account, policy, level, _SORTED.get(sort, sort), descending, closed=all)
        found = await made.list_open_cases.of(asked)
    print_table(found, json=json)


def print_table(found: Iterable[CaseNow], *, json: bool) -> None:
    """All of it at once: it is there already."""
    rows = [_row(each) for each in found]
    if json:
        between = ",\n".join(json_text.dumps(row) for row in rows)
        say(f"[\n{between}\n]" if rows else "[]")
    elif rows:
        shown = (_HEAD, *(each | {key: _minute(each[key]) for key in ("next_at", "as_of")} for each in rows))
        say("\n".join(_line(_IN_TABLE, each) for each in shown), f"{len(rows)} case(s)", sep="\n")
    else:
        say("no cases")


async def _print_lines(cases: AsyncIterator[CaseRow]) -> None:
    found = 0
    async for case in cases:
        if not found:
            say(_line(_ON_SERVER, _HEAD))
        found += 1
        say(_line(_ON_SERVER, _shown(case)))
    say(f"{found} case(s)" if found else "no cases")


async def _print_json(cases: AsyncIterator[CaseRow]) -> None:
    between = "[\n"
    async for case in cases:
        say(between + json_text.dumps(_shown(case)), end="")
        between = ",\n"
    say("[]" if between == "[\n" else "\n]")


def _line(template: str, row: dict[str, Any]) -> str:
    return template.format(**{key: "" if value is None else value for key, value in row.items()}).rstrip()


def _minute(instant: str | None) -> str:
    """An instant for people, to the minute; the column's head says that it is UTC."""
    return (instant or "")[:16].replace("T", " ")


def _row(found: CaseNow) -> dict[str, Any]:
    row = found.row
    return {
        "invoice": row.number,
        "account": row.account,
        "customer": row.customer,
        "policy": row.policy,
        "state": found.state,
        "level": row.level.value,
        "due": row.due.isoformat(),
        "overdue": found.overdue,
        "next": row.coming,
        "next_at": row.coming_at.isoformat(timespec="seconds") if row.coming_at else None,
        "balance": str(row.balance),
        "balance_minor": row.balance.minor,
        "as_of": row.as_of.isoformat(timespec="seconds"),
        "status": row.died or ("closed" if found.closed else "running"),
    }


def _shown(row: CaseRow) -> dict[str, Any]:
    case = row.case
    return {
        "invoice": case.invoice,
        "account": case.account,
        "policy": case.policy,
        "state": row.state,
        "level": case.level,
        "due": case.due.isoformat() if case.due else None,
        "overdue": row.overdue,
        "next": case.coming,
        "balance_minor": case.balance_minor,
        "status": case.status or None,
    }
