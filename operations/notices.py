"""The notices that customers were sent, word by word, as the archive keeps them."""

from typing import Protocol

from dunning.ports.accounts import Accounts
from dunning.ports.invoices import Invoices
from dunning.ports.notices import Notices
from dunning.records.mail import NoticeCopy
from operations.errors import NotFoundError, RefusedError


class ArchiveRecords(Accounts, Invoices, Notices, Protocol):
    """The copies, and whether an invoice or account is known at all."""


class NoticeArchive:
    """Reads the store only."""

    def __init__(self, store: ArchiveRecords) -> None:
        self._store = store

    async def copy(self, notice: str) -> NoticeCopy:
        """The notice of that id, as it was sent. Raises RefusedError when there is none."""
        found = await self._store.notice(notice)
        if found is None:
            raise RefusedError(
                "there is no such notice; the list of an invoice's notices names those there are", about=notice
            )
        return found

    async def of(self, name: str) -> tuple[NoticeCopy, ...]:
        """The notices of an invoice, or of all invoices of an account, oldest first. Raises NotFoundError."""
        if not name:  # notices about no invoice have an empty one
            raise RefusedError("name an invoice or an account", field="name")
        found = await self._store.notices(name) or await self._store.account_notices(name)
        if not found and not await self._is_known(name):
            raise NotFoundError("there is no such invoice or account", about=name)
        return found

    async def _is_known(self, name: str) -> bool:
        try:
            await self._store.account(name)
        except LookupError:
            return await self._store.invoice(name) is not None
        return True
