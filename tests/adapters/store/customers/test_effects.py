"""Effects in the store, on both databases: what services were brought to, and which accounts are looked at."""

from datetime import UTC, datetime, timedelta

from adapters.store import SqlStore
from dunning.holds import Hold
from dunning.level import Level
from dunning.records.accounts import Account
from dunning.records.effects import Effect

AT = datetime(2026, 11, 25, 6, 17, tzinfo=UTC)
DAY = timedelta(days=1)


def effect(account: str, service: str = "s-1", wanted: Level = Level.SUSPENDED, at: datetime = AT) -> Effect:
    return Effect(account=account, service=service, wanted=wanted, shown=wanted, tag="dun:INV-1", proof="seen", at=at)


async def with_accounts(store: SqlStore, *names: str) -> None:
    for name in names:
        await store.put_account(Account(id=name, name=name))


async def test_the_last_effect_of_each_service_is_kept(store: SqlStore) -> None:
    await store.put_effects([effect("a", "s-2"), effect("a", "s-1"), effect("b")])
    await store.put_effects([effect("a", "s-1", Level.ACTIVE, AT + DAY)])
    assert await store.effects("a") == (effect("a", "s-1", Level.ACTIVE, AT + DAY), effect("a", "s-2"))
    assert await store.effects("nobody") == ()
    await store.put_effects([])


async def test_a_slow_worker_does_not_bring_back_what_was_before(store: SqlStore) -> None:
    await store.put_effects([effect("a")])
    await store.put_effects([effect("a", wanted=Level.ACTIVE, at=AT - DAY)])
    assert await store.effects("a") == (effect("a"),)
    again = effect("a", wanted=Level.LOCKED)
    await store.put_effects([again])
    assert await store.effects("a") == (again,), "at the same time, the last word counts"


async def test_looked_at_is_who_has_a_hold_or_was_changed_lately_page_by_page(store: SqlStore) -> None:
    await with_accounts(store, "held", "lately", "long-ago", "both", "quiet", "still", "gone")
    for name in ("held", "both"):
        await store.place_hold(Hold(account=name, source="INV-1", level=Level.WARNED, since=AT - 90 * DAY))
    active = [effect("lately", name, Level.ACTIVE, at) for name, at in (("s-1", AT - DAY), ("s-2", AT - 9 * DAY))]
    await store.put_effects(active)
    long_ago = AT - 3 * DAY
    await store.put_effects([effect("both"), effect("long-ago", wanted=Level.ACTIVE, at=long_ago)])
    await store.put_effects([effect("still", at=long_ago), effect("gone", wanted=Level.DELETED, at=long_ago)])
    await store.put_effects([effect("not-in-the-store")])
    assert await store.watched(AT - 2 * DAY, "", 10) == ("both", "held", "lately", "still")
    assert await store.watched(AT - 2 * DAY, "", 2) == ("both", "held")
    assert await store.watched(AT - 2 * DAY, "held", 2) == ("lately", "still")
    assert await store.watched(AT - DAY, "", 10) == ("both", "held", "lately", "still")
    assert await store.watched(AT - DAY / 2, "", 10) == ("both", "held", "still")
