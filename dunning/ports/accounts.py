"""Accounts with their contacts and services, as the store keeps them."""

from collections.abc import Mapping
from typing import Protocol

from dunning.records.accounts import Account, AccountChange
from dunning.records.merging import Merge


class Accounts(Protocol):
    """Every write is idempotent on the key it carries, here and in all topics of the store."""

    async def put_account(self, account: Account) -> None:
        """Insert or replace an account with its contacts and services."""
        ...

    async def account(self, account: str) -> Account:
        """An account, or the one that it was merged into. Raises LookupError, naming it, when there is none."""
        ...

    async def replace_account(self, before: Account, after: Account, change: AccountChange) -> bool:
        """Bring an account from `before` to `after`, and keep who did it and why.

        False, changing nothing, when it is not `before` any more. Raises LookupError, naming the account, when there is
        none.
        """
        ...

    async def account_changes(self, account: str) -> tuple[AccountChange, ...]:
        """What people changed of the account, oldest first."""
        ...

    async def set_payer(self, account: str, payer: str) -> None:
        """Note the gateway's own id of the customer; nothing when the account is not known."""
        ...

    async def account_names(self) -> Mapping[str, str]:
        """How each customer is called, by account; empty where nobody said."""
        ...

    async def owners(self, service: str) -> tuple[str, ...]:
        """The accounts that name the service, by id; several, when somebody signed up again with the same name."""
        ...

    async def account_of(self, payer: str) -> str:
        """The account whose `payer` that is; empty when there is none."""
        ...

    async def accounts_of_contact(self, email: str) -> tuple[str, ...]:
        """The accounts that have a contact of that address, by id."""
        ...


class Merging(Protocol):
    """Two accounts that become one. What the first one is asked for afterwards, the other one answers."""

    async def merge_accounts(self, merge: Merge, change: AccountChange) -> bool:
        """Bring all of one account to the other, and keep who did it and why, all or nothing.

        False, changing nothing, when one of them is not as it was read any more, or is held as a whole by a person.
        """
        ...

    async def merged_into(self, account: str) -> str:
        """What the account was merged into; empty when it never was."""
        ...
