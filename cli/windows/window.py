"""`window`: maintenance windows, in which customers cannot pay, so nobody is charged, restricted or deleted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError
from cli.shell.options import Json
from cli.shell.output import print_json, say
from cli.windows.announce import announce
from cli.windows.hours import check_zones, read_hour
from cli.windows.options import Id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dunning.windows.window import PutOff, Window
    from operations.windows.windows import Changed

By = Annotated[str, Parameter("--by", help="Who decides this; kept with the window.")]
Zones = Annotated[
    tuple[str, ...], Parameter("--also", help="Print the hours in this zone, too, this once; several times.")
]
_SHOWN = 20

window = App(name="window", help="Set, announce, move and cancel maintenance windows.")
window.command(announce)


@window.command
async def add(
    *,
    since: Annotated[str, Parameter("--from", help='Its beginning, like "2026-12-01 21:00", in --zone.')],
    until: Annotated[str, Parameter(help='Its end, like "2026-12-01 23:00", in --zone.')],
    zone: Annotated[str, Parameter(help="The zone of these hours, such as America/Los_Angeles.")],
    reason: Annotated[str, Parameter(help="What customers read about it.")],
    by: By,
    also: Zones = (),
    json: Json = False,
) -> None:
    """Set a maintenance window: customers can do nothing at the portal in it.

    A charge that falls into it is made the next morning, once. Nobody is restricted or deleted in it, nor in the hours
    before it (REPRIEVE_WINDOW_LEAD_HOURS) or right after it. Mails go out, and news of payments counts. Safe to repeat.
    """
    from operations.windows.windows import NewWindow

    hours = read_hour(since, zone, "--from"), read_hour(until, zone, "--until")
    check_zones(also, "--also")
    async with composed(server="if there") as made:
        _say(await made.windows.add(NewWindow(*hours, zone, reason, by)), "set", also, json=json)


@window.command
async def move(
    window: Id,
    /,
    *,
    since: Annotated[str, Parameter("--from", help="Its new beginning, in the window's own zone.")] = "",
    until: Annotated[str, Parameter(help="Its new end, likewise.")] = "",
    by: By,
    also: Zones = (),
    json: Json = False,
) -> None:
    """Give a window other hours, also while it runs. What need not wait any more comes at once. Safe to repeat."""
    if not since and not until:
        raise BadInputError("give --from, --until or both")
    check_zones(also, "--also")
    async with composed(server="if there") as made:
        zone = (await made.windows.known(window)).zone
        hours = (
            read_hour(since, zone, "--from") if since else None,
            read_hour(until, zone, "--until") if until else None,
        )
        _say(await made.windows.move(window, *hours, by), "moved", also, json=json)


@window.command
async def extend(
    window: Id,
    /,
    *,
    until: Annotated[str, Parameter(help='Its new end, like "2026-12-02 01:00", in the window\'s own zone.')],
    by: By,
    also: Zones = (),
    json: Json = False,
) -> None:
    """Let a window end later, also while it runs: what waits for it waits longer. Safe to repeat."""
    check_zones(also, "--also")
    async with composed(server="if there") as made:
        known = await made.windows.known(window)
        end = read_hour(until, known.zone, "--until")
        if end < known.until:
            raise BadInputError(f"--until: {window} ends later already; `window move` lets it end earlier")
        _say(await made.windows.move(window, None, end, by), "extended", also, json=json)


@window.command
async def cancel(window: Id, /, *, by: By, json: Json = False) -> None:
    """Call a window off: what waits for it comes at once. One that runs ends now instead. Safe to repeat.

    Nobody is restricted right after one that ran, as after any window: who could not pay has the time for it.
    """
    async with composed(server="if there") as made:
        _say(await made.windows.cancel(window, by), "cancelled", (), json=json)


@window.command
async def show(window: Id, /, *, also: Zones = (), json: Json = False) -> None:
    """Show a window, and what became of each step that waited for it: charged, declined, suspended, still waiting."""
    check_zones(also, "--also")
    async with composed(server="not needed") as made:
        found, rows = await made.windows.known(window), await made.windows.results(window)
        ticket = await made.windows.report(window)
    if json:
        steps = [{**each.waited.model_dump(mode="json"), "result": each.result} for each in rows]
        print_json({**found.model_dump(mode="json"), "put_off": steps, "report": ticket and ticket.key})
        return
    say(*_head(found, also), sep="\n")
    for each in rows:
        row = each.waited
        say(f"  {row.invoice} ({row.account}) {row.step}: until {row.until:%Y-%m-%d %H:%MZ}: {each.result}")
    counts = Counter(each.result for each in rows)
    say(", ".join(f"{count} {result}" for result, count in sorted(counts.items())) or "nothing waited for it")
    if ticket:
        say(f"report: ticket {ticket.key}: {ticket.subject}")


@window.command(name="list")
async def list_(
    *,
    all: Annotated[bool, Parameter(help="Those that are over, too.")] = False,  # noqa: A002
    also: Zones = (),
    json: Json = False,
) -> None:
    """List the maintenance windows that are to come, run, or have steps waiting for their end, with those steps.

    A cancelled one stays in the list, marked so, until its hours are over.
    """
    check_zones(also, "--also")
    async with composed(server="not needed") as made:
        found = [(each, await made.windows.waiting(each.id)) for each in await made.windows.of(over=all)]
    if json:
        print_json([{**each.model_dump(mode="json"), "put_off": rows} for each, rows in found])
        return
    for each, rows in found:
        say(*_lines(each, rows, also), sep="\n")
    if not found:
        say("no windows")


def _head(window: Window, also: Iterable[str]) -> Iterable[str]:
    from dunning.windows.window import hours_of

    cancelled = " (cancelled)" if window.cancelled else ""
    yield f"{window.id}{cancelled}: {hours_of(window, (*also, 'UTC'))}: {window.reason} (by {window.by})"


def _lines(window: Window, rows: tuple[PutOff, ...], also: Iterable[str]) -> Iterable[str]:
    yield from _head(window, also)
    yield from (f"  {row.invoice} {row.step}: until {row.until:%Y-%m-%d %H:%MZ}" for row in rows[:_SHOWN])
    if len(rows) > _SHOWN:
        yield f"  and {len(rows) - _SHOWN} more; `window show` has all"


def _say(changed: Changed, what: str, also: Iterable[str], *, json: bool) -> None:
    from dunning.windows.window import hours_of

    window = changed.window
    if json:
        print_json({**window.model_dump(mode="json"), "changed": changed.changed, "told": changed.told})
        return
    outcome = what if changed.changed else "is so already"
    told = f"; {changed.told} step(s) that waited are looked at again" if changed.told else ""
    say(f"{window.id}: {outcome}: {hours_of(window, (*also, 'UTC'))}{told}")
