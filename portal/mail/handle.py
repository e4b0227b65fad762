"""One mail that came in: a notice that came back, or what a person wrote to an address that nobody reads.

Everything here may be repeated after a crash: the mail is ticked off last.
"""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from adapters.mail.envelope import Envelopes
from dunning.case.facts import Bounced
from dunning.notices.came_back import doubt
from dunning.notices.inbound_mail import CustomerMail, DeliveryReport, is_answered, mentioned, read_mail
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import key_of_notice, read, step_of
from dunning.ports.accounts import Accounts
from dunning.ports.inbox import Mailbox
from dunning.ports.notices import Notices, Reached
from dunning.ports.outages import OutageError
from dunning.ports.tickets import Tickets
from dunning.records.inbox import News
from dunning.records.mail import InboundMail, NoticeCopy
from dunning.tickets.mail import address_bounced, mail_failed, mail_unclear
from operations.money.deliver_news import Deliver
from portal.mail.auto_reply import AutoReply
from portal.mail.collect import collected


class MailRecords(Accounts, Mailbox, Notices, Reached, Tickets, Protocol):
    """The mails, whom they may be from, and what they are about."""


SETTLING = timedelta(hours=1)
"""So long a report waits for the worker to say that the notice went out; it may be there sooner than that."""
_UNSETTLED = ("sending", "unknown")


class Handled(NamedTuple):
    """What became of a mail, for `InboundMail`."""

    outcome: str
    notice: str = ""
    ticket: str = ""


class MailHandler:
    """`ours` are our own addresses: mail from them is answered by nobody. `envelopes` know which mail came back.

    `answers` is None where no answer can be given, because there are no signed links.
    """

    def __init__(
        self,
        store: MailRecords,
        deliver: Deliver,
        answers: AutoReply | None,
        *,
        envelopes: Envelopes,
        ours: Collection[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._deliver = deliver
        self._answers = answers
        self._envelopes = envelopes
        self._ours = {address.lower() for address in ours if address}
        self._clock = clock

    async def handle(self, mail: InboundMail) -> None:
        """Do all that it asks for, then tick it off. Raises OutageError."""
        found = await asyncio.to_thread(read_mail, mail.raw)
        handled = await (
            self._report(mail, found) if isinstance(found, DeliveryReport) else self._from_customer(mail, found)
        )
        await self._store.handled_mail(mail.id, *handled)

    async def give_up(self, mail: InboundMail, error: Exception) -> None:
        """A person gets what could not be handled: no mail is lost."""
        order = mail_failed(mail, error)
        await self._store.open_ticket(order)
        await self._store.handled_mail(mail.id, "failed: see ticket", ticket=order.key)

    async def _report(self, mail: InboundMail, report: DeliveryReport) -> Handled:
        """The archive says what the mail was and to whom it went; what the report says of that is not believed.

        A report that somebody else may have written goes to a person, once a notice, and changes nothing.
        """
        own = self._envelopes.message_id(mail.recipient)
        its_own = bool(own) and (not report.message_ids or own in report.message_ids)
        names = (own,) if its_own else report.message_ids
        copies = await self._store.sent_as(names)
        if not copies:
            return Handled("noted: no notice of ours")
        if not report.failed:
            return Handled(f"noted: not lost ({report.status})", copies[0].id)
        itself = next((copy for copy in copies if copy.message_id in names), copies[0])
        acted = any([await self._store.reached_since(copy.invoice, copy.at) for copy in copies if copy.invoice])
        if why := doubt(mail, report, itself, its_own=its_own, acted=acted):
            return await self._doubtful(mail, itself, why)
        ticket = address_bounced(mail, itself, report.status, report.said)
        for copy in copies:
            await self._came_back(mail, report, copy)
        await self._store.open_ticket(ticket)
        return Handled(f"bounced ({report.status})", itself.id, ticket.key)

    async def _doubtful(self, mail: InboundMail, copy: NoticeCopy, why: str) -> Handled:
        order = mail_unclear(mail, copy, why)
        await self._store.open_ticket(order)
        return Handled(f"not believed: {why}", copy.id, order.key)

    async def _came_back(self, mail: InboundMail, report: DeliveryReport, copy: NoticeCopy) -> None:
        if copy.status in _UNSETTLED and self._clock() - mail.at < SETTLING:
            raise OutageError("the notice that came back is still being sent")
        await self._store.mark_bounced(copy, report.status, mail.at)
        step = step_of(key_of_notice(copy.id))
        if copy.invoice and read(step).kind is not StepKind.MAIL_ANSWER:
            fact = Bounced(notice=copy.id, step=step, at=mail.at, reason=report.status)
            await self._deliver(News(invoice=copy.invoice, account=copy.account, fact=fact))

    async def _from_customer(self, mail: InboundMail, written: CustomerMail) -> Handled:
        if written.automatic or mail.sender.lower() in self._ours:
            return Handled("noted: automatic")
        if not mail.sender:
            return await self._unclear(mail)
        copies = await self._store.sent_as(written.about)
        copy = next((copy for each in written.about for copy in copies if copy.message_id == each), None)
        accounts = await self._store.accounts_of_contact(mail.sender)
        account = copy.account if copy else (accounts[0] if len(accounts) == 1 else "")
        order = await collected(self._store, mail, copy, account, written)
        # Who has seen a Message-ID may have invented the sender, who would get an answer to what he never wrote.
        known = bool(accounts) or (copy is not None and copy.recipient.casefold() == mail.sender.casefold())
        if not known or written.forged or not is_answered(mail.sender):
            return Handled("ticket, not answered", order.notice, order.key)
        if copy and copy.invoice:
            await self._store.note_reached(copy.invoice, mail.at)
        answered = await self._answers.answer(mail, order, copy) if self._answers else "not answered"
        return Handled(f"ticket, {answered}", order.notice, order.key)

    async def _unclear(self, mail: InboundMail) -> Handled:
        """No sender, and no report: it may be a notice that came back, in words that only a person understands."""
        copies = await self._store.sent_as(mentioned(mail.raw))
        if not copies:
            return Handled("noted: no notice of ours")
        order = mail_unclear(mail, copies[0], "no machine understands it")
        await self._store.open_ticket(order)
        return Handled("unclear: see ticket", copies[0].id, order.key)
