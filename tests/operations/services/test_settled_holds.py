"""The hourly check lifts a hold that nobody else lifts, and no other, however long it is frozen in the middle."""

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime

import pytest

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from adapters.store import SqlStore
from dunning.case.fence import Fence
from dunning.holds import Hold
from dunning.level import Level
from dunning.policy.file import Policy
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from operations.services.settled_holds import SettledHolds

AT = datetime(2026, 11, 25, 6, tzinfo=UTC)
HELD = Hold(account="bakery", source="INV-1", level=Level.SUSPENDED, since=AT)


class Slow(SqlStore):
    """The invoice is owed again, and suspended anew, after somebody read that it was paid: a chargeback."""

    async def past_due(self, account: str, today: date) -> tuple[str, ...]:
        await self.mark_invoice(Fence("INV-1", 1, 9), "open")
        return await super().past_due(account, today)


@pytest.fixture
async def store(sqlite_url: str) -> AsyncGenerator[SqlStore]:
    store = Slow(sqlite_url)
    await store.put_account(Account(id="bakery", name="Bakery"))
    await store.open_invoice(KnownInvoice(number="INV-1", account="bakery", policy="hotdoodle", due=AT.date()))
    await store.place_hold(HELD)
    await store.mark_invoice(Fence("INV-1", 1, 0), "paid")
    yield store
    await store.close()


def policy(name: str) -> Policy:
    return load_policy(name, ROOT / "policies")


@pytest.mark.promise(11)
async def test_a_hold_of_an_invoice_that_is_owed_again_meanwhile_stays(store: SqlStore) -> None:
    assert await SettledHolds(store, policy).lift("bakery", AT.date()) == ()
    assert await store.holds("bakery") == (HELD,)
