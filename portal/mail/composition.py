"""Settings -> adapters -> operations -> the door for mail."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from adapters import mail, signed_links
from adapters.settings.settings import Settings
from adapters.templates.files import COMMON
from adapters.templates.languages import Languages
from adapters.temporal.codec import converter_from
from adapters.temporal.connection import Connection
from composition import Composition, now
from portal.http.readers import Readers
from portal.mail.auto_reply import AutoReply
from portal.mail.handle import MailHandler
from portal.mail.loop import MailLoop
from portal.mail.smtp_server import InboundSmtp


class MailDoor(NamedTuple):
    """What runs: the door, the loop behind it, and the connection that it waits for."""

    door: InboundSmtp
    loop: MailLoop
    connection: Connection

    @asynccontextmanager
    async def receiving(self, host: str, port: int, most_bytes: int) -> AsyncGenerator[int]:
        """Take mail and handle it while the block runs. Gives the port. Raises OSError when it is taken."""
        async with self.loop.running(), self.door.open(host, port, most_bytes) as opened:
            yield opened


def compose(settings: Settings, stack: AsyncExitStack) -> MailDoor:
    """`stack` closes the adapters. Without a link secret nobody is answered, and the door must stay closed."""
    connection = Connection(settings.outage_seconds, converter_from(settings))
    made = Composition(settings, connection, stack)
    signed = signed_links.links_from(settings)
    brands = settings.all_brands()
    unread = {each.reply_to for each in brands.all}
    ours = {*settings.reply_to.values(), *unread, settings.mail_bounces, *(each.contact for each in brands.all)}
    answers = signed and AutoReply(
        mail.mailer_from(settings),
        made.store,
        signed,
        Readers(Languages(settings.notices / COMMON), brands),
        domain=settings.mail_from.rpartition("@")[2],
    )
    envelopes = mail.envelopes_from(settings)
    deliver = made.deliver_news.deliver
    loop = MailLoop(made.store, MailHandler(made.store, deliver, answers, envelopes=envelopes, ours=ours, clock=now))
    # Whatever people write to mail_from goes to people; only where mail comes back to it do we take it.
    taken = {settings.mail_bounces or settings.mail_from, *unread}
    door = InboundSmtp(made.store, taken, relays=settings.mail_relays, clock=now, ring=loop.ring)
    return MailDoor(door, loop, connection)
