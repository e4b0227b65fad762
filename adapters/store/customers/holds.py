"""Holds: changed only while their account is locked, so that two changes never undo each other."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.customers.accounts import lock_account, locked_account, unknown_account
from adapters.store.customers.owners import owner
from adapters.store.database.base import put_row
from adapters.store.database.patience import again
from adapters.store.fences import Fences, locked_invoice
from adapters.store.tables import holds as table
from adapters.store.tables import invoices
from dunning.case.fence import Fence
from dunning.coverage import ALL
from dunning.holds import OTHER_SOURCES, Hold
from dunning.level import strictest
from dunning.ports.fences import MovedError, SettledError

_SETTLED = ("paid", "closed")


class Holds(Fences):
    """Place, swap and read holds."""

    async def holds(self, account: str) -> tuple[Hold, ...]:
        """Read the account's holds, oldest first, then by source and service."""
        return tuple(Hold.model_validate(dict(row)) for row in await self._rows(holds_of(account)))

    async def place_hold(self, hold: Hold) -> None:
        """Insert a person's hold of (account, service, source), or bring it to the new level (keeping `since`).

        Raises LookupError when the account is unknown, or was merged into another one.
        """
        async with self._writing() as connection:
            if await locked_account(connection, hold.account) != hold.account:
                raise unknown_account(hold.account)
            await put_row(connection, table, hold.model_dump(), keep="since")

    async def tighten_holds(self, account: str, holds: Sequence[Hold], fence: Fence, *, had: bool) -> bool:
        """Insert an invoice's holds for an order, one a service, or tighten them (keeping `since`); never loosens any.

        All or none. False, changing nothing, when the invoice `had` one before and has none any more. Raises
        OvertakenError, MovedError, SettledError, ValueError when a hold is not this account's and invoice's, and
        LookupError when account or invoice are unknown.
        """
        if any((each.account, each.source) != (account, fence.invoice) for each in holds):
            raise ValueError(f"only holds of {fence.invoice} on {account!r} are placed by its order")
        async with self._fenced(fence, account) as connection:
            await lock_account(connection, account)
            if (status := (await locked_invoice(connection, fence.invoice))["status"]) in _SETTLED:
                raise SettledError(f"{fence.invoice} is {status} in the store, so nothing is restricted for it")
            await _check_named(connection, holds)
            own = {each.service: each for each in await read_holds(connection, account) if each.source == fence.invoice}
            if had and not own:
                return False
            for hold in holds:
                level = strictest((hold.level, own.get(hold.service, hold).level))
                tightened = hold.model_copy(update={"level": level})
                await put_row(connection, table, tightened.model_dump(), keep="since")
        return True

    async def replace_holds(
        self,
        account: str,
        before: Sequence[Hold],
        after: Sequence[Hold],
        fence: Fence | None = None,
        *,
        renewed: str = "",
    ) -> bool:
        """Swap the account's holds in one transaction; False, changing nothing, when they are no longer `before`.

        So it is when a hold would be handed to an invoice that is not open any more, or taken from another one than
        the order's own, and the `renewed`, that is not settled any more. `fence` is the order's; None when a person or
        the hourly check lifts a hold. The order of `before` does not matter. Raises OvertakenError, MovedError,
        LookupError when the account is unknown, ValueError when a hold of `after` belongs to another one.
        """
        if strangers := {hold.account for hold in after} - {account}:
            raise ValueError(f"holds of {sorted(strangers)} cannot replace those of account {account!r}")
        async with self._fenced(fence, account) if fence else self._writing() as connection:
            await lock_account(connection, account)
            found = await read_holds(connection, account)
            if again() and _by_key(found) == _by_key(after):
                return True
            if _by_key(found) != _by_key(before) or not await _may_hold(connection, _placed(found, after)):
                return False
            mine = {fence.invoice if fence else "", renewed}
            if not await _are_settled(connection, _loosened(found, after) - mine):
                return False
            if fence:
                placed = (each for each in after if each not in found)
                await _check_named(connection, [each for each in placed if each.source == fence.invoice])
            await write_holds(connection, account, after)
        return True


async def read_holds(connection: AsyncConnection, account: str) -> tuple[Hold, ...]:
    """Read them in this transaction."""
    return tuple(Hold.model_validate(dict(row)) for row in (await connection.execute(holds_of(account))).mappings())


async def _check_named(connection: AsyncConnection, placed: Iterable[Hold]) -> None:
    """No order holds a whole account for an invoice that pays for what was named at a merge. Raises MovedError."""
    for number in sorted({hold.source for hold in placed if hold.service == ALL}):
        its = select(invoices.c.pays_for).where(invoices.c.number == number)
        if (await connection.execute(its)).scalar():
            raise MovedError(number)


def _placed(before: Iterable[Hold], after: Iterable[Hold]) -> list[str]:
    """The invoices that have a hold afterwards which they did not have so before."""
    same = set(before)
    return sorted({hold.source for hold in after if hold not in same} - set(OTHER_SOURCES))


async def _may_hold(connection: AsyncConnection, numbers: Iterable[str]) -> bool:
    """Whether none of these was settled meanwhile."""
    return not any([(await locked_invoice(connection, each))["status"] in _SETTLED for each in numbers])


def _loosened(before: Iterable[Hold], after: Iterable[Hold]) -> set[str]:
    """The invoices that had a hold which is gone afterwards, or asks for less."""
    left = _by_key(after)
    less = (
        hold for (key, hold) in _by_key(before).items() if key not in left or left[key].level.rank < hold.level.rank
    )
    return {hold.source for hold in less} - set(OTHER_SOURCES)


async def _are_settled(connection: AsyncConnection, numbers: Iterable[str]) -> bool:
    """Whether none of these is owed, or owed again meanwhile. One that nobody knows is nobody's."""
    named = sorted(numbers)
    its = select(invoices.c.number).where(invoices.c.number.in_(named), invoices.c.status.not_in(_SETTLED))
    return not named or (await connection.execute(its.with_for_update())).first() is None


def holds_of(account: str) -> Select[tuple[object, ...]]:
    """The query for them."""
    mine = select(table).where(table.c.account == owner(account))
    return mine.order_by(table.c.since, table.c.source, table.c.service)


def _by_key(found: Iterable[Hold]) -> dict[tuple[str, str], Hold]:
    return {(hold.service, hold.source): hold for hold in found}


async def write_holds(connection: AsyncConnection, account: str, after: Sequence[Hold]) -> None:
    """Write the account's holds in place of those that it has."""
    await connection.execute(delete(table).where(table.c.account == account))
    if after:
        await connection.execute(insert(table), [hold.model_dump() for hold in after])
