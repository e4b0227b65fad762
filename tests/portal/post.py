"""The door for mail as it stands in the portal, between a real SMTP client and a real mail catcher."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network

import aiosmtplib

from adapters.mail.envelope import Envelopes
from adapters.mail.smtp import SmtpMailer
from adapters.signed_links import Links
from adapters.store import SqlStore
from dunning.records.accounts import Account, Contact
from dunning.records.mail import InboundMail, NoticeCopy, NoticeText
from dunning.tickets.ticket import Ticket
from portal.mail.auto_reply import AutoReply
from portal.mail.handle import MailHandler
from portal.mail.loop import MailLoop
from portal.mail.smtp_server import InboundSmtp
from sandbox.mail.catcher import MailCatcher
from tests.dunning.reports import ID
from tests.portal.world import COMPANY, READERS, RING, PlayedCases, until

BOUNCES, NO_REPLY = "bounces@hosting.example", "no-reply@hosting.example"
OWNER, SECOND = "owner@bakery.example", "second@bakery.example"
ENVELOPES = Envelopes(BOUNCES, "hosting.example", RING)
ITS_OWN = ENVELOPES.sender(ID)
"""The address that the notice is sent from."""
Relays = tuple[IPv4Network | IPv6Network, ...]
LOOPBACK: Relays = (IPv4Network("127.0.0.0/8"),)
NOTICE = "INV-1:second-overdue:0"
MOST_BYTES = 100_000
START = datetime(2026, 11, 25, 10, tzinfo=UTC)


@dataclass
class Clock:
    at: datetime = START

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Post:
    """What a test speaks to."""

    port: int
    store: SqlStore
    cases: PlayedCases
    catcher: MailCatcher
    loop: MailLoop
    clock: Clock
    links: Links = field(default_factory=lambda: Links(RING, "https://pay.example"))

    async def send(self, raw: bytes, sender: str = "", to: str = ITS_OWN) -> aiosmtplib.SMTPResponse:
        """Hand a mail over as a mail server does; the answer to DATA. Raises SMTPResponseException for a refusal."""
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=self.port, start_tls=False)
        async with client:
            await client.mail(sender)
            await client.rcpt(to)
            return await client.data(raw)

    async def handled(self, mail: str) -> InboundMail:
        """The mail once it is handled."""
        found: InboundMail | None = None

        async def over() -> bool:
            nonlocal found
            found = await self.store.inbound_mail(mail)
            return bool(found and found.outcome)

        await until(over)
        assert found is not None
        return found

    async def tickets(self) -> tuple[Ticket, ...]:
        return await self.store.tickets("")

    async def contact(self, email: str) -> Contact:
        account = await self.store.account("bakery")
        return next(each for each in account.contacts if each.email == email)


def notice(status: str = "delivered", **more: object) -> NoticeCopy:
    content = NoticeText(subject="Second Invoice Overdue Notice", text="Pay now.", html="<p>Pay now.</p>", template="t")
    values = {"id": NOTICE, "invoice": "INV-1", "account": "bakery", "recipient": OWNER, "message_id": ID}
    at = START - timedelta(hours=1)
    return NoticeCopy.model_validate({**values, "at": at, "status": status, "content": content, **more})


async def furnish(store: SqlStore) -> None:
    """An account with two contacts, and one notice that went to the first."""
    people = (Contact(account="bakery", email=OWNER), Contact(account="bakery", email=SECOND, rank=1))
    await store.put_account(Account(id="bakery", name="Example Bakery", contacts=people))
    await store.put_notice(notice())


@asynccontextmanager
async def post(
    url: str, *, store: SqlStore | None = None, handling: bool = True, relays: Relays = LOOPBACK
) -> AsyncGenerator[Post]:
    """A door over that database. `store` may stand before it, to fail; `handling`: what is kept is handled."""
    behind, catcher, cases, clock = store or SqlStore(url), MailCatcher(), PlayedCases(), Clock()
    links = Links(RING, "https://pay.example")
    catching = await catcher.listen(0)
    port = catching.sockets[0].getsockname()[1]
    mailer = SmtpMailer(
        "127.0.0.1", port, "billing@hosting.example", name=COMPANY, reply_to=NO_REPLY, envelopes=ENVELOPES
    )
    answers = AutoReply(mailer, behind, links, READERS, domain="hosting.example")
    loop = MailLoop(
        behind, MailHandler(behind, cases.deliver, answers, envelopes=ENVELOPES, ours=(BOUNCES, NO_REPLY), clock=clock)
    )
    door = InboundSmtp(behind, (BOUNCES, NO_REPLY), relays=relays, clock=clock, ring=loop.ring)
    async with catching, door.open("127.0.0.1", 0, MOST_BYTES) as opened:
        made = Post(opened, behind, cases, catcher, loop, clock)
        if handling:
            async with loop.running():
                yield made
        else:
            yield made
    await behind.close()
