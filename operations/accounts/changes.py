"""Changing an account: how it is called and written to. Who did it and why is kept with it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, model_validator

from dunning.holds import Hold
from dunning.money import Money, sums
from dunning.policy.file import Zone
from dunning.ports.accounts import Accounts
from dunning.ports.holds import Holds
from dunning.ports.invoices import Invoices
from dunning.ports.payments import Credits
from dunning.ports.subscriptions import SubscriptionRecords
from dunning.records.accounts import Account, AccountChange
from dunning.wire import Words
from operations.accounts.contacts import ContactChanges, changed_contacts, still_to_do, told
from operations.accounts.write import Deed, NothingChangesError, change_account, known
from operations.errors import RefusedError
from operations.invoices.new_invoice import Email, Locale, Payer
from operations.invoices.written import with_control_characters

CheckWriting = Callable[[str, str], None]
"""Whether there is such a locale and such a brand, as `CheckInvoice.writing` says it. Raises RefusedError."""
_EMPTY = {"zone": "the policies' own", "brand": "the house's own"}


class ChangeAccount(BaseModel):
    """What is to change; a value that is not set stays. The rules of each are those of an invoice file's rows.

    `zone` None is each policy's own, an empty `payer` or `brand` takes it away. Contacts are named by their addresses;
    those of `contact_order` come first, in their order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: Words = "-"
    locale: Locale = "en_US"
    zone: Zone | None = None
    payer: Payer = ""
    brand: str = ""
    add_contact: tuple[Email, ...] = ()
    remove_contact: tuple[str, ...] = ()
    contact_order: tuple[str, ...] = ()
    lift_bounce: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _is_plain_text(cls, values: Any) -> Any:
        if wrong := list(with_control_characters(values)):
            raise ValueError("; ".join(wrong))
        return values

    @property
    def values(self) -> Mapping[str, str]:
        """The account's own values that are set, by their names."""
        given = self.model_dump(include=self.model_fields_set & {"name", "locale", "zone", "payer", "brand"})
        return {name: value or "" for name, value in given.items()}

    @property
    def contacts(self) -> ContactChanges:
        """What is to become of the contacts."""
        return ContactChanges(self.add_contact, self.remove_contact, self.contact_order, self.lift_bounce)


class Changed(NamedTuple):
    """The account as it is now, what changed, a line each, and what does not change with it."""

    account: Account
    what: tuple[str, ...]
    notes: tuple[str, ...] = ()


class AccountView(NamedTuple):
    """An account, its open invoices, what restricts it, what is left of its credit; and what people changed of it.

    `subscriptions` are the ids of those that go on.
    """

    account: Account
    open_invoices: tuple[str, ...]
    subscriptions: tuple[str, ...]
    holds: tuple[Hold, ...]
    credit: tuple[Money, ...]
    changes: tuple[AccountChange, ...]


class AccountRecords(Accounts, Invoices, Holds, Credits, SubscriptionRecords, Protocol):
    """Accounts, and what belongs to each."""


class AccountChanges:
    """All raise OutageError, and NoSuchAccountError. `clock` is the wall's."""

    def __init__(self, store: AccountRecords, check: CheckWriting, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._check = check
        self._clock = clock

    async def show(self, account: str) -> AccountView:
        """The account, and what belongs to it; changes are told oldest first."""
        found = await known(self._store, account)
        return AccountView(
            found,
            tuple(each.number for each in await self._store.open_invoices(account)),
            tuple(each.id for each in await self._store.subscriptions(account) if not each.ended),
            await self._store.holds(account),
            sums(each.amount for each in await self._store.credits(account)),
            await self._store.account_changes(account),
        )

    async def change(self, account: str, asked: ChangeAccount, by: str, reason: str) -> Changed:
        """Change it, and keep who did it and why.

        What is so already is not changed again. Raises RefusedError when a value cannot be.
        """
        if not asked.model_fields_set:
            raise RefusedError("name what is to change, such as its name or a contact", about=account)
        if asked.model_fields_set & {"locale", "brand"}:
            self._check(asked.locale, asked.brand)

        earlier = {line for each in await self._store.account_changes(account) for line in each.what}

        def changed(before: Account) -> tuple[Account, tuple[str, ...]]:
            contacts = changed_contacts(account, before.contacts, still_to_do(before.contacts, asked.contacts, earlier))
            after = before.model_copy(update={**asked.values, "contacts": contacts})
            return after, (*values_changed(before, after), *told(before.contacts, contacts))

        deed = Deed(by, reason, self._clock())
        try:
            before, after, what = await change_account(self._store, account, changed, deed)
        except NothingChangesError:
            return Changed(await known(self._store, account), (), ("it is so already",))
        return Changed(after, what, tuple(await self._notes(before, after)))

    async def _notes(self, before: Account, after: Account) -> list[str]:
        numbers = ", ".join(each.number for each in await self._store.open_invoices(after.id))
        notes = list[str]()
        if numbers and before.zone != after.zone:
            notes.append(f"the dates that are planned already stay as they are: {numbers}")
        if numbers and before.name != after.name:
            notes.append(f"in lists these keep the name that they were opened with: {numbers}")
        if not any(each.bounced_at is None for each in after.contacts):
            notes.append("it has no address left that can be written to: notices become tickets")
        return notes


def values_changed(before: Account, after: Account) -> tuple[str, ...]:
    """What changed of the account's own values, a line each."""
    names = [
        name for name in ("name", "locale", "zone", "payer", "brand") if getattr(before, name) != getattr(after, name)
    ]
    return tuple(f"{name}: {_shown(before, name)} -> {_shown(after, name)}" for name in names)


def _shown(account: Account, name: str) -> str:
    return getattr(account, name) or _EMPTY.get(name, "none")
