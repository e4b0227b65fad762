"""`site`: what the software of a customer's own site is given once, so that it can know its level (docs/sites.md)."""

from typing import Annotated

from cyclopts import Parameter

from adapters.sites import tokens as site_links
from adapters.sites.tokens import suspended_url, webhook_secret
from cli.shell.connections import open_store, settings
from cli.shell.errors import BadInputError
from cli.shell.options import Json
from cli.shell.output import print_json

ServiceId = Annotated[str, Parameter(help="The service, such as sandbox:bakery:website.")]


async def site(service: ServiceId, /, *, json: Json = False) -> None:
    """Show the addresses and the two secrets of one service's site. They are its own: no other site's are the same."""
    async with open_store() as store:
        if not await store.owners(service):
            raise BadInputError(
                f"no account has a service {service!r}; an id is panel:user:kind, like sandbox:bakery:website"
            )
    given = _given(service)
    if json:
        print_json(given)
        return
    for key, value in given.items():
        print(f"{key:<16} {value}")


def _given(service: str) -> dict[str, str]:
    kept = settings()
    links = site_links.chosen(kept)
    if links is None:
        raise BadInputError(
            "sites cannot ask for their state: set REPRIEVE_LINK_SECRET, the same for worker and portal"
        )
    news = kept.site_webhook_secret.get_secret_value()
    return {
        "service": service,
        "state_url": links.state(service),
        "token": links.token(service),
        "suspended_url": suspended_url(kept.portal_url, service),
        "webhook_secret": webhook_secret(news, service) if news else "",
    }
