"""`list`: the cases on the server, one a line as they come; twenty thousand of them need no memory."""

import json as json_text
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from temporalio.client import WorkflowExecution

from cli.shell.connections import open_client
from cli.shell.errors import BadInputError
from cli.shell.options import Json
from workflows import attributes
from workflows.invoice import InvoiceDunning

State = Literal[
    "scheduled", "open", "in-transit", "promised", "overdue", "awaiting-approval", "lapsed",
    "paid", "waived", "void", "renewed", "deleted",
]  # fmt: skip
_LINE = "{invoice:<16} {account:<16} {policy:<18} {state:<18} {level:<10} {due:<11} {overdue:>7} {next}"
_COLUMNS = ("invoice", "account", "policy", "state", "level", "due", "overdue", "next")


async def list_(
    *,
    state: Annotated[State | None, Parameter(help="Only cases in this state.")] = None,
    account: Annotated[str, Parameter(help="Only cases of this account.")] = "",
    policy: Annotated[str, Parameter(help="Only cases under this policy.")] = "",
    all: Annotated[bool, Parameter(help="Closed cases too, as long as the server keeps them.")] = False,  # noqa: A002
    json: Json = False,
) -> None:
    """List the cases that are running. What is shown is as of each case's last step."""
    wanted = {"State": state or "", "Account": account, "Policy": policy}
    async with open_client() as client:
        cases = client.list_workflows(query(wanted, all_=all), page_size=500)
        await (_print_json(cases) if json else _print_lines(cases))


def query(wanted: Mapping[str, str], *, all_: bool) -> str:
    """What Temporal is asked for: the cases with these search attributes, closed ones too if `all_`. Empty: any."""
    conditions = [f"WorkflowType = '{InvoiceDunning.__name__}'"]
    conditions += [] if all_ else ["ExecutionStatus = 'Running'"]
    conditions += [f"{key} = '{_word(key, value)}'" for key, value in wanted.items() if value]
    return " AND ".join(conditions)


def _word(key: str, value: str) -> str:
    if not value.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise BadInputError(f"--{key.lower()}: {value!r} is not one: notices, digits, dots, dashes and underscores")
    return value


async def _print_lines(cases: AsyncIterator[WorkflowExecution]) -> None:
    found = 0
    async for case in cases:
        if not found:
            print(_LINE.format(**{name: name.upper() for name in _COLUMNS}))
        found += 1
        print(_LINE.format(**{key: "" if value is None else value for key, value in _shown(case).items()}).rstrip())
    print(f"{found} case(s)" if found else "no cases")


async def _print_json(cases: AsyncIterator[WorkflowExecution]) -> None:
    between = "[\n"
    async for case in cases:
        print(between + json_text.dumps(_shown(case)), end="")
        between = ",\n"
    print("[]" if between == "[\n" else "\n]")


def _shown(case: WorkflowExecution) -> dict[str, Any]:
    found = case.typed_search_attributes
    due: datetime | None = found.get(attributes.DUE_DATE)
    return {
        "invoice": case.id.removeprefix("invoice-"),
        "account": found.get(attributes.ACCOUNT),
        "policy": found.get(attributes.POLICY),
        "state": found.get(attributes.STATE),
        "level": found.get(attributes.LEVEL),
        "due": due.date().isoformat() if due else None,
        "overdue": found.get(attributes.OVERDUE_DAYS),
        "next": found.get(attributes.NEXT_MILESTONE),
        "balance_minor": found.get(attributes.BALANCE_MINOR),
        "status": case.status.name.lower() if case.status else None,
    }
