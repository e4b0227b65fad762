"""Writing to a customer, with a copy of every notice kept for ever (S1-21)."""

from collections.abc import Sequence
from itertools import count
from typing import Protocol

from temporalio import activity

from activities.guards.awaited import AwaitedPayments
from activities.heartbeat import steadily
from activities.notices.digest import DigestRecords, Digests, waiting_for
from activities.owners import account_of
from dunning.case.orders import NoticeOrder
from dunning.case.results import Deferred, Delivered, NoticeResult, Undelivered
from dunning.coverage import EVERYTHING, Coverage
from dunning.level import Level
from dunning.notices.message_id import message_id
from dunning.notices.reachability import recipients
from dunning.notices.reply_to import Replies
from dunning.policy.step_names import notice_id
from dunning.ports.accounts import Accounts
from dunning.ports.companies import BackUps, Cards, Mailer, Reach, Renderer
from dunning.ports.holds import Holds
from dunning.ports.invoices import Invoices
from dunning.ports.outages import GatewayRefusedError, OutageError
from dunning.records.accounts import Account, Contact
from dunning.records.mail import Delivery, NoticeCopy, NoticeText, mail_of
from dunning.rules.time_ahead import as_it_will_be
from dunning.windows.near import near
from operations.services.held_for import held_for
from operations.windows.shut import ShutFrom


class NoticeRecords(Accounts, Holds, Invoices, DigestRecords, Protocol):
    """Whom to write to, and the archive."""


GREYLISTED = 12
"""So many tries (about a quarter of an hour) an address may put us off before the next one is written to, too."""
_APART = 1_000
"""Between the numbers of copies to addresses that had the same rank one after the other; no account has so many."""
_NO_CONTACT = "the account has no e-mail address on file"
_ALL_BOUNCED = "mail to every address on file comes back"


