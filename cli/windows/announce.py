"""`window announce`: a maintenance window is announced to every customer, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError
from cli.shell.options import Json
from cli.shell.output import print_json, say
from cli.shell.progress import progress
from cli.windows.hours import check_zones
from cli.windows.options import Id

if TYPE_CHECKING:
    from operations.windows.announce import Announced

_FASTEST = 1000
_SHOWN = 20


async def announce(
    window: Id,
    /,
    *,
    write_to: Annotated[tuple[str, ...], Parameter(help="An address to write to meanwhile; several times.")] = (),
    also: Annotated[tuple[str, ...], Parameter(help="Tell the hours in this zone, too; several times.")] = (),
    per_second: Annotated[float, Parameter(help="So many notices are ordered a second.")] = 10.0,
    dry_run: Annotated[bool, Parameter(negative="", help="Tell who would be written to, and write nothing.")] = False,
    json: Json = False,
) -> None:
    """Announce a window to all customers before it starts, and ask who has a bill due near it to pay before.

    Each reads its hours in its own zone, in the customer's and in UTC, what it means, and where to write meanwhile
    (without --write-to: to the address that notices come from). A copy of each is kept. Safe to repeat: who was told of
    these hours is not told again, so what was interrupted goes on. Once the window was moved, all are told anew.
    """
    from operations.windows.announce import Wanted

    check_zones(also, "--also")
    if not 0 < per_second <= _FASTEST:
        raise BadInputError(f"--per-second: {per_second:g} is not above 0 and up to {_FASTEST}")
    wanted = Wanted(window, write_to, also)
    async with composed(server="not needed" if dry_run else "needed") as made:
        if dry_run:
            _say_announced(await made.announce_window.whom(wanted), "would be written to", json=json, each=True)
            return
        with progress("ordering notices") as tick:
            found = await made.announce_window.announce(wanted, per_second, tick)
    _say_announced(found, "are written to", json=json)


def _say_announced(found: Announced, what: str, *, json: bool, each: bool = False) -> None:
    if json:
        bills = [{"invoice": order.invoice, "account": order.account} for order in found.bills]
        told = {"written_to": [one.account for one in found.to], "before": found.before, "no_address": found.silent}
        print_json({"window": found.window.id, **told, "bills": bills})
        return
    say(f"{found.window.id}: {len(found.to)} customer(s) {what}; {found.before} had it before")
    if each:
        say(*(f"  {one.account}: {one.email}" for one in found.to), sep="\n", end="\n" if found.to else "")
    say(f"{len(found.bills)} bill(s) are due near it: asked to pay before")
    if each:
        say(*(f"  {one.invoice} ({one.account})" for one in found.bills), sep="\n", end="\n" if found.bills else "")
    if found.silent:
        say(f"{len(found.silent)} without an address that works: {', '.join(found.silent[:_SHOWN])}")
