"""Looks at what customers need to pay: our portal as a browser has it, the gateway, the mail server for what we send.

Each gives the reason for people why it does not work, without anybody's data; empty when it works.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import httpx2

from adapters.gateways.stripe.gateway import StripeGateway
from adapters.mail import mailer_from
from adapters.mail.smtp import MailConfigurationError, SmtpMailer
from adapters.settings.loopback import is_on_this_machine
from adapters.settings.settings import Settings
from adapters.settings.trust import authorities
from adapters.signed_links import Links, links_from
from dunning.ports.outages import GatewayRefusedError, OutageError
from dunning.windows.outage import Way

NOBODYS = "reprieve-looks-whether-this-page-works"
"""An invoice that nobody has: its page is made by the whole portal, and says that there is no such invoice."""
PATIENCE = 20.0
"""Seconds of one look; who waits longer for a page does not pay."""
_FOUND, _NOT_FOUND = 200, 404

Look = Callable[[], Awaitable[str]]


def looks_from(settings: Settings, gateway: StripeGateway, clock: Callable[[], datetime]) -> dict[Way, Look]:
    """The looks that fit the settings: without a secret for links there are no pay pages. `clock` is the wall's."""
    links, mailer = links_from(settings), mailer_from(settings)
    looks: dict[Way, Look] = {Way.GATEWAY: lambda: gateway_fails(gateway), Way.MAIL: lambda: mail_fails(mailer)}
    return {Way.PORTAL: lambda: portal_fails(links, clock()), **looks} if links else looks


async def portal_fails(links: Links, now: datetime) -> str:
    """Why pay pages do not open, asked at their public address."""
    far = not is_on_this_machine(links.help)
    pages = ((links.help, _FOUND), (links.pay(NOBODYS, now), _NOT_FOUND))
    try:
        async with (
            asyncio.timeout(PATIENCE),
            httpx2.AsyncClient(timeout=PATIENCE, trust_env=far, verify=authorities(trust_env=far)) as http,
        ):
            for page, expected in pages:
                if (answer := await http.get(page)).status_code != expected:
                    return f"the pay page answers with HTTP {answer.status_code}"
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, TimeoutError) as error:
        return f"the pay page does not open: {type(error).__name__}"
    return ""


async def gateway_fails(gateway: StripeGateway) -> str:
    """Why the gateway takes no payments: it does not answer, or refuses our key."""
    try:
        async with asyncio.timeout(PATIENCE):
            await gateway.answers()
    except (OutageError, TimeoutError) as error:
        return f"the gateway does not answer: {error or type(error).__name__}"
    except GatewayRefusedError as error:
        return f"the gateway refuses us: {error}" if error.for_all else ""
    return ""


async def mail_fails(mailer: SmtpMailer) -> str:
    """Why no mail goes out."""
    try:
        async with asyncio.timeout(PATIENCE):
            await mailer.greet()
    except (OutageError, MailConfigurationError, TimeoutError) as error:
        return str(error) or "the mail server does not answer in time"
    return ""
