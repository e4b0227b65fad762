"""`site`: what the software of a customer's own site is given once, so that it can know its level (docs/sites.md)."""

from typing import Annotated

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.options import Json
from cli.shell.output import print_json, say

ServiceId = Annotated[str, Parameter(help="The service, such as sandbox:bakery:website.")]


async def site(service: ServiceId, /, *, json: Json = False) -> None:
    """Show the addresses and the two secrets of one service's site. They are its own: no other site's are the same."""
    async with composed(server="not needed") as made:
        given = (await made.site_accesses.of(service))._asdict()
    if json:
        print_json(given)
        return
    for key, value in given.items():
        say(f"{key:<16} {value}")
