"""Writing to a customer, with a copy of every notice kept for ever (S1-21)."""

import hashlib

from temporalio import activity

from activities.heartbeat import steadily
from dunning.orders import NoticeOrder
from dunning.ports import Mailer, OutageError, Renderer, Store
from dunning.records import Account, Contact, Delivery, Mail, NoticeCopy, NoticeText
from dunning.results import Delivered, NoticeResult, Undelivered

GREYLISTED = 12
"""So many tries (about a quarter of an hour) an address may put us off before the next one is written to, too."""
_NO_CONTACT = "the account has no e-mail address on file"


class SendNotice:
    """Tries the account's contacts in their order until one mail server takes the notice."""

    def __init__(self, mailer: Mailer, renderer: Renderer, store: Store, sender_domain: str) -> None:
        self._mailer = mailer
        self._renderer = renderer
        self._store = store
        self._domain = sender_domain

    @activity.defn(name="send_notice")
    async def send_notice(self, order: NoticeOrder) -> NoticeResult:
        """Delivered by the first contact that works, Undelivered when all refuse for good.

        Raises OutageError for a temporary refusal or an unknown end; the retry carries the same Message-ID.
        """
        return await steadily(self._first_that_takes_it(order))

    async def _first_that_takes_it(self, order: NoticeOrder) -> NoticeResult:
        account = await self._store.account(order.account)
        reason, outage = _NO_CONTACT, None
        for contact in sorted(account.contacts, key=lambda c: c.rank):
            copy = await self._copy(order, account, contact)
            try:
                if copy.status != "delivered":
                    copy = await self._send(copy)
            except OutageError as error:
                if activity.info().attempt < GREYLISTED:
                    raise
                outage = error
            if copy.status == "delivered":
                return Delivered(notice=copy.id)
            reason = copy.detail
        if outage:
            raise outage
        return Undelivered(notice=order.key, reason=reason)

    async def _copy(self, order: NoticeOrder, account: Account, contact: Contact) -> NoticeCopy:
        """The archived copy of an earlier try, so that a retry says the same words, or a new one."""
        notice = f"{order.key}:{contact.rank}"
        earlier = await self._store.notice(notice)
        if earlier:
            return earlier
        content: NoticeText = self._renderer.render(order, account)
        copy = NoticeCopy(
            id=notice,
            invoice=order.invoice,
            account=account.id,
            recipient=contact.email,
            at=order.at,
            content=content,
        )
        await self._store.put_notice(copy)
        return copy

    async def _send(self, copy: NoticeCopy) -> NoticeCopy:
        mail = Mail(
            message_id=message_id(copy.id, self._domain), recipient=copy.recipient, content=copy.content, at=copy.at
        )
        answer: Delivery = await self._mailer.send(mail)
        copy = copy.model_copy(update={"status": answer.status, "detail": answer.detail})
        await self._store.put_notice(copy)
        if answer.status == "unknown":
            msg = f"notice {copy.id}: the mail server did not say whether it took it; it is sent again, same Message-ID"
            raise OutageError(msg)
        return copy


def message_id(notice: str, domain: str) -> str:
    """A Message-ID derived from the notice: a second copy after an unknown result is recognisable."""
    return f"<{hashlib.sha256(notice.encode()).hexdigest()[:32]}@{domain}>"
