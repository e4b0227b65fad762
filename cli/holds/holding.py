"""`hold` and `lift`: reasons other than money to restrict an account's services. Payment never lifts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.options import Json
from cli.shell.output import print_json

if TYPE_CHECKING:
    from operations.services.holds import Held

AccountId = Annotated[str, Parameter(help="The account, such as example-bakery.")]
Kind = Annotated[Literal["abuse", "dmca", "tos", "manual"], Parameter(help="The reason; each is a hold of its own.")]


async def hold(
    account: AccountId,
    /,
    *,
    kind: Kind,
    level: Annotated[Literal["warned", "locked", "suspended"], Parameter(help="How far.")] = "suspended",
    note: Annotated[str, Parameter(help="For staff: what happened.")] = "",
    silent: Annotated[bool, Parameter(help="Do not write to the customer.")] = False,
    json: Json = False,
) -> None:
    """Restrict an account's services for a reason that no payment lifts, and write to the customer. Safe to repeat."""
    from dunning.level import Level
    from operations.services.holds import PlaceHold

    asked = PlaceHold(account, kind, Level(level), note=note, silent=silent)
    async with composed(server="not needed" if silent else "if there") as made:
        _say(account, f"hold {kind} placed", await made.holds.place(asked), json=json)


async def lift(account: AccountId, /, *, kind: Kind, json: Json = False) -> None:
    """Lift one hold; every other one, an unpaid invoice's too, stays. Safe to repeat."""
    async with composed(server="not needed") as made:
        held = await made.holds.lift(account, kind)
    _say(account, f"hold {kind} lifted" if held.changed else f"there was no hold {kind}", held, json=json)


def _say(account: str, outcome: str, held: Held, *, json: bool) -> None:
    level = held.level.value
    if json:
        kept = [each.model_dump(mode="json") for each in held.holds]
        print_json({"account": account, "outcome": outcome, "level": level, "holds": kept})
        return
    remaining = ", ".join(f"{each.source} ({each.level.value})" for each in held.holds) or "none"
    print(f"{account}: {outcome}; services are {level}; holds: {remaining}")
