"""`start --update`: what the rows of a file say otherwise than is known is applied, except for money.

Of the account: name, language, zone, payer, brand, contacts, how its services are reached. Of an open invoice: its due
date, which its case decides about. A row that cannot be applied wholly is refused, and nothing of it is applied.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.case.facts import DueDateChange
from dunning.money import Money
from dunning.policy.invoice_number import typed
from dunning.ports.accounts import Accounts
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.inbox import Outcome
from operations.accounts.changes import values_changed
from operations.accounts.contacts import told
from operations.accounts.said_by_rows import as_said, contradictions
from operations.accounts.services import services_changed
from operations.accounts.write import Deed, change_account
from operations.errors import KeptError, RefusedError
from operations.invoices.differences import KnownCases, KnownFacts, known_facts
from operations.invoices.new_invoice import NewInvoice
from operations.invoices.opened_many import Checked, Failed

Decide = Callable[[str, DueDateChange], Awaitable[Outcome]]
"""Brings it to an invoice's case, as `Decisions.decide` does."""


_DUE = "due: "


class UpdateRecords(KnownCases, Accounts, Protocol):
    """What is known of accounts and invoices."""


class Change(NamedTuple):
    """What a row changes, a line each. Of an account's rows the first one has what is changed of the account."""

    place: int
    invoice: str
    account: str
    what: tuple[str, ...]


@dataclass
class Updated:
    """What became of the rows. `refused` are not applied, and not to be opened; `failed` waits for an outage to end."""

    changed: list[Change] = field(default_factory=list[Change])
    refused: list[Failed] = field(default_factory=list[Failed])
    failed: list[Failed] = field(default_factory=list[Failed])

    @property
    def moved(self) -> frozenset[str]:
        """The invoices whose due date was changed; the books may hear of it a moment later."""
        return frozenset(each.invoice for each in self.changed if any(line.startswith(_DUE) for line in each.what))


class UpdateKnown:
    """Safe to repeat: what is so already is not written again. `clock` is the wall's."""

    def __init__(self, store: UpdateRecords, decide: Decide, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._decide = decide
        self._clock = clock

    async def look(self, rows: Sequence[Checked]) -> Updated:
        """What would change. Nothing is written. Raises OutageError."""
        found = Updated()
        async for account, those in self._by_account(rows, found):
            dues = {each.place: due for each in those if (due := await self._due(each.new))}
            found.changed += _changes(those, dues, _lines(account, as_said(account, _news(those))))
        return found

    async def apply(self, rows: Sequence[Checked], by: str, reason: str) -> Updated:
        """Change it, with who and why. What failed is done when the same file comes again."""
        found = Updated()
        async for account, those in self._by_account(rows, found):
            try:
                await self._apply(account, those, Deed(by, reason, self._clock()), found)
            except OutageError as error:
                found.failed += [Failed(each.place, each.new.invoice, str(error)) for each in those]
        return found

    async def _apply(self, account: Account, rows: list[Checked], deed: Deed, found: Updated) -> None:
        """The due dates first: what a case refuses, its row is refused with."""
        dues, left = dict[int, str](), list[Checked]()
        for each in rows:
            try:
                if line := await self._move(each.new, deed):
                    dues[each.place] = line
                left.append(each)
            except RefusedError as error:
                found.refused.append(Failed(each.place, each.new.invoice, f"due: {error.reason}"))
        lines = _lines(account, as_said(account, _news(left)))
        if lines:

            def saying(before: Account) -> tuple[Account, tuple[str, ...]]:
                after = as_said(before, _news(left))
                return after, _lines(before, after)

            try:
                lines = (await change_account(self._store, account.id, saying, deed)).what
            except RefusedError as error:  # somebody else was quicker
                found.refused += [Failed(each.place, each.new.invoice, error.reason) for each in left]
                left = []
        found.changed += _changes(left, dues, lines)

    async def _move(self, new: NewInvoice, deed: Deed) -> str:
        line = await self._due(new)
        if not line:
            return ""
        try:
            await self._decide(new.invoice, DueDateChange(due=new.due, by=deed.by, reason=deed.reason))
        except KeptError:
            return f"{line}; it is kept, and its case hears of it as soon as it can be reached"
        return line

    async def _due(self, new: NewInvoice) -> str:
        known = await self._store.invoice(new.invoice)
        was = known.due if known and known.status != "closed" else new.due
        return f"{_DUE}{was} -> {new.due}" if was != new.due else ""

    async def _by_account(
        self, rows: Sequence[Checked], found: Updated
    ) -> AsyncIterator[tuple[Account, list[Checked]]]:
        """Each account that is known, with its rows; those that cannot be applied are put among the refused."""
        accounts = defaultdict[str, list[Checked]](list)
        for each in rows:
            facts = await known_facts(self._store, await self._store.invoice(each.new.invoice))
            if wrong := _refused(each.new, facts):
                found.refused.append(Failed(each.place, each.new.invoice, wrong))
            else:
                accounts[each.new.account].append(each)
        for name, those in accounts.items():
            try:
                account = await self._store.account(name)
            except LookupError:
                continue
            if account.id != name:
                continue  # merged into another one: each row is refused when it is opened
            if odd := contradictions(_news(those)):
                wrong = f"{', '.join(odd)}: the rows of account {name!r} say different things"
                found.refused += [Failed(each.place, each.new.invoice, wrong) for each in those]
            else:
                yield account, those


def _news(rows: Sequence[Checked]) -> list[NewInvoice]:
    return [each.new for each in rows]


def _lines(before: Account, after: Account) -> tuple[str, ...]:
    services = zip(before.services, after.services, strict=True)
    changed = (line for was, now in services for line in services_changed(was, now))
    return (*values_changed(before, after), *told(before.contacts, after.contacts), *changed)


def _changes(rows: Sequence[Checked], dues: Mapping[int, str], lines: tuple[str, ...]) -> list[Change]:
    """The account's own lines stand with its first row."""
    found = list[Change]()
    for nth, each in enumerate(rows):
        due = dues.get(each.place)
        what = (*(lines if nth == 0 else ()), *((due,) if due else ()))
        found += [Change(each.place, each.new.invoice, each.new.account, what)] if what else []
    return found


def _refused(new: NewInvoice, facts: KnownFacts | None) -> str:
    """Why a file cannot change what the row says: money, and what a running case keeps."""
    if facts is None or facts.invoice is None or facts.known.status == "closed" or facts.known.account != new.account:
        return ""
    known = facts.invoice.amount
    return (
        ""
        if known == new.amount
        else f"amount: {known} was asked for, and the row says {new.amount}; {_hint(new, known)}"
    )


def _hint(new: NewInvoice, known: Money) -> str:
    if new.amount.currency != known.currency:
        return f"declare it a mistake with `starter.py void {typed(new.invoice)} --reason WHY`, and start another one"
    if new.amount < known:
        command = f'starter.py waive {typed(new.invoice)} invoice --amount "{known + -new.amount}"'
        return f"no file changes money: `{command}` takes the difference back"
    return "no file changes money: what is to be asked beside it is a new invoice"
