"""`policies` and `check`: which policies there are, and what is wrong with them."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from adapters.settings.policies import PolicyError, load_policy, policy_names
from cli.shell.errors import BAD_INPUT
from cli.shell.options import Json
from cli.shell.output import complain, console, print_json, table
from cli.shell.preferences import settings
from dunning.policy.file import Policy


def policies(*, json: Json = False) -> int:
    """List the policies of the policies folder, and whether each may be used."""
    folder = settings().policies
    read = [(name, _read(name, folder)) for name in policy_names(folder)]
    if json:
        print_json([{"name": name, **_said(result)} for name, result in read])
    else:
        console().print(table(("policy", "valid", "title"), [_row(name, result) for name, result in read]))
        for error in (result for _, result in read if isinstance(result, PolicyError)):
            complain(str(error))
    return BAD_INPUT if any(isinstance(result, PolicyError) for _, result in read) else 0


def check(
    file: Annotated[str, Parameter(help="A policy file; a name without .toml is looked for in the policies folder.")],
    /,
    *,
    json: Json = False,
) -> int:
    """Check one policy file: every finding with file, key and reason."""
    result = _read(file, settings().policies)
    if json:
        print_json({"file": file, **_said(result)})
    elif isinstance(result, PolicyError):
        complain(str(result))
    else:
        print(f"{file}: valid: {result.title}")
    return BAD_INPUT if isinstance(result, PolicyError) else 0


def _read(name: str, folder: Path) -> Policy | PolicyError:
    try:
        return load_policy(name, folder)
    except PolicyError as error:
        return error


def _said(result: Policy | PolicyError) -> dict[str, object]:
    if isinstance(result, PolicyError):
        return {"valid": False, "title": None, "findings": [finding._asdict() for finding in result.findings]}
    return {"valid": True, "title": result.title, "findings": []}


def _row(name: str, result: Policy | PolicyError) -> tuple[str, str, str]:
    return (name, "no", "see below") if isinstance(result, PolicyError) else (name, "yes", result.title)
