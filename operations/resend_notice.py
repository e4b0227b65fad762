"""Sending a notice again to a customer who asks for it: as a copy that says of which day it is."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import NamedTuple, Protocol

from dunning.notices.message_id import message_id
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import key, notice_id, step
from dunning.ports.accounts import Accounts
from dunning.ports.companies import Mailer, Renderer
from dunning.ports.notices import Notices
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.mail import NoticeCopy, mail_of
from operations.errors import RefusedError

_WENT_OUT = ("delivered", "bounced")


class ResendRecords(Accounts, Notices, Protocol):
    """The archive, and whom to write to."""


class Letterbox(NamedTuple):
    """How notices leave: `domain` and `secret` make their Message-IDs."""

    mailer: Mailer
    renderer: Renderer
    domain: str
    secret: str


class ResendNotice:
    """No case hears of it: a copy warns of nothing, and its words are those of the day on which it was written.

    `clock` is the wall's: the copy's own time is that of its sending.
    """

    def __init__(self, store: ResendRecords, letterbox: Letterbox, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._box = letterbox
        self._clock = clock

    async def resend(self, notice: NoticeCopy, to: str = "") -> NoticeCopy:
        """The copy as it went out; `to` is an address of the account, else the first one that works.

        Raises RefusedError for a notice that never went out, an address that is none of the account's, and when the
        mail server takes no mail for it; OutageError when the server is away or did not say whether it took the mail:
        to repeat it then sends the same mail.
        """
        if notice.status not in _WENT_OUT:
            raise RefusedError(f"it never went out (it is {notice.status}), so there is no copy of it", about=notice.id)
        account = await self._store.account(notice.account)
        copy = await self._copy(notice, account, _recipient(account, to))
        return await self._send(copy, account)

    async def _copy(self, notice: NoticeCopy, account: Account, recipient: str) -> NoticeCopy:
        name, earlier = await self._name(notice, recipient)
        if earlier:
            return earlier
        copy = notice.model_copy(
            update={
                "id": name,
                "recipient": recipient,
                "at": self._clock(),
                "content": self._box.renderer.copy_of(notice, account),
                "status": "sending",
                "detail": "",
                "message_id": message_id(name, self._box.domain, self._box.secret),
                "digest": "",
                "announced": None,
            }
        )
        await self._store.put_notice(copy)
        return copy

    async def _name(self, notice: NoticeCopy, recipient: str) -> tuple[str, NoticeCopy | None]:
        """The next copy's id; or that of one to the same address of which nobody knows whether it arrived."""
        for number in count():
            name = notice_id(key(notice.invoice, step(StepKind.RESENT, notice.id)), number)
            found = await self._store.notice(name)
            if found is None or (found.recipient == recipient and found.status in ("sending", "unknown")):
                return name, found
        raise AssertionError

    async def _send(self, copy: NoticeCopy, account: Account) -> NoticeCopy:
        answer = await self._box.mailer.send(mail_of(copy, account.brand))
        copy = copy.model_copy(update={"status": answer.status, "detail": answer.detail})
        await self._store.put_notice(copy)
        if answer.status == "unknown":
            raise OutageError(f"the mail server did not say whether it took the copy for {copy.recipient}")
        if answer.status == "refused":
            raise RefusedError(f"the mail server refused it for {copy.recipient}: {answer.detail}", about=copy.id)
        return copy


def _recipient(account: Account, to: str) -> str:
    working = [each.email for each in sorted(account.contacts, key=lambda each: each.rank) if each.bounced_at is None]
    if to and to not in working:
        known = ", ".join(working) or "none"
        raise RefusedError(f"{to} is no address of account {account.id!r} that works; those are: {known}", field="to")
    if not working:
        raise RefusedError(f"account {account.id!r} has no mail address that works")
    return to or working[0]
