"""`hold` and `lift`: reasons other than money to restrict an account's services. Payment never lifts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from cli.shell.asking import Yes, agree
from cli.shell.connections import composed
from cli.shell.options import Chosen, Json
from cli.shell.output import print_json, say

if TYPE_CHECKING:
    from operations.services.holds import Held

AccountId = Annotated[str, Parameter(help="The account, such as example-bakery.")]
Service = Annotated[
    str, Chosen, Parameter(help="Only this service, such as sandbox:bakery:website. Default: the account.")
]
Kind = Annotated[Literal["abuse", "dmca", "tos", "manual"], Parameter(help="The reason; each is a hold of its own.")]


async def hold(
    account: AccountId,
    /,
    *,
    kind: Kind,
    service: Service = "",
    level: Annotated[Literal["warned", "locked", "suspended"], Parameter(help="How far.")] = "suspended",
    by: Annotated[str, Parameter("--by", help="Who places it; kept with it.")],
    reason: Annotated[str, Parameter(help="What happened; kept with it, for staff.")],
    silent: Annotated[bool, Parameter(help="Do not write to the customer.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Restrict an account, or one service of it, for a reason that no payment lifts, and write to the customer.

    Asks first when that restricts several services, or loosens a hold. Safe to repeat.
    """
    from dunning.level import Level
    from operations.services.holds import PlaceHold, in_words

    asked = PlaceHold(account, kind, Level(level), by, reason, silent=silent, service=service)
    async with composed(server="not needed" if silent else "if there") as made:
        if stricter := await made.holds.loosens(asked):
            agree(1, f"the hold {in_words(stricter)} is loosened to {level}", yes=yes)
        services = await made.holds.touched(asked)
        if len(services) > 1:
            agree(len(services), f"{len(services)} services become {level}: {', '.join(services)}", yes=yes)
        _say(account, f"hold {_named(kind, service)} placed", await made.holds.place(asked), json=json)


async def lift(
    account: AccountId,
    /,
    *,
    kind: Kind,
    service: Service = "",
    by: Annotated[str, Parameter("--by", help="Who lifts it; kept with the account.")],
    reason: Annotated[str, Parameter(help="Why; kept with the account.")],
    json: Json = False,
) -> None:
    """Lift one hold; every other one, an unpaid invoice's too, stays. Safe to repeat."""
    from operations.services.holds import LiftHold

    async with composed(server="not needed") as made:
        held = await made.holds.lift(LiftHold(account, kind, by, reason, service))
    what = _named(kind, service)
    _say(account, f"hold {what} lifted" if held.changed else f"there was no hold {what}", held, json=json)


def _named(source: str, service: str) -> str:
    return f"{source} on {service}" if service else source


def _say(account: str, outcome: str, held: Held, *, json: bool) -> None:
    level = held.level.value
    if json:
        kept = [each.model_dump(mode="json") for each in held.holds]
        print_json({"account": account, "outcome": outcome, "level": level, "holds": kept})
        return
    remaining = ", ".join(f"{_named(each.source, each.service)} ({each.level.value})" for each in held.holds)
    asked = f"the strictest asks for {level}; holds: {remaining}" if held.holds else "no hold is left"
    say(f"{account}: {outcome}; {asked}")
