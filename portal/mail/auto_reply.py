"""The answer to who wrote to an address that nobody reads: a link to the ticket that it became (S1-20).

One a sender and day, so that no two machines ever write to each other for long; never to a report, and never to what a
machine wrote (`dunning.notices.inbound_mail`).
"""

import asyncio
import hashlib
import secrets
from contextlib import suppress
from typing import Protocol

from adapters.signed_links import Links
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import key, notice_id, step
from dunning.ports.accounts import Accounts
from dunning.ports.companies import Mailer
from dunning.ports.notices import Notices
from dunning.records.accounts import Account
from dunning.records.mail import InboundMail, Mail, NoticeCopy, NoticeText
from dunning.tickets.ticket import TicketOrder
from portal.http.html import templates
from portal.http.readers import Readers


class AnswerRecords(Accounts, Notices, Protocol):
    """Whom we answer, and what was answered."""


class AutoReply:
    """In the customer's language, under their brand's name. `domain` is that of our Message-IDs."""

    def __init__(self, mailer: Mailer, store: AnswerRecords, links: Links, readers: Readers, *, domain: str) -> None:
        self._mailer = mailer
        self._store = store
        self._links = links
        self._readers = readers
        self._domain = domain
        self._one_by_one = asyncio.Lock()
        self._environment = templates()

    async def answer(self, mail: InboundMail, ticket: TicketOrder, notice: NoticeCopy | None) -> str:
        """Says what became of it: answered, or was answered today. Raises OutageError.

        It is in the archive before it is sent: a retry says the same words under the same Message-ID.
        """
        async with self._one_by_one:
            account = await self._account(ticket, mail)
            copy = await self._copy(mail, ticket, notice, account)
            if copy.status != "sending":
                return "was answered today"
            sent = await self._mailer.send(
                Mail(
                    message_id=copy.message_id,
                    recipient=copy.recipient,
                    content=copy.content,
                    at=copy.at,
                    answers=mail.id if mail.id.startswith("<") else "",
                    brand=account.brand,
                )
            )
            # An answer that may have arrived is not sent twice.
            await self._store.put_notice(copy.model_copy(update={"status": sent.status, "detail": sent.detail}))
            return "answered" if sent.status == "delivered" else f"answer {sent.status}"

    async def _account(self, ticket: TicketOrder, mail: InboundMail) -> Account:
        """Whose ticket it is; or else the first whose address it came from."""
        for name in (ticket.account, *await self._store.accounts_of_contact(mail.sender)):
            with suppress(LookupError):
                return await self._store.account(name)
        return Account(id=ticket.account, name="")

    async def _copy(
        self, mail: InboundMail, ticket: TicketOrder, notice: NoticeCopy | None, account: Account
    ) -> NoticeCopy:
        who = hashlib.sha256(mail.sender.lower().encode("utf-8", "backslashreplace")).hexdigest()[:24]
        name = notice_id(key("", step(StepKind.MAIL_ANSWER, f"{mail.at:%Y-%m-%d}", who)), 0)
        earlier = await self._store.notice(name)
        if earlier:
            return earlier
        copy = NoticeCopy(
            id=name,
            invoice=ticket.invoice,
            account=ticket.account,
            recipient=mail.sender,
            at=mail.at,
            content=self._words(ticket, notice, account),
            message_id=f"<{secrets.token_hex(16)}@{self._domain}>",
        )
        await self._store.put_notice(copy)
        return copy

    def _words(self, ticket: TicketOrder, notice: NoticeCopy | None, account: Account) -> NoticeText:
        reader = self._readers.of(account)
        words, writes = reader.words["answer"], reader.writes(account.zone)
        facts = reader.page() | {
            "w": words,
            "department": reader.words["ticket"]["departments"][ticket.department],
            "ticket": ticket,
            "notice": notice,
            "day": writes.local_day(notice.at) if notice else "",
            "url": self._links.at(reader.brand.url).ticket(ticket.key, ticket.at),
        }
        text, html = (self._environment.get_template(f"answer.{kind}").render(facts) for kind in ("txt", "html"))
        return NoticeText(subject=words["subject"], text=text, html=html, template="portal/answer")
