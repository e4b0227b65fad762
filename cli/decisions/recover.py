"""`recover`: let cases go on that the server ended before their time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from cli.shell.asking import Yes, agree
from cli.shell.connections import composed
from cli.shell.errors import BAD_INPUT, BadInputError
from cli.shell.options import By, Json
from cli.shell.output import complain, print_json, say

if TYPE_CHECKING:
    from composition import Composition
    from operations.cases.recover import Recovered

_NAMED = 10
"""So many are named in the question."""


async def recover(
    *invoices: Annotated[str, Parameter(help="Numbers of the invoices, such as INV-1042.")],
    all: Annotated[bool, Parameter(negative="", help="All that `list --state dead` shows.")] = False,  # noqa: A002
    by: By,
    reason: Annotated[str, Parameter(help="Why; kept in each case.")],
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Let cases go on that were terminated at the server, failed, or timed out there, or that it has forgotten.

    Each goes on from what it knew, as a new generation: whatever an order of the dead one still does is refused. All
    that was given about it is brought to it once more by the portal, and counts once. Nothing is charged or restricted
    twice, and what came late meanwhile moves as after any outage. Safe to repeat.
    """
    if bool(invoices) == all:
        raise BadInputError("name invoices, or say --all")
    async with composed() as made:
        numbers = invoices or tuple(row.number for row in await made.recover_cases.dead())
        if len(numbers) > 1:
            first = ", ".join(numbers[:_NAMED]) + (" ..." if len(numbers) > _NAMED else "")
            agree(len(numbers), f"{len(numbers)} cases go on: {first}", yes=yes)
        done, refused = await _each(made, numbers, by=by, reason=reason)
    if json:
        print_json([each._asdict() for each in done])
    else:
        say("\n".join(map(_words, done)) or ("nothing was done" if refused else _NONE))
    return BAD_INPUT if refused else 0


_NONE = "no case is known to be dead; the hourly check finds them, and `recover INVOICE` works at once"


async def _each(
    made: Composition, numbers: tuple[str, ...], *, by: str, reason: str
) -> tuple[list[Recovered], list[str]]:
    from operations.errors import RefusedError

    done: list[Recovered] = []
    refused: list[str] = []
    for number in numbers:
        try:
            done.append(await made.recover_cases.recover(number, by=by, reason=reason))
        except RefusedError as error:
            refused.append(str(error))
            complain(str(error))
    return done, refused


def _words(each: Recovered) -> str:
    again = f"; {each.told_again} message(s) are brought to it once more" if each.told_again else ""
    if each.already:
        return f"{each.invoice}: goes on already ({each.how} before)"
    return f"{each.invoice}: goes on ({each.how} before){again}"
