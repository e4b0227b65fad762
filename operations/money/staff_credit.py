"""What people do with an account's credit: add some, pay it out. Having it pay for an invoice is a decision.

Each happens once by the id that they give it, and the line in the account's credit says who and why.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from dunning.money import Money
from dunning.ports.accounts import Accounts
from dunning.records.credit import Credit, added_line, paid_out_line, to_use
from dunning.rules.updates import MOST
from operations.errors import RefusedError
from operations.money.payments import known_account
from operations.money.spread_credit import SpreadCredit, SpreadRecords


class CreditRecords(SpreadRecords, Accounts, Protocol):
    """The credit, and whose it is."""


class StaffCredit:
    """All raise RefusedError and OutageError. `clock` is the wall's."""

    def __init__(self, store: CreditRecords, spread: SpreadCredit, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._spread = spread
        self._clock = clock

    async def add(self, account: str, amount: Money, id_: str, by: str, reason: str) -> Credit:
        """Add credit, and have the account's open invoices told. The line as it was written first."""
        _sound(amount)
        await known_account(self._store, account)
        line = self._line(added_line(account, id_), account, amount, f"added{_who(by, reason)}")
        if not await self._store.add_credit(line):
            line = _first(line, await self._store.credit(line.id))
        await self._spread.quietly(account, self._clock())
        return line

    async def pay_out(self, account: str, amount: Money, id_: str, by: str, reason: str) -> Credit:
        """Note that credit was paid to the customer by hand. The negative line, as it was written first."""
        _sound(amount)
        await known_account(self._store, account)
        line = self._line(paid_out_line(account, id_), account, -amount, f"paid out{_who(by, reason)}")
        written = await self._store.take_out(line)
        if written is None:
            left = to_use(await self._store.credits(account), amount)
            raise RefusedError(f"{amount} is more than the {left} that is left", about=account, field="amount")
        return _first(line, written)

    def _line(self, id_: str, account: str, amount: Money, reason: str) -> Credit:
        return Credit(id=id_, account=account, amount=amount, at=self._clock(), reason=reason)


def _sound(amount: Money) -> None:
    if not 0 < amount.minor <= MOST:
        raise RefusedError(
            f"{amount} is not positive" if amount.minor <= 0 else f"{amount} is too much", field="amount"
        )


def _who(by: str, reason: str) -> str:
    return f" by {by}: {reason}"


def _first(line: Credit, known: Credit | None) -> Credit:
    """The line that is there under the id. Raises RefusedError when that says another amount."""
    if known and known.amount != line.amount:
        raise RefusedError(f"it was entered before, with {known.amount}", field="id")
    return known or line
