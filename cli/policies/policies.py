"""`policies` and `check`: which policies there are, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from cli.shell.errors import BAD_INPUT
from cli.shell.options import Json
from cli.shell.output import complain, console, print_json, say, table
from cli.shell.preferences import policies as of_folder

if TYPE_CHECKING:
    from dunning.policy.check import PolicyError
    from dunning.policy.file import Policy


def policies(*, json: Json = False) -> int:
    """List the policies of the policies folder, and whether each may be used."""
    read = of_folder().every()
    if json:
        print_json([{"name": name, **_said(found)} for name, found in read])
    else:
        console().print(table(("policy", "valid", "title"), [_row(name, found) for name, found in read]))
        for found in (found for _, found in read if isinstance(found, ValueError)):
            complain(str(found))
    return BAD_INPUT if any(isinstance(found, ValueError) for _, found in read) else 0


def check(
    file: Annotated[str, Parameter(help="A policy file; a name without .toml is looked for in the policies folder.")],
    /,
    *,
    json: Json = False,
) -> int:
    """Check one policy file: every finding with file, key and reason."""
    found = of_folder().check(file).found
    if json:
        print_json({"file": file, **_said(found)})
    elif isinstance(found, ValueError):
        complain(str(found))
    else:
        say(f"{file}: valid: {found.title}")
    return BAD_INPUT if isinstance(found, ValueError) else 0


def _said(found: Policy | PolicyError) -> dict[str, object]:
    if isinstance(found, ValueError):
        return {"valid": False, "title": None, "findings": [finding._asdict() for finding in found.findings]}
    return {"valid": True, "title": found.title, "findings": []}


def _row(name: str, found: Policy | PolicyError) -> tuple[str, str, str]:
    return (name, "no", "see below") if isinstance(found, ValueError) else (name, "yes", found.title)
