"""The archive of notices, and the digests that some of them go out in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from dunning.records.mail import NoticeCopy


class Notices(Protocol):
    """Copies of what customers were sent."""

    async def put_notice(self, notice: NoticeCopy) -> None:
        """Insert or replace the copy of that id."""
        ...

    async def notice(self, notice: str) -> NoticeCopy | None:
        """The archived copy of that id."""
        ...

    async def notices(self, invoice: str) -> tuple[NoticeCopy, ...]:
        """The invoice's notices, oldest first."""
        ...

    async def notices_named(self, beginning: str) -> tuple[str, ...]:
        """The ids that begin so, in order."""
        ...

    async def account_notices(self, account: str) -> tuple[NoticeCopy, ...]:
        """The account's notices, of all its invoices and of none, oldest first."""
        ...

    async def sent_as(self, message_ids: Sequence[str]) -> tuple[NoticeCopy, ...]:
        """The notices that went out in mails of these Message-IDs, those inside of a digest included."""
        ...

    async def mark_bounced(self, notice: NoticeCopy, code: str, at: datetime) -> None:
        """Note that the notice came back, and that its contact bounces: the first bounce of an address stays."""
        ...


class Reached(Protocol):
    """Who was reached: a person answered, or pressed a button. A page that was opened proves nothing: scanners do."""

    async def note_reached(self, invoice: str, at: datetime) -> None:
        """Note it; only the last time is kept."""
        ...

    async def reached_since(self, invoice: str, at: datetime) -> bool:
        """Whether the invoice's customer was reached after that instant."""
        ...


class DigestCopies(Protocol):
    """Notices of one customer and day that go out as one mail."""

    async def claim_digest(self, notice: NoticeCopy) -> NoticeCopy:
        """Take all copies to its recipient that wait for the same day (see `digest`) into one digest; it afterwards.

        Its `digest` is empty when it waited alone, and another one's id when that one was faster.
        """
        ...

    async def digest(self, digest: str) -> tuple[NoticeCopy, ...]:
        """The copies that go out in that digest, oldest first, then by id."""
        ...

    async def settle_digest(self, digest: str, status: str, detail: str) -> None:
        """Write what the mail server said of the digest into each of its copies."""
        ...

    async def withdraw_notice(self, notice: str, waiting: str) -> None:
        """Take a copy out of those that wait. Nothing happens once it is claimed."""
        ...
