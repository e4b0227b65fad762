"""`hold` and `release`: reasons other than money to restrict an account's services. Payment never lifts them."""

from collections.abc import Sequence
from typing import Annotated, Literal

from cyclopts import Parameter

from activities.panel_work import bring_to_holds
from adapters.store import SqlStore
from cli.connections import open_panel, open_store
from cli.errors import BadInputError, FailedError
from cli.options import Json, now
from cli.output import print_json
from dunning.holds import Hold
from dunning.levels import Level, strictest
from dunning.ports import OutageError
from dunning.records import Account

AccountId = Annotated[str, Parameter(help="The account, such as example-bakery.")]
Kind = Annotated[Literal["abuse", "dmca", "tos", "manual"], Parameter(help="The reason; each is a hold of its own.")]


async def hold(
    account: AccountId,
    /,
    *,
    kind: Kind,
    level: Annotated[Literal["warned", "locked", "suspended"], Parameter(help="How far.")] = "suspended",
    note: Annotated[str, Parameter(help="For staff: what happened.")] = "",
    json: Json = False,
) -> None:
    """Restrict an account's services for a reason that no payment lifts. Safe to repeat."""
    async with open_store() as store:
        known = await _known(store, account)
        await store.place_hold(Hold(account=account, source=kind, level=Level(level), since=now(), note=note))
        holds = await _bring(store, known)
    _say(account, f"hold {kind} placed", holds, json=json)


async def release(account: AccountId, /, *, kind: Kind, json: Json = False) -> None:
    """Lift one hold; every other one, an unpaid invoice's too, stays. Safe to repeat."""
    async with open_store() as store:
        known = await _known(store, account)
        lifted = await _lift(store, account, kind)
        holds = await _bring(store, known)
    _say(account, f"hold {kind} lifted" if lifted else f"there was no hold {kind}", holds, json=json)


async def _known(store: SqlStore, account: str) -> Account:
    try:
        return await store.account(account)
    except LookupError as error:
        raise BadInputError(str(error)) from None


async def _lift(store: SqlStore, account: str, kind: str) -> bool:
    while True:  # the account's invoices place and lift holds, too
        before = await store.holds(account)
        after = tuple(each for each in before if each.source != kind)
        if after == before or await store.replace_holds(account, before, after):
            return after != before


async def _bring(store: SqlStore, account: Account) -> tuple[Hold, ...]:
    async with open_panel() as panel:
        try:
            return await bring_to_holds(panel, store, account)
        except OutageError as error:
            raise FailedError(
                f"{account.id}: the holds are written down, but the services are not there yet: {error}\n"
                "Run the same command again; it is safe to repeat."
            ) from None


def _say(account: str, outcome: str, holds: Sequence[Hold], *, json: bool) -> None:
    level = strictest(each.level for each in holds)
    if json:
        kept = [each.model_dump(mode="json") for each in holds]
        print_json({"account": account, "outcome": outcome, "level": level.value, "holds": kept})
        return
    remaining = ", ".join(f"{each.source} ({each.level.value})" for each in holds) or "none"
    print(f"{account}: {outcome}; services are {level.value}; holds: {remaining}")
