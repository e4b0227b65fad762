"""`removals`: the list of what is due for deletion; each waits for the people that its policy asks for."""

import asyncio
from collections.abc import AsyncIterator

from rich.console import Group, RenderableType
from rich.panel import Panel as Box
from rich.text import Text
from temporalio.client import Client

from activities.services.panel import touched
from adapters.store import SqlStore
from adapters.temporal.cases import TemporalCases
from cli.shell.cases import NoCaseError, facts
from cli.shell.connections import open_client, open_panel, open_store, settings
from cli.shell.options import Json, now
from cli.shell.output import console, print_json
from dunning.ports.cases import Wanted
from dunning.ports.companies import Panel
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from dunning.services.removals import Removal, due_first, removal
from operations.look import present

_STATES = ("awaiting-approval", "lapsed")
AT_ONCE = 20


async def removals(*, json: Json = False) -> None:
    """List every account that is due for deletion: what would go, why, since when, and who has to agree.

    Nothing is deleted without the approvals that the policy asks for; `approve` gives one.
    """
    async with open_client() as client, open_store() as store, open_panel() as panel:
        places = asyncio.Semaphore(AT_ONCE)
        waiting = [asyncio.create_task(_one(client, store, panel, n, places)) async for n in _numbers(client)]
        found = due_first(each for each in await asyncio.gather(*waiting) if each)
    if json:
        print_json([each.model_dump(mode="json") | {"command": each.command} for each in found])
        return
    console().print(*(_shown(each) for each in found), sep="\n")
    waits = sum(each.waits for each in found)
    print(f"{len(found)} removal(s), {waits} of them wait for people now" if found else "no removals")


async def _numbers(client: Client) -> AsyncIterator[str]:
    for state in _STATES:
        async for found in TemporalCases(lambda: client, settings().task_queue).listed(Wanted(state=state)):
            yield found.invoice


async def _one(client: Client, store: SqlStore, panel: Panel, number: str, places: asyncio.Semaphore) -> Removal | None:
    async with places:
        try:
            case = await facts(client, number)
        except NoCaseError:  # it has ended since it was listed
            return None
        found = removal(case, present(case, now()))
        if found is None:
            return None
        try:
            services = touched((await store.account(found.account)).services, found.kinds)
        except LookupError:
            services = []
        names = tuple(f"{each.kind} {each.domain or each.user}" for each in services)
        return found.model_copy(update={"services": names, "backups": await _backups(panel, services)})


async def _backups(panel: Panel, services: list[Service]) -> bool | None:
    """Whether there is a back-up of any of them; None when a panel cannot say."""
    try:
        said = [(await panel.state(service)).backups for service in services]
    except OutageError:
        return None
    return any(said) if said and (True in said or None not in said) else None


def _shown(each: Removal) -> RenderableType:
    when = "may happen now" if each.waits else f"may happen from {each.on}"
    what = "only the back-ups of " if each.only_backups else ""
    since = f", {each.level} since {each.since:%Y-%m-%d}" if each.since else ""
    lines = [
        f"deletes   {what}{', '.join(each.services) or 'no service that we know'}",
        f"why       policy {each.policy}: {each.owed} was due on {each.due}{since}",
        f"when      {when}",
        f"agreed    {len(each.given)} of {each.needed}" + (f": {', '.join(each.given)}" if each.given else ""),
        f"back-ups  {_said(each)}",
    ]
    lines += [f"approve   {each.command}"] if each.command else []
    title = " · ".join(part for part in (each.invoice, each.customer, each.account) if part)
    return Box(Group(*(Text(line) for line in lines)), title=Text(title), expand=False)


def _said(each: Removal) -> str:
    have = {True: "there are some", False: "there are none", None: "the panel cannot say"}[each.backups]
    fees = (("from a back-up", each.backup_fee), ("from the archive", each.archive_fee))
    offers = [f"{words} {fee}" for words, fee in fees if fee]
    return f"{have}; a restore costs {', '.join(offers)}" if offers else have
