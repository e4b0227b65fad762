"""Subscriptions that a payment processor runs, and where each of their payments counts."""

from collections.abc import Collection

from sqlalchemy import RowMapping, delete, not_, select, update

from adapters.store.customers.accounts import locked_account
from adapters.store.customers.owners import of_account
from adapters.store.database.base import Database, Values, add_row, columns_of, money_columns
from adapters.store.tables import processor_sales, processor_subscriptions
from dunning.records.processor_subscriptions import STRIPES, Company, CountedSale, ProcessorSubscription


class Processors(Database):
    """Keep and read them."""

    async def put_processor_subscription(self, linked: ProcessorSubscription) -> None:
        """Insert it, or bring it to what is known now."""
        await self._put(processor_subscriptions, _linked(linked))

    async def note_processor_subscription(self, linked: ProcessorSubscription) -> None:
        """Bring it to what is known now, unless somebody has forgotten the link since."""
        its = update(processor_subscriptions).where(processor_subscriptions.c.id == linked.id)
        await self._change(its.values(_linked(linked)))

    async def processor_subscription(self, name: str) -> ProcessorSubscription | None:
        """Read the one of that id."""
        row = await self._row(select(processor_subscriptions).where(processor_subscriptions.c.id == name))
        return None if row is None else ProcessorSubscription.model_validate_json(row["snapshot"])

    async def processor_subscriptions(self, account: str = "") -> tuple[ProcessorSubscription, ...]:
        """Read those of the account, by id; of all accounts, when it is empty."""
        its = select(processor_subscriptions.c.snapshot).order_by(processor_subscriptions.c.id)
        its = its.where(of_account(processor_subscriptions.c.account, account)) if account else its
        return tuple(ProcessorSubscription.model_validate_json(row["snapshot"]) for row in await self._rows(its))

    async def runs_subscriptions(self, company: Company) -> bool:
        """Tell whether any subscription of that company is linked."""
        stripes = processor_subscriptions.c.id.startswith(STRIPES, autoescape=True)
        its = select(processor_subscriptions.c.id).where(stripes if company == "stripe" else not_(stripes))
        return await self._row(its.limit(1)) is not None

    async def remove_processor_subscription(self, name: str) -> bool:
        """Forget the link; where its payments count stays. False when there was none."""
        its = delete(processor_subscriptions).where(processor_subscriptions.c.id == name)
        async with self._writing() as connection:
            return (await connection.execute(its)).rowcount > 0

    async def count_sale(self, sale: CountedSale, seen: Collection[str]) -> CountedSale | None:
        """Note where it counts, once: whoever comes later gets what was noted first.

        None, and nothing is noted, when other sales than those `seen` count on its invoice by now.
        """
        async with self._writing() as connection:
            await locked_account(connection, sale.account)
            its = select(processor_sales).where(processor_sales.c.id == sale.id)
            if known := (await connection.execute(its)).mappings().first():
                return _sale(known)
            there = select(processor_sales.c.id).where(processor_sales.c.invoice == sale.invoice)
            if sale.invoice and {name for (name,) in await connection.execute(there)} != set(seen):
                return None
            await add_row(connection, processor_sales, _row(sale))
            return sale

    async def counted_sale(self, sale: str) -> CountedSale | None:
        """Read where it counts; None when nobody decided that yet."""
        row = await self._row(select(processor_sales).where(processor_sales.c.id == sale))
        return None if row is None else _sale(row)

    async def sales_of(self, invoice: str) -> tuple[CountedSale, ...]:
        """Read what counts on the invoice, the oldest first."""
        its = select(processor_sales).where(processor_sales.c.invoice == invoice)
        rows = await self._rows(its.order_by(processor_sales.c.at, processor_sales.c.id))
        return tuple(map(_sale, rows))

    async def note_sale(self, sale: CountedSale) -> None:
        """Note that its case was told of it, or of its refund."""
        its = update(processor_sales).where(processor_sales.c.id == sale.id)
        await self._change(its.values(told=sale.told, taken_back=sale.taken_back))


def _linked(linked: ProcessorSubscription) -> Values:
    values = linked.model_dump(include={"id", "account", "subscription", "looked_at"})
    return values | {"status": linked.terms.status, "snapshot": linked.model_dump_json()}


def _row(sale: CountedSale) -> Values:
    return sale.model_dump(exclude={"amount"}) | columns_of("amount", sale.amount)


def _sale(row: RowMapping) -> CountedSale:
    return CountedSale.model_validate(dict(row) | {"amount": money_columns(row, "amount")})
