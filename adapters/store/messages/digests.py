"""Notices of one customer and day that wait for each other, and go out as one mail."""

from sqlalchemy import select, update

from adapters.store.customers.owners import of_account
from adapters.store.database.base import Database
from adapters.store.messages.notices import copy_of
from adapters.store.tables import notices
from dunning.records.mail import NoticeCopy


class DigestCopies(Database):
    """Who comes first claims all that waits, in one transaction; its id is then the digest's."""

    async def claim_digest(self, notice: NoticeCopy) -> NoticeCopy:
        """Take all copies to that recipient that wait for the same day as this one; this one as it is then.

        It is in nobody's digest when it waited alone, and in somebody else's when that one was faster.
        """
        waiting = (
            of_account(notices.c.account, notice.account),
            notices.c.recipient == notice.recipient,
            notices.c.digest == notice.digest,
            notices.c.status == "sending",
        )
        async with self._writing() as connection:
            its = select(notices.c.id).where(*waiting).order_by(notices.c.id).with_for_update()
            ids = (await connection.execute(its)).scalars().all()
            if notice.id in ids:
                digest = notice.id if len(ids) > 1 else ""
                await connection.execute(update(notices).where(notices.c.id.in_(ids)).values(digest=digest))
            row = (await connection.execute(select(notices).where(notices.c.id == notice.id))).mappings().one()
            return copy_of(row)

    async def digest(self, digest: str) -> tuple[NoticeCopy, ...]:
        """Read the copies that go out in that digest, oldest first, then by id."""
        its = select(notices).where(notices.c.digest == digest).order_by(notices.c.at, notices.c.id)
        return tuple(copy_of(row) for row in await self._rows(its))

    async def settle_digest(self, digest: str, status: str, detail: str) -> None:
        """Write what the mail server said of the digest into each of its copies; what came back since stays so."""
        its = update(notices).where(notices.c.digest == digest, notices.c.status != "bounced")
        await self._change(its.values(status=status, detail=detail))

    async def withdraw_notice(self, notice: str, waiting: str) -> None:
        """Take a copy out of those that wait: its case need not write any more. Nothing happens once it is claimed."""
        its = update(notices).where(notices.c.id == notice, notices.c.digest == waiting)
        await self._change(its.values(status="withdrawn", digest=""))
