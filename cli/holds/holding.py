"""`hold` and `lift`: reasons other than money to restrict an account's services. Payment never lifts them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from cyclopts import Parameter

from activities.services.services import Hands
from activities.services.staff_holds import Holding
from adapters.sites.probes import OutsideProbes
from adapters.store import SqlStore
from adapters.temporal.notice_starter import TemporalNotices
from cli.shell.connections import open_client, open_panel, open_sites, open_store, settings
from cli.shell.errors import BadInputError, FailedError
from cli.shell.options import Json, now
from cli.shell.output import print_json
from dunning.holds import Hold
from dunning.level import Level, strictest
from dunning.notices.hold_notice import hold_notice
from dunning.ports.outages import OutageError

AccountId = Annotated[str, Parameter(help="The account, such as example-bakery.")]
Kind = Annotated[Literal["abuse", "dmca", "tos", "manual"], Parameter(help="The reason; each is a hold of its own.")]
_AGAIN = "Run the same command again; it is safe to repeat."


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
    placed = Hold(account=account, source=kind, level=Level(level), since=now(), note=note)
    async with open_store() as store, _holding(store, account) as holding:
        holds = await holding.place(placed, now())
        if not silent:
            await _write(store, next((each for each in holds if each.source == kind), placed))
    _say(account, f"hold {kind} placed", holds, json=json)


async def lift(account: AccountId, /, *, kind: Kind, json: Json = False) -> None:
    """Lift one hold; every other one, an unpaid invoice's too, stays. Safe to repeat."""
    async with open_store() as store, _holding(store, account) as holding:
        lifted, holds = await holding.lift(account, kind, now())
    _say(account, f"hold {kind} lifted" if lifted else f"there was no hold {kind}", holds, json=json)


@asynccontextmanager
async def _holding(store: SqlStore, account: str) -> AsyncGenerator[Holding]:
    async with open_panel() as panel, open_sites() as sites:
        try:
            yield Holding(Hands(panel, store, sites, OutsideProbes(settings().probe_seconds)))
        except LookupError as error:
            raise BadInputError(str(error)) from None
        except OutageError as error:
            raise FailedError(
                f"{account}: the holds are written down, but the services are not there yet: {error}\n{_AGAIN}"
            ) from None


async def _write(store: SqlStore, placed: Hold) -> None:
    """The worker sends it, and keeps a copy (S1-21). The same hold at the same level is told once."""
    order = hold_notice(placed, await store.account(placed.account), now())
    try:
        async with open_client() as client:
            await TemporalNotices(client, settings().task_queue).send(order)
    except (FailedError, OutageError) as error:
        raise FailedError(
            f"{placed.account}: the services are restricted, but the customer was not written to: {error}\n{_AGAIN}"
        ) from None


def _say(account: str, outcome: str, holds: Sequence[Hold], *, json: bool) -> None:
    level = strictest(each.level for each in holds)
    if json:
        kept = [each.model_dump(mode="json") for each in holds]
        print_json({"account": account, "outcome": outcome, "level": level.value, "holds": kept})
        return
    remaining = ", ".join(f"{each.source} ({each.level.value})" for each in holds) or "none"
    print(f"{account}: {outcome}; services are {level.value}; holds: {remaining}")
