"""Asking first: who does something to many cases types how many they are, or says --yes."""

import sys
from typing import Annotated

from cyclopts import Parameter

from cli.shell.errors import BadInputError
from cli.shell.output import complain

Yes = Annotated[bool, Parameter(negative="", help="Do not ask; for scripts.")]


def agree(count: int, what: str, *, yes: bool) -> None:
    """Return when the person types the count. Raises BadInputError when not, and when nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadInputError(f"--yes: {what}; nobody can be asked here, so say that it is meant")
    complain(f"{what}. Type {count} to go on:")
    if sys.stdin.readline().strip() != str(count):
        raise BadInputError(f"{count} was not typed: nothing was done")