class SendNotice:
    """Tries the account's contacts in their order until one mail server takes the notice.

    With a `reach`, warnings go to an outside contact, too, when the first one is on the customer's own services
    (S3-20). `gateway` is asked what is on file when an invoice goes out, `backups` by the last notice before a
    deletion, `shut` what puts off the steps that a notice names. `secret` keeps others from guessing Message-IDs.
    """

    def __init__(
        self,
        mailer: Mailer,
        renderer: Renderer,
        store: NoticeRecords,
        sender_domain: str,
        replies: Replies | None = None,
        *,
        shut: ShutFrom,
        reach: Reach | None = None,
        backups: BackUps | None = None,
        gateway: Cards | None = None,
        awaited: AwaitedPayments | None = None,
        digest_seconds: float = 30.0,
        secret: str = "",
    ) -> None:
        self._mailer = mailer
        self._renderer = renderer
        self._store = store
        self._domain = sender_domain
        self._shut = shut
        self._secret = secret
        self._replies = replies or Replies()
        self._reach = reach
        self._backups = backups
        self._gateway = gateway
        self._awaited = awaited
        self._digests = Digests(mailer, renderer, store, self._replies, digest_seconds)

    @activity.defn(name="send_notice")
    async def send_notice(self, order: NoticeOrder) -> NoticeResult:
        """Delivered by the first contact that works, Undelivered when all refuse for good, Deferred for a payment.

        Raises OutageError for a temporary refusal or an unknown end; the retry carries the same Message-ID.
        """
        if waits := await self._waits(order):
            return waits
        if order.digest:
            await self._wait_for_others(order)
        result = await steadily(self._to_all(order))
        return await self._looked(order, result) if order.look and isinstance(result, Delivered) else result

    async def _waits(self, order: NoticeOrder) -> Deferred | None:
        """A payment that is about to come; what an earlier try has begun to send is sent."""
        if self._awaited is None or order.awaits is None:
            return None
        account = await account_of(self._store, order)
        if any([await self._store.notice(notice_id(order.key, each.rank)) for each in account.contacts]):
            return None
        return await self._awaited.may_remind(order)

    async def _looked(self, order: NoticeOrder, sent: Delivered) -> Delivered:
        """With what is on file: no other call is worth it when the invoice goes out. No mail waits for the gateway."""
        if self._gateway is None:
            return sent
        try:
            card = await self._gateway.card(await self._store.account(order.account))
        except (OutageError, GatewayRefusedError):
            return sent.model_copy(update={"card_unknown": True})
        return sent.model_copy(update={"card": card})

    async def _wait_for_others(self, order: NoticeOrder) -> None:
        account = await account_of(self._store, order)
        order = await self._as_it_is_now(order, account)
        contacts = [*_reachable(account)[:1], *await self._outside_contacts(order, account)]
        await self._digests.gather([await self._copy(order, account, contact) for contact in contacts])

    async def _to_all(self, order: NoticeOrder) -> NoticeResult:
        account = await account_of(self._store, order)
        order = await self._as_it_is_now(order, account)
        result = await self._first_that_takes_it(order, account)
        await self._outside(order, account)
        return result

    async def _as_it_is_now(self, order: NoticeOrder, account: Account) -> NoticeOrder:
        """With what the store and the panel know when it is written: a mail may be late.

        The days to come are those that will be, with the windows that are set. An earlier try's copy keeps its words.
        """
        order = await self._with_windows(order)
        if order.invoice and order.balance.minor <= 0:
            order = order.model_copy(update={"held_for": await held_for(self._store, account, order.invoice)})
        if order.balance.minor > 0 and self._awaited and order.invoice:
            order = order.model_copy(update={"expected_at": await self._awaited.expected_at(order)})
        return await self._with_backups(order, account)

    async def _with_windows(self, order: NoticeOrder) -> NoticeOrder:
        """With the days that they move things to, and, where something is owed, with those in which nobody can pay."""
        if not order.invoice:
            return order
        shut = await self._shut(order.at)
        order = as_it_will_be(order, shut.until) if order.road and not shut.is_empty else order
        owed = order.balance.minor > 0 and not order.lapsed and not order.closures
        return order.model_copy(update={"closures": near(shut.windows, order.at)}) if owed else order

    async def _with_backups(self, order: NoticeOrder, account: Account) -> NoticeOrder:
        if not (order.before_deletion and order.backups is None and self._backups):
            return order
        its = Coverage(services=order.covers.services).of(account.services)
        return order.model_copy(update={"backups": await self._backups.exist(its)})

    async def _outside(self, order: NoticeOrder, account: Account) -> None:
        """A copy of a warning for the first outside contact, when the first of all is inside: a message of its own."""
        for contact in await self._outside_contacts(order, account):
            try:
                await self._deliver(await self._copy(order, account, contact), account)
            except OutageError:
                if activity.info().attempt < GREYLISTED:
                    raise

    async def _outside_contacts(self, order: NoticeOrder, account: Account) -> Sequence[Contact]:
        if self._reach is None or not (order.road or order.level.rank >= Level.SUSPENDED.rank):
            return ()
        covers = [EVERYTHING] if order.covers.is_all else [EVERYTHING, order.covers]
        for each in covers:  # best where no consequence to come reaches it
            found = recipients(account.contacts, await self._reach.inside(account, each))[1:]
            if found:
                return found
        return ()

    async def _first_that_takes_it(self, order: NoticeOrder, account: Account) -> NoticeResult:
        reason, outage = _ALL_BOUNCED if account.contacts else _NO_CONTACT, None
        for contact in _reachable(account):
            copy = await self._copy(order, account, contact)
            try:
                copy = await self._deliver(copy, account)
            except OutageError as error:
                if activity.info().attempt < GREYLISTED:
                    raise
                outage = error
            if copy.status == "delivered":
                return Delivered(notice=copy.id, announced=copy.announced)
            reason = copy.detail
        if outage:
            raise outage
        return Undelivered(notice=order.key, reason=reason)

    async def _copy(self, order: NoticeOrder, account: Account, contact: Contact) -> NoticeCopy:
        """The archived copy of an earlier try, so that a retry says the same words, or a new one."""
        notice, earlier = await self._own(order, contact)
        if earlier:
            return earlier
        content: NoticeText = self._renderer.render(order, account, notice)
        copy = NoticeCopy(
            id=notice,
            invoice=order.invoice,
            account=account.id,
            recipient=contact.email,
            at=order.at,
            content=content,
            message_id=message_id(notice, self._domain, self._secret),
            reply_to=self._replies.address(order.title, account.brand),
            digest=waiting_for(order),
            announced=order.announced,
        )
        await self._store.put_notice(copy)
        return copy

    async def _own(self, order: NoticeOrder, contact: Contact) -> tuple[str, NoticeCopy | None]:
        """The id of the contact's own copy, and the copy. Its rank was another address's, when people changed them."""
        for rank in count(contact.rank, _APART):
            notice = notice_id(order.key, rank)
            earlier = await self._store.notice(notice)
            if earlier is None or earlier.recipient == contact.email:
                return notice, earlier
        raise AssertionError

    async def _deliver(self, copy: NoticeCopy, account: Account) -> NoticeCopy:
        """The copy once its mail was handed over: in a digest with others, or alone; at once when that was before."""
        if copy.digest:
            copy = await self._digests.send(copy, account)
        return copy if copy.digest or copy.status == "delivered" else await self._send(copy, account)

    async def _send(self, copy: NoticeCopy, account: Account) -> NoticeCopy:
        answer: Delivery = await self._mailer.send(mail_of(copy, account.brand))
        copy = copy.model_copy(update={"status": answer.status, "detail": answer.detail})
        await self._store.put_notice(copy)
        if answer.status == "unknown":
            msg = f"notice {copy.id}: the mail server did not say whether it took it; it is sent again, same Message-ID"
            raise OutageError(msg)
        return copy


def _reachable(account: Account) -> list[Contact]:
    """The contacts in their order, without those whose mail came back."""
    return sorted((c for c in account.contacts if c.bounced_at is None), key=lambda c: c.rank)
