"""One mail for all notices of a customer and day, where the policies ask for it.

A notice is written into the archive, waits a little for the others, and then claims all that wait with it. Who claimed
sends; the others find their copies delivered. A retry finds the same digest, and sends it under the same Message-ID.
When the one that claimed is gone for good (its invoice was paid), another one sends after some tries.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from temporalio import activity

from activities.heartbeat import beating
from dunning.case.orders import NoticeOrder
from dunning.notices.reply_to import Replies
from dunning.ports.companies import Mailer, Renderer
from dunning.ports.notices import DigestCopies, Notices
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.mail import Mail, NoticeCopy


class DigestRecords(DigestCopies, Notices, Protocol):
    """The archive, and which of its copies go out together."""


TAKEN_OVER = 3
"""After so many tries of its own the second notice of a digest sends it; the third one try later, and so on."""
_SENT = 20.0
"""Seconds that a notice waits within one try for the one that sends its digest."""
_WAITING = "waiting:"


def waiting_for(order: NoticeOrder) -> str:
    """What a copy carries while it waits: the customer's own day; nothing when its policy wants no digest."""
    return f"{_WAITING}{_local_day(order.at, order.zone)}" if order.digest else ""


def _local_day(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).date().isoformat()


class Digests:
    """`seconds` is how long a notice waits for the others."""

    def __init__(
        self, mailer: Mailer, renderer: Renderer, store: DigestRecords, replies: Replies, seconds: float
    ) -> None:
        self._mailer = mailer
        self._renderer = renderer
        self._store = store
        self._replies = replies
        self._seconds = seconds

    async def gather(self, copies: Sequence[NoticeCopy]) -> None:
        """Wait for other notices; a case that loses its reason to write meanwhile takes its copies back."""
        waiting = [copy for copy in copies if copy.digest.startswith(_WAITING)]
        try:
            async with beating():
                await asyncio.sleep(self._seconds if waiting else 0)
        except asyncio.CancelledError:
            await asyncio.shield(self._withdraw(waiting))
            raise

    async def _withdraw(self, waiting: Sequence[NoticeCopy]) -> None:
        for copy in waiting:
            await self._store.withdraw_notice(copy.id, copy.digest)

    async def send(self, copy: NoticeCopy, account: Account) -> NoticeCopy:
        """The copy once its digest was handed over; as it is when it waited alone, and has yet to be sent.

        Raises OutageError while another notice has not sent the digest yet, or when the mail server puts us off.
        """
        if copy.digest.startswith(_WAITING):
            copy = await self._store.claim_digest(copy)
        if not copy.digest or copy.status == "delivered":
            return copy
        members = await self._store.digest(copy.digest)
        if copy.id != copy.digest and not self._takes_over(copy, members):
            return await self._sent_by_another(copy)
        return await self._hand_over(copy, members, account)

    def _takes_over(self, copy: NoticeCopy, members: Sequence[NoticeCopy]) -> bool:
        others = [each.id for each in members if each.id != copy.digest]
        return activity.info().attempt > TAKEN_OVER + others.index(copy.id)

    async def _sent_by_another(self, copy: NoticeCopy) -> NoticeCopy:
        ends = asyncio.get_running_loop().time() + _SENT
        while asyncio.get_running_loop().time() < ends:
            found = await self._store.notice(copy.id)
            if found and found.status in ("delivered", "refused", "bounced"):
                return found
            await asyncio.sleep(min(1.0, _SENT / 40))
        raise OutageError(f"notice {copy.id}: the digest {copy.digest} that it goes out in has not been sent yet")

    async def _hand_over(self, copy: NoticeCopy, members: Sequence[NoticeCopy], account: Account) -> NoticeCopy:
        first = next(each for each in members if each.id == copy.digest)
        mail = Mail(
            message_id=first.message_id,
            recipient=copy.recipient,
            content=self._renderer.digest(members, account),
            at=first.at,
            reply_to=self._replies.shared(tuple(each.reply_to for each in members), account.brand),
            brand=account.brand,
        )
        answer = await self._mailer.send(mail)
        await self._store.settle_digest(copy.digest, answer.status, answer.detail)
        if answer.status == "unknown":
            raise OutageError(f"digest {copy.digest}: the mail server did not say whether it took it; it is sent again")
        return copy.model_copy(update={"status": answer.status, "detail": answer.detail})
