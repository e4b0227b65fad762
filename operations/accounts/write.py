"""Writing a person's change of an account while others change it, too, with who did it and why."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from dunning.ports.accounts import Accounts
from dunning.records.accounts import Account, AccountChange
from operations.errors import MergedAccountError, NoSuchAccountError, RefusedError, refusal

Change = Callable[[Account], tuple[Account, tuple[str, ...]]]
"""From the account as it is to the account as it should be, and what that changes, a line each."""


class NothingChangesError(RefusedError):
    """It is so already."""


class Deed(NamedTuple):
    """Who does something, why, and when."""

    by: str
    reason: str
    at: datetime


class Written(NamedTuple):
    """The account before and after, and what changed."""

    before: Account
    after: Account
    what: tuple[str, ...]


async def change_account(store: Accounts, account: str, change: Change, deed: Deed) -> Written:
    """Read the account, change it and write it, again until nobody else wrote in between.

    Raises NoSuchAccountError, NothingChangesError, and RefusedError when nobody says who and why.
    """
    while True:
        before = await known(store, account)
        after, what = change(before)
        if not what:
            raise NothingChangesError("nothing changes: it is so already", about=account)
        if await store.replace_account(before, after, kept(account, what, deed)):
            return Written(before, after, what)


async def note_deed(store: Accounts, account: str, what: str, deed: Deed) -> None:
    """Keep with the account what somebody does to it elsewhere. Raises what `change_account` does."""
    await change_account(store, account, lambda as_it_is: (as_it_is, (what,)), deed)


async def known(store: Accounts, account: str) -> Account:
    """The account. Raises NoSuchAccountError, and MergedAccountError for one that is another one's by now."""
    try:
        found = await store.account(account)
    except LookupError:
        raise NoSuchAccountError(account) from None
    if found.id != account:
        raise MergedAccountError(account, found.id)
    return found


def kept(account: str, what: tuple[str, ...], deed: Deed) -> AccountChange:
    """The change as it is kept. Raises RefusedError when nobody says who and why."""
    try:
        return AccountChange(account=account, at=deed.at, by=deed.by, reason=deed.reason, what=what)
    except ValidationError as error:
        raise refusal(error) from None
