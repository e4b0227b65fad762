"""`link`: the link to an invoice's pay page, for a customer who asks for it; and the end of those that leaked."""

from typing import Annotated

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError
from cli.shell.options import Json, Number
from cli.shell.output import print_json, say


async def link(
    invoice: Number,
    /,
    *,
    revoke: Annotated[
        bool, Parameter(negative=(), help="End all links that were given out so far, and print none.")
    ] = False,
    by: Annotated[str, Parameter("--by", help="With --revoke: who ends them; kept with the account.")] = "",
    reason: Annotated[str, Parameter(help="With --revoke: why; kept there, too.")] = "",
    json: Json = False,
) -> None:
    """Print a new link to an invoice's pay page, as its mails have it.

    Who has it sees the invoice and may pay it: give it to its customer only. It leads there also once it is paid.
    """
    if revoke and not (by.strip() and reason.strip()):
        raise BadInputError("--revoke: say who ends the links and why: --by NAME --reason TEXT")
    async with composed(server="not needed") as made:
        if revoke:
            await made.pay_links.end(invoice, by, reason)
            print_json({"invoice": invoice, "revoked": True}) if json else say(_ended(invoice))
            return
        url = await made.pay_links.of(invoice)
    if json:
        print_json({"invoice": invoice, "url": url})
    else:
        say(url)


def _ended(invoice: str) -> str:
    from dunning.policy.invoice_number import typed

    return (
        f"all links to {invoice} that were given out so far are ended; `starter.py link {typed(invoice)}` prints a new "
        "one, and who opens an old one may have a new one mailed to the addresses of the account"
    )
