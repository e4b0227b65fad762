"""Charge attempts, credits and consents."""

from datetime import datetime
from typing import Protocol

from dunning.money import Money
from dunning.records.carried import Carried
from dunning.records.credit import Credit
from dunning.records.payments import Attempt, Consent


class Attempts(Protocol):
    """What was tried with a payment method, once per key."""

    async def put_attempt(self, attempt: Attempt) -> None:
        """Insert or replace the attempt of that key."""
        ...

    async def attempt(self, key: str) -> Attempt | None:
        """The attempt of that key."""
        ...

    async def declined_since(self, method: str, since: datetime) -> int:
        """How many attempts with that payment method were declined at or after `since`."""
        ...

    async def charged_between(self, since: datetime, until: datetime) -> tuple[Attempt, ...]:
        """The attempts that moved money, from `since` up to but not at `until`, oldest first."""
        ...


class Credits(Protocol):
    """Money of an account that no invoice has yet."""

    async def use_credit(self, account: str, invoice: str, most: Money, at: datetime) -> Money:
        """Take up to `most` of the account's credit for that invoice, once: a second call gives the first answer.

        What was taken lies in the credits as a negative line under `credit.used_line`.
        """
        ...

    async def credit(self, credit: str) -> Credit | None:
        """The credit of that id."""
        ...

    async def add_credit(self, credit: Credit) -> bool:
        """Credit once per id; False when that id was credited before."""
        ...

    async def credits(self, account: str) -> tuple[Credit, ...]:
        """The account's credits, oldest first."""
        ...

    async def take_out(self, line: Credit) -> Credit | None:
        """Take a line of a negative amount off its account's credit, once per id; the line that is there then.

        None when there is not so much. Raises LookupError when the account is unknown.
        """
        ...

    async def accounts_with_credit(self) -> tuple[str, ...]:
        """The accounts that have credit in some currency and an open invoice, by id."""
        ...


class CarriedRests(Protocol):
    """Rests that were too small to be asked for, between an invoice and the account's next one."""

    async def carried(self, account: str) -> tuple[Carried, ...]:
        """The account's lines, oldest first; what was taken is negative, and the sum is what waits."""
        ...


class Consents(Protocol):
    """What customers agreed to when they put a payment method on file."""

    async def add_consent(self, consent: Consent) -> bool:
        """Keep a consent once per id; False when it was kept before."""
        ...

    async def consents(self, account: str) -> tuple[Consent, ...]:
        """The account's consents, oldest first."""
        ...
