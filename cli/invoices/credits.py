"""`credits`: the money of an account that belongs to no open invoice."""

from typing import Annotated

from cyclopts import Parameter

from adapters.store import SqlStore
from cli.shell.connections import open_store
from cli.shell.errors import BadInputError
from cli.shell.options import Json
from cli.shell.output import console, print_json, table
from dunning.money import Money
from dunning.records.books import Credit
from dunning.records.credit import UNMATCHED

_COLUMNS = ("at (UTC)", "amount", "id", "reason")


async def credits_(
    account: Annotated[str, Parameter(help=f"The account; `{UNMATCHED}` is money that belongs to nobody known.")],
    /,
    *,
    json: Json = False,
) -> None:
    """Show an account's credit, oldest first: what came, what was used (negative), and what is left."""
    async with open_store() as store:
        found = await store.credits(account)
        if not found:
            await be_known(store, account)
    left = _left(found)
    if json:
        print_json({"account": account, "left": left, "credits": found})
        return
    if found:
        rows = [(f"{each.at:%Y-%m-%d %H:%M}", str(each.amount), each.id, each.reason) for each in found]
        console().print(table(_COLUMNS, rows))
    print(f"{account}: {', '.join(map(str, left))} left" if found else f"{account}: no credit")


async def be_known(store: SqlStore, account: str) -> None:
    """Raise BadInputError for an account that nobody here knows: nothing found is then no answer."""
    if account == UNMATCHED:
        return
    try:
        await store.account(account)
    except LookupError as error:
        raise BadInputError(str(error)) from None


def _left(found: tuple[Credit, ...]) -> list[Money]:
    """The sum of each currency, by its code."""
    sums: dict[str, Money] = {}
    for each in found:
        code = each.amount.currency
        sums[code] = sums.get(code, Money.zero(code)) + each.amount
    return [sums[code] for code in sorted(sums)]
