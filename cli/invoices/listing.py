"""`list`: the cases on the server, one a line as they come; twenty thousand of them need no memory."""

from __future__ import annotations

import json as json_text
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.options import Json
from dunning.states import StateAt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from operations.list_cases import Row

_LINE = "{invoice:<16} {account:<16} {policy:<18} {state:<18} {level:<10} {due:<11} {overdue:>7} {next}"
_COLUMNS = ("invoice", "account", "policy", "state", "level", "due", "overdue", "next")


async def list_(
    *,
    state: Annotated[StateAt | None, Parameter(help="Only cases in this state.")] = None,
    account: Annotated[str, Parameter(help="Only cases of this account.")] = "",
    policy: Annotated[str, Parameter(help="Only cases under this policy.")] = "",
    all: Annotated[bool, Parameter(help="Closed cases too, as long as the server keeps them.")] = False,  # noqa: A002
    json: Json = False,
) -> None:
    """List the cases that are running. Whether one is overdue is counted in UTC days, as of now."""
    async with composed(store="not needed") as made:
        cases = made.list_cases.of(state=state, account=account, policy=policy, ended=all)
        await (_print_json(cases) if json else _print_lines(cases))


async def _print_lines(cases: AsyncIterator[Row]) -> None:
    found = 0
    async for case in cases:
        if not found:
            print(_LINE.format(**{name: name.upper() for name in _COLUMNS}))
        found += 1
        print(_LINE.format(**{key: "" if value is None else value for key, value in _shown(case).items()}).rstrip())
    print(f"{found} case(s)" if found else "no cases")


async def _print_json(cases: AsyncIterator[Row]) -> None:
    between = "[\n"
    async for case in cases:
        print(between + json_text.dumps(_shown(case)), end="")
        between = ",\n"
    print("[]" if between == "[\n" else "\n]")


def _shown(row: Row) -> dict[str, Any]:
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
