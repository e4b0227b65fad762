"""All that is kept of an account, as one document: for the customer who asks, or whoever takes them over."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from dunning.audit.wanted import Wanted, is_wanted, words_of
from dunning.audit.words import Words
from dunning.keeping.kinds import TABLES
from dunning.keeping.words import Words as KnownBy
from dunning.ports.accounts import Accounts
from dunning.ports.audit import AuditEntries
from dunning.ports.invoices import Invoices
from dunning.ports.keeping import KeptOf
from dunning.ports.open_cases import OpenCases
from dunning.ports.outages import OutageError
from operations.accounts.write import known
from operations.audit.log import AuditLog
from operations.cases.last_seen import last_seen
from operations.cases.look import CaseOf
from operations.errors import RefusedError

FORMAT, VERSION = "reprieve-account", 1
"""What a document says of itself; docs/retention.md has its shape."""
_TOGETHER = 500
Document = dict[str, object]


class ExportRecords(Accounts, AuditEntries, Invoices, KeptOf, OpenCases, Protocol):
    """All that is kept."""


class ExportAccount:
    """Reads only, but for the entry in the audit log. `clock` is the wall's."""

    def __init__(self, store: ExportRecords, case_of: CaseOf, audit: AuditLog, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._case_of = case_of
        self._audit = audit
        self._clock = clock

    async def of(self, account: str, by: str, system_user: str = "") -> Document:
        """The document, for JSON. A running case is asked; one that does not answer is told as it was last seen.

        Raises RefusedError when nobody says who wants it, NoSuchAccountError, MergedAccountError, StoreOutageError.
        """
        if not by.strip():
            raise RefusedError("it must not be empty", field="by")
        await known(self._store, account)
        said = Words(what="account export", by=by.strip(), system_user=system_user, about=(account,))
        entry = await self._audit.asked(said)
        document = await self._document(account)
        await self._audit.became(entry, "done")
        return document

    async def _document(self, account: str) -> Document:
        ids, invoices = await self._store.ids_of(account), await self._store.all_invoices(account)
        numbers = [each.number for each in invoices]
        named = await self._telling(account, ids, numbers)
        return {
            "format": FORMAT,
            "version": VERSION,
            "account": account,
            "ids": ids,
            "at": self._clock().isoformat(),
            "kept": {
                name: {"what": TABLES[name].what, "rows": rows}
                for name, rows in (await self._store.kept_of(account)).items()
            },
            "running_cases": [await self._case(each.number) for each in invoices if each.status != "closed"],
            "lines_of_tickets_about_many": [*_lines(await self._store.nobodys_tickets(), named)],
            "audit": [each async for each in self._entries({*ids, *numbers})],
        }

    async def _telling(self, account: str, ids: Iterable[str], numbers: Iterable[str]) -> KnownBy:
        """What only this customer has: ids and addresses. A name is anybody's, and may be `invoice` or `USD`."""
        its = await self._store.account(account)
        known_by = [word for word in (await self._store.words_of(account)).known if "@" in word or "." in word]
        return KnownBy({*known_by, *ids, *numbers, *(each.id for each in its.services)} - {its.name})

    async def _case(self, number: str) -> Document:
        try:
            case, how = await self._case_of(number), "asked"
        except OutageError:
            case, how = last_seen(await self._store.open_case(number)), "last seen"
        return {"invoice": number, "how": how, "case": case.model_dump(mode="json") if case else None}

    async def _entries(self, about: set[str]) -> AsyncIterator[Document]:
        """What the audit log says of it; what was typed is left out, because it may name others, too."""
        after = 0
        while some := await self._store.some_entries(after, _TOGETHER):
            for entry in some:
                words = words_of(entry)
                if words and is_wanted(entry, Wanted(about=tuple(about))):
                    said = words.model_dump(include={"kind", "what", "by", "reason", "outcome"}, exclude_defaults=True)
                    yield {"number": entry.number, "at": entry.at, **said}
            after = some[-1].number


def _lines(tickets: Iterable[Mapping[str, str]], words: KnownBy) -> Iterable[Document]:
    """What such a ticket says of others is theirs."""
    for each in tickets:
        if lines := (*words.lines_of(each["subject"]), *words.lines_of(each["body"])):
            yield {"key": each["key"], "at": each["at"], "lines": lines}
