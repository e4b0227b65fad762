"""Tickets about notices that reach nobody, and about mail that came in."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from dunning.case.orders import NoticeOrder, Order
from dunning.policy.step_kinds import About, StepKind
from dunning.policy.step_names import made_for, step, step_of
from dunning.records.accounts import Account, Contact
from dunning.records.mail import InboundMail, NoticeCopy
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder, ticket_about


def nobody_reached(order: NoticeOrder, reason: str, at: datetime) -> TicketOrder:
    """A notice outside of any case was taken by no address."""
    body = f"The notice to account {order.account} was taken by no address: {reason}"
    subject = f"Nobody could be reached: {order.title}"
    name = step(StepKind.NOBODY_REACHED, order.step)
    ticket = ticket_about(order, TicketKind.NOBODY_REACHED, subject, body, step=name)
    return ticket.model_copy(update={"at": at})


def no_outside_address(order: Order, account: Account, silent: Sequence[Contact]) -> TicketOrder:
    """A step waits: the mail of these contacts would be cut off with the services, and nobody else was warned."""
    many = f"{len(silent)} of its {len(account.contacts)} contacts" if len(silent) < len(account.contacts) else "all"
    body = (
        f"Step {order.step} of {order.invoice} waits: {many} would be cut off with the services, and no warning "
        "reached another address. Ask the customer, by telephone if need be, for one that is hosted elsewhere, "
        "and add it. Then the warning is written again, and its full interval passes before anything happens."
    )
    subject = f"No address outside our own servers: ask {order.account} for one"
    return ticket_about(order, TicketKind.NO_OUTSIDE_ADDRESS, subject, body, step=made_for(order.step, About.REACH))


def address_bounced(mail: InboundMail, copy: NoticeCopy, status: str, said: str) -> TicketOrder:
    """A notice came back. One a notice, however many reports come of it. `said` are the mail server's words."""
    body = (
        f"Mail to {copy.recipient} came back ({status}), so nothing more is sent there. What still has to "
        "be said goes to the account's next contact, if there is one. Ask the customer for an address that works.\n"
        f"The mail server said: {said or 'nothing more'}\n{_kept(mail)}"
    )
    subject = f"Address bounced: “{copy.content.subject}” came back"
    ticket = _of_mail(mail, TicketKind.ADDRESS_BOUNCED, subject, body, copy)
    return ticket.model_copy(update={"step": step(StepKind.NOTICE_BOUNCED, step_of(copy.id))})


MOST = 30_000
"""Characters of a ticket that collects mails; of more it says only that they came."""


def customer_mail(
    mail: InboundMail, copy: NoticeCopy | None, account: str, subject: str, text: str, *, place: int = 0
) -> TicketOrder:
    """Somebody wrote to us. `copy` is the notice that it answers, `account` whose it is, if that is known.

    One a sender, day (UTC) and notice; `place` counts those that a person closed on that day already.
    """
    topic = f"about “{copy.content.subject}”" if copy else "about no notice that we know of"
    body = f"{mail.sender} wrote to {mail.recipient}, {topic}:\n\n{text or '(no plain text)'}\n\n{_kept(mail)}"
    subject = f"Mail from a customer: {subject or '(no subject)'}"
    ticket = _of_mail(mail, TicketKind.CUSTOMER_MAIL, subject, body, copy)
    same = f"{mail.sender.casefold()} {mail.at:%Y-%m-%d} {place}"
    return ticket.model_copy(update={"account": account, "step": step(StepKind.MAIL, _digest(same))})


def one_more(body: str, other: str, mail: InboundMail) -> str:
    """The words of a ticket with those of another mail, once."""
    if mail.id in body:
        return body
    added = f"{body}\n\n---\n\n{other}"
    if len(added) <= MOST:
        return added
    return body if body.endswith(_MORE) else f"{body}\n\n{_MORE}"


_MORE = "There are more of that day, in the store's table inbound_mails."


def mail_unclear(mail: InboundMail, copy: NoticeCopy, why: str) -> TicketOrder:
    """It may be a notice that came back: one a notice, however many say so. `why` it is not believed by itself."""
    body = (
        f"Something says that “{copy.content.subject}” to {copy.recipient} came back; nothing was done, because {why}. "
        f"If the address is dead, ask the customer for another one (`starter.py account set {copy.account}`).\n"
        f"{_kept(mail)}"
    )
    ticket = _of_mail(mail, TicketKind.MAIL_UNCLEAR, "A notice may have come back", body, copy)
    return ticket.model_copy(update={"step": step(StepKind.MAIL, _digest(f"unclear {copy.id}"))})


def mail_failed(mail: InboundMail, error: Exception) -> TicketOrder:
    """A mail was given up."""
    body = f"{type(error).__name__}; {_kept(mail)}"
    return _of_mail(mail, TicketKind.MAIL_FAILED, "A mail that came in could not be handled", body)


def _of_mail(
    mail: InboundMail, kind: TicketKind, subject: str, body: str, copy: NoticeCopy | None = None
) -> TicketOrder:
    return TicketOrder(
        invoice=copy.invoice if copy else "",
        account=copy.account if copy else "",
        step=step(StepKind.MAIL, _digest(mail.id)),
        at=mail.at,
        kind=kind,
        subject=subject,
        body=body,
        notice=copy.id if copy else "",
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]


def _kept(mail: InboundMail) -> str:
    return f"The whole mail lies in the store's table inbound_mails under {mail.id}."
