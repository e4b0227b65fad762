"""One ticket a sender and day: who writes a hundred mails gives a person one thing to read."""

from dunning.notices.inbound_mail import CustomerMail
from dunning.ports.tickets import Tickets
from dunning.records.mail import InboundMail, NoticeCopy
from dunning.tickets.mail import customer_mail, one_more
from dunning.tickets.ticket import TicketOrder


async def collected(
    store: Tickets, mail: InboundMail, copy: NoticeCopy | None, account: str, written: CustomerMail
) -> TicketOrder:
    """The ticket that has what was written: the sender's own of that day, or one more if that was closed meanwhile.

    May be repeated: what a ticket has is not added again. Raises OutageError.
    """
    place = 0
    while True:
        order = customer_mail(mail, copy, account, written.subject, written.text, place=place)
        if await store.open_ticket(order):
            return order
        known = await store.ticket(order.key)
        if known and (known.closed_at is None or mail.id in known.body):
            more = order.model_copy(update={"subject": known.subject, "body": one_more(known.body, order.body, mail)})
            await store.amend_ticket(more)
            return more
        place += 1
