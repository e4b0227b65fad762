"""Subscriptions as people read them, their renewals, and the series that number their invoices."""

from datetime import date

from sqlalchemy import RowMapping, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.beginnings import write_accounts
from adapters.store.customers.owners import of_account
from adapters.store.database.base import Database, Values, add_row, columns_of, insert_into, money_columns, put_row
from adapters.store.tables import closed_ledgers, invoices, renewals, series, subscriptions
from dunning.records.accounts import Account
from dunning.subscriptions.numbers import Numbers
from dunning.subscriptions.renewals import Renewal
from dunning.subscriptions.subscription import Subscription


class Subscriptions(Database):
    """Begin, note and read subscriptions; number their renewals."""

    async def begin_subscription(self, new: Subscription, account: Account | None, before: Account | None) -> bool:
        """Note a subscription with its account (None: nothing new); False when there is one of that id.

        Raises AccountChangedError when the account is not as it was `before` any more.
        """
        async with self._writing() as connection:
            if account:
                await write_accounts(connection, [(account, before)])
            return await add_row(connection, subscriptions, _row(new))

    async def note_subscription(self, seen: Subscription) -> None:
        """Bring its row to what its workflow says; one that knows more stays."""
        async with self._writing() as connection:
            await put_row(connection, subscriptions, _row(seen), newest_by="revision")

    async def subscription(self, name: str) -> Subscription | None:
        """Read the subscription of that id, as it was noted last."""
        row = await self._row(select(subscriptions).where(subscriptions.c.id == name))
        return None if row is None else Subscription.model_validate_json(row["snapshot"])

    async def subscriptions(self, account: str = "") -> tuple[Subscription, ...]:
        """Read the account's subscriptions, those that ended too, by id; all accounts' when it is empty."""
        its = select(subscriptions.c.snapshot).order_by(subscriptions.c.id)
        its = its.where(of_account(subscriptions.c.account, account)) if account else its
        return tuple(Subscription.model_validate_json(row["snapshot"]) for row in await self._rows(its))

    async def renewals(self, subscription: str = "") -> tuple[Renewal, ...]:
        """Read what was billed of it, the oldest first, with how each invoice ended; of all, when it is empty."""
        its = _billed().where(renewals.c.subscription == subscription) if subscription else _billed()
        return tuple(map(_renewal, await self._rows(its)))

    async def renewal(self, subscription: str, number: int) -> Renewal | None:
        """Read one renewal, if it has got its invoice's number."""
        its = (renewals.c.subscription == subscription, renewals.c.number == number)
        row = await self._row(_billed().where(*its))
        return None if row is None else _renewal(row)

    async def number_renewal(self, renewal: Renewal, numbers: Numbers, day: date) -> str:
        """Give a renewal the next number of that day's series, once; asked again it is the same.

        The count and what got it are written together, so none is left out and none comes twice. A number that an
        invoice has already, from a file, is passed over.
        """
        async with self._writing() as connection:
            last = await _locked(connection, numbers.series(day))
            known = select(renewals.c.invoice).where(
                renewals.c.subscription == renewal.subscription, renewals.c.number == renewal.number
            )
            if given := (await connection.execute(known)).scalar():
                return given
            count = await _free(connection, numbers, day, last + 1)
            invoice = numbers.number(day, count)
            its = update(series).where(series.c.name == numbers.series(day))
            await connection.execute(its.values(last=count))
            values = renewal.model_dump(exclude={"amount", "outcome"}) | {"invoice": invoice}
            await connection.execute(insert(renewals).values(values | columns_of("amount", renewal.amount)))
            return invoice


async def _locked(connection: AsyncConnection, name: str) -> int:
    """The last count of a series, which nobody else raises until the transaction ends."""
    fresh = insert_into(connection, series).values(name=name, last=0)
    await connection.execute(fresh.on_conflict_do_nothing(index_elements=["name"]))
    its = select(series.c.last).where(series.c.name == name).with_for_update()
    return int((await connection.execute(its)).scalar_one())


async def _free(connection: AsyncConnection, numbers: Numbers, day: date, count: int) -> int:
    while True:
        known = select(invoices.c.number).where(invoices.c.number == numbers.number(day, count))
        if (await connection.execute(known)).first() is None:
            return count
        count += 1


def _row(seen: Subscription) -> Values:
    values = {
        "id": seen.id,
        "account": seen.account,
        "policy": seen.next_terms.terms.policy,
        "period": seen.next_terms.schedule.period,
        "renews_on": seen.renews_on,
        "ends": seen.ends,
        "ended": seen.ended,
        "revision": seen.revision,
        "snapshot": seen.model_dump_json(),
    }
    return values | columns_of("amount", seen.next_terms.terms.amount)


def _billed() -> Select[tuple[object, ...]]:
    """An invoice whose case was opened again since its books were closed counts as open."""
    closed = (invoices.c.number == renewals.c.invoice) & (invoices.c.status == "closed")
    ended = closed_ledgers.c.invoice == invoices.c.number
    its = renewals.outerjoin(invoices, closed).outerjoin(closed_ledgers, ended)
    return select(renewals, closed_ledgers.c.outcome).select_from(its).order_by(renewals.c.number)


def _renewal(row: RowMapping) -> Renewal:
    read = {"amount": money_columns(row, "amount"), "outcome": row["outcome"] or ""}
    return Renewal.model_validate(dict(row) | read)
