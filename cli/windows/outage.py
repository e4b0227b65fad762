"""`outages` and `outage`: times in which customers could not pay, though nobody had set a window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from cli.shell.connections import composed
from cli.shell.options import Json
from cli.shell.output import print_json, say
from cli.windows.hours import read_hour

if TYPE_CHECKING:
    from operations.windows.outages import Listed, SaidOutage

By = Annotated[str, Parameter("--by", help="Who says this; kept with the outage.")]
_SHOWN = 20

outage = App(name="outage", help="Write down an outage that no check saw, or strike one out that was none.")


async def outages(
    *,
    all: Annotated[bool, Parameter(help="All that there ever were, not only those of the last 30 days.")] = False,  # noqa: A002
    json: Json = False,
) -> None:
    """List when customers could not pay, as the worker's checks saw it and as people said, and what was moved by it.

    Every five minutes the pay page, the gateway and the mail server are looked at. Two looks that fail make an outage,
    which begins with the first; a success ends it. One of less than half an hour (REPRIEVE_LEAST_OUTAGE) moves nothing.
    """
    async with composed(server="not needed") as made:
        found = await made.outages.of(over=all)
    if json:
        print_json([{**each.outage.model_dump(mode="json"), "moved": list(each.moved)} for each in found])
        return
    for each in found:
        _print(each)
    if not found:
        say("no outages")


@outage.command
async def add(
    *,
    way: Annotated[
        Literal["portal", "gateway", "mail"], Parameter("--of", help="What did not work (default: portal).")
    ] = "portal",
    since: Annotated[str, Parameter("--from", help='Its beginning, like "2026-12-01 21:00", in --zone.')],
    until: Annotated[str, Parameter(help='Its end, like "2026-12-01 23:00", in --zone.')],
    zone: Annotated[str, Parameter(help="The zone of these hours, such as America/Los_Angeles.")],
    by: By,
    reason: Annotated[str, Parameter(help="How it is known; for staff.")],
    json: Json = False,
) -> None:
    """Write down a time in which nobody could pay, though no check saw it.

    Suspensions, locks and deletions that come due from now on, and of whose time to pay it took a part, move by whole
    days, three at most an invoice. Safe to repeat.
    """
    from dunning.windows.outage import Way
    from operations.windows.outages import NewOutage

    hours = read_hour(since, zone, "--from"), read_hour(until, zone, "--until")
    async with composed(server="not needed") as made:
        _say(await made.outages.add(NewOutage(Way(way), *hours, by, reason)), "written down", json=json)


@outage.command
async def strike(
    id: Annotated[str, Parameter(help="The outage's id; `outages` has them.")],  # noqa: A002
    /,
    *,
    by: By,
    reason: Annotated[str, Parameter(help="Why it was none; for staff.")],
    json: Json = False,
) -> None:
    """Strike an outage out that was none: what waits because of it looks again. Safe to repeat."""
    async with composed(server="if there") as made:
        _say(await made.outages.strike(id, by, reason), "struck out", json=json)


def _print(listed: Listed) -> None:
    each, rows = listed
    end = f"{each.until:%Y-%m-%d %H:%MZ}" if each.until else f"now (seen last {each.seen:%Y-%m-%d %H:%MZ})"
    said = f"by {each.by}: {each.reason}" if each.by else each.why
    struck = f" (struck out by {each.struck_by}: {each.struck_reason})" if each.struck_by else ""
    say(f"{each.id}{struck}: {each.way}, {each.since:%Y-%m-%d %H:%MZ} to {end}: {said}")
    for row in rows[:_SHOWN]:
        say(f"  {row.invoice} {row.step}: until {row.until:%Y-%m-%d %H:%MZ}")
    if len(rows) > _SHOWN:
        say(f"  and {len(rows) - _SHOWN} more; --json has all")


def _say(said: SaidOutage, what: str, *, json: bool) -> None:
    if json:
        print_json({**said.outage.model_dump(mode="json"), "changed": said.changed, "told": said.told})
        return
    told = f"; {said.told} step(s) that waited are looked at again" if said.told else ""
    say(f"{said.outage.id}: {what if said.changed else 'is so already'}{told}")
