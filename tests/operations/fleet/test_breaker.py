"""What a person decides about what the breaker stopped, told to the real cases (promise 10)."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.store import SqlStore, migrate
from composition import Composition
from dunning.fleet.breaker import ADMITTED, SUSPEND, Limits
from dunning.ports.outages import OutageError
from dunning.records.books import KnownInvoice
from dunning.records.effects import Consequence
from operations.errors import RefusedError
from operations.fleet.breaker import BreakerDecisions, Meant
from tests.operations.deaf import Deaf
from tests.operations.opening import now, opened

AT = datetime(2026, 12, 25, 14, 30, tzinfo=UTC)
pytestmark = pytest.mark.promise(10)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    """Give a store of its own: what the breaker holds back is the whole fleet's."""
    url = f"sqlite+aiosqlite:///{tmp_path}/breaker.db"
    await migrate(url)
    made = SqlStore(url)
    yield made
    await made.close()


async def stop(store: SqlStore, *names: str) -> None:
    for place, name in enumerate(names):
        await store.open_invoice(KnownInvoice(number=name, account=name, policy="p", due=date(2026, 12, 1)))
        at = AT + timedelta(minutes=place)
        key = f"{name}:{SUSPEND}"
        row = Consequence(key=key, account=name, invoice=name, action=SUSPEND, at=at, status=ADMITTED)
        await store.admit([row], Limits(most=0))


async def test_cases_that_run_are_told_and_others_need_not(made: Composition, store: SqlStore) -> None:
    await opened(made, "OPBRK-1")
    await stop(store, "OPBRK-1", "OPBRK-NO-CASE", "OPBRK-2")
    decided = await BreakerDecisions(store, made.cases, now).allow(Meant("ana", "looked", most=2))
    assert ([row.invoice for row in decided.rows], decided.left) == (["OPBRK-1", "OPBRK-NO-CASE"], 1)
    assert (decided.woken, decided.untold) == (1, "")


async def test_without_temporal_it_is_decided_all_the_same(store: SqlStore) -> None:
    await stop(store, "OPBRK-3")
    decided = await BreakerDecisions(store, Deaf(OutageError("nobody there")), now).allow(Meant("ana", "looked"))
    assert (len(decided.rows), decided.woken, decided.untold) == (1, 0, "nobody there")
    assert await store.stopped() == ()


@pytest.mark.parametrize(
    ("meant", "field"),
    [
        (Meant(" ", "looked"), "by"),
        (Meant("ana", " "), "reason"),
        (Meant("ana", "looked", most=0), "most"),
        (Meant("ana", "looked", incident="of another time"), "incident"),
        (Meant("ana", "looked", ["OPBRK-UNKNOWN"]), ""),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(store: SqlStore, meant: Meant, field: str) -> None:
    await stop(store, "OPBRK-4")
    before = await store.stopped()
    with pytest.raises(RefusedError) as refused:
        await BreakerDecisions(store, Deaf(OutageError("x")), now).allow(meant)
    assert (refused.value.field, await store.stopped()) == (field, before)
