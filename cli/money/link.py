"""`link`: the link to an invoice's pay page, for a customer who asks for it."""

from cli.shell.connections import composed
from cli.shell.options import Json, Number
from cli.shell.output import print_json, say


async def link(invoice: Number, /, *, json: Json = False) -> None:
    """Print the link to an invoice's pay page, as its mails have it.

    Who has it sees the invoice and may pay it: give it to its customer only. It leads there also once it is paid.
    """
    async with composed(server="not needed") as made:
        url = await made.pay_links.of(invoice)
    if json:
        print_json({"invoice": invoice, "url": url})
    else:
        say(url)
