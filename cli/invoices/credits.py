"""`credits`: the money of an account that belongs to no open invoice."""

from typing import Annotated

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.options import Json
from cli.shell.output import console, print_json, table

_COLUMNS = ("at (UTC)", "amount", "id", "reason")


async def credits_(
    account: Annotated[str, Parameter(help="The account; `unmatched` is money that belongs to nobody known.")],
    /,
    *,
    json: Json = False,
) -> None:
    """Show an account's credit, oldest first: what came, what was used (negative), and what is left."""
    async with composed(server="not needed") as made:
        found = await made.payments.credit(account)
    if json:
        print_json(found._asdict())
        return
    if found.credits:
        rows = [(f"{each.at:%Y-%m-%d %H:%M}", str(each.amount), each.id, each.reason) for each in found.credits]
        console().print(table(_COLUMNS, rows))
    print(f"{account}: {', '.join(map(str, found.left))} left" if found.credits else f"{account}: no credit")
