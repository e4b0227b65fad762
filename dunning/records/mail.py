"""Notices and mails: the words, one message to one recipient, its copy in the archive, and what comes in."""

from dunning.case.announced import Announcement
from dunning.wire import Instant, Wire


class NoticeText(Wire):
    """A rendered notice. `template` names file and version, so that staff see what the customer saw."""

    subject: str
    text: str
    html: str
    template: str


class Mail(Wire):
    """One message to one recipient. `message_id` derives from the notice: a second copy is recognisable.

    `reply_to` is where answers go; empty: the mailer's own address for that. `answers` is the Message-ID of the mail
    that it answers by itself (RFC 3834); empty: it answers none. `brand` says who writes; empty: the house.
    """

    message_id: str
    recipient: str
    content: NoticeText
    at: Instant
    reply_to: str = ""
    answers: str = ""
    brand: str = ""


class NoticeCopy(Wire):
    """The archived notice (S1-21). `status` is sending, delivered, refused, unknown, bounced or withdrawn.

    `detail` is the mail server's answer, `message_id` its mail's, `reply_to` where answers go; `digest` is the one in
    which it went out, if it did not go alone: the id of the copy that sent it. (`waiting:<day>`: it waits for others.)
    `announced` is what the words warn of.
    """

    id: str
    invoice: str
    account: str
    recipient: str
    at: Instant
    content: NoticeText
    status: str = "sending"
    detail: str = ""
    message_id: str = ""
    digest: str = ""
    reply_to: str = ""
    announced: Announcement | None = None


def mail_of(copy: NoticeCopy, brand: str) -> Mail:
    """The message that brings an archived notice to its recipient: the same one however often it is sent."""
    return Mail(
        message_id=copy.message_id,
        recipient=copy.recipient,
        content=copy.content,
        at=copy.at,
        reply_to=copy.reply_to,
        brand=brand,
    )


class InboundMail(Wire):
    """A mail that came in, whole and as it came. `id` is its Message-ID, or a digest of it when it has none.

    `outcome` says what became of it; `notice` which notice it is about; `ticket` the key of the ticket it opened.
    """

    id: str
    sender: str
    recipient: str
    at: Instant
    raw: bytes
    outcome: str = ""
    notice: str = ""
    ticket: str = ""


class Delivery(Wire):
    """A mail server's answer. `status` is delivered, refused (permanent) or unknown (may have been delivered)."""

    status: str
    detail: str = ""
