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
    ticket = ticket_about(order, TicketKind.NOBODY_REACHED, subject, body, step=made_for(order.step, About.UNDELIVERED))
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


def customer_mail(mail: InboundMail, copy: NoticeCopy | None, account: str, subject: str, text: str) -> TicketOrder:
    """Somebody wrote to us. `copy` is the notice that it answers, `account` whose it is, if that is known."""
    topic = f"about “{copy.content.subject}”" if copy else "about no notice that we know of"
    body = f"{mail.sender} wrote to {mail.recipient}, {topic}:\n\n{text or '(no plain text)'}\n\n{_kept(mail)}"
    subject = f"Mail from a customer: {subject or '(no subject)'}"
    return _of_mail(mail, TicketKind.CUSTOMER_MAIL, subject, body, copy).model_copy(update={"account": account})


def mail_unclear(mail: InboundMail, copy: NoticeCopy) -> TicketOrder:
    """It may be a notice that came back, in words that only a person understands."""
    return _of_mail(
        mail, TicketKind.MAIL_UNCLEAR, "A notice may have come back", f"Read what came; {_kept(mail)}", copy
    )


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
        step=step(StepKind.MAIL, hashlib.sha256(mail.id.encode("utf-8", "backslashreplace")).hexdigest()[:12]),
        at=mail.at,
        kind=kind,
        subject=subject,
        body=body,
        notice=copy.id if copy else "",
    )


def _kept(mail: InboundMail) -> str:
    return f"The whole mail lies in the store's table inbound_mails under {mail.id}."
