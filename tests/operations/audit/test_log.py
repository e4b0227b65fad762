"""Writing to the audit log, erasing words from it, looking at it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from adapters.store import SqlStore
from dunning.audit.entry import Draft, Entry
from dunning.audit.wanted import Wanted
from dunning.audit.words import Words
from dunning.keeping.words import Words as KnownBy
from dunning.ports.outages import StoreOutageError
from operations.audit.bounded import MOST, BoundedAudit
from operations.audit.log import AuditLog
from operations.audit.look import LookAtAudit, Shown
from operations.errors import RefusedError
from tests.dunning.audit.chains import AT


class Clock:
    def __init__(self) -> None:
        self.now = AT

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def audit(store: SqlStore, clock: Clock) -> AuditLog:
    return AuditLog(store, clock)


@pytest.fixture
def look(store: SqlStore) -> LookAtAudit:
    return LookAtAudit(store)


async def shown(look: LookAtAudit, wanted: Wanted | None = None, most: int = 50) -> list[Shown]:
    return list((await look.show(wanted or Wanted(), most)).shown)


async def what(look: LookAtAudit, wanted: Wanted) -> list[str]:
    return [each.words.what for each in await shown(look, wanted) if each.words]


async def test_what_is_asked_for_is_written_before_and_what_became_of_it_after(
    audit: AuditLog, look: LookAtAudit
) -> None:
    asked = await audit.asked(Words(what="approve", by="ann", system_user="ops", about=("INV-1",), reason="agreed"))
    (one,) = await shown(look)
    assert one.words
    assert (one.words.kind, one.words.reason) == ("asked", "agreed")
    await audit.became(asked, "refused: nothing waits")
    _, two = await shown(look)
    assert two.words == Words(
        kind="outcome",
        what="approve",
        by="ann",
        system_user="ops",
        about=("INV-1",),
        outcome="refused: nothing waits",
        of="1",
    )
    assert (await look.verify()).entries == 2


async def test_the_same_words_twice_have_different_seals(audit: AuditLog) -> None:
    """Nobody sees from the chain that two entries say the same, or finds erased words again by trying some."""
    one, two = [await audit.write(Words(what="link")) for _ in range(2)]
    assert (one.words, one.salt != two.salt, one.seal != two.seal) == (two.words, True, True)
    assert len(bytes.fromhex(one.salt)) == 32


async def test_entries_are_chosen_by_who_when_and_about_what(audit: AuditLog, look: LookAtAudit, clock: Clock) -> None:
    await audit.write(Words(what="a", by="Ann", about=("INV-1",)))
    await audit.write(Words(what="b", by="ben", system_user="ann", typed="due INV-1 2026-12-01 --by=ben"))
    middle = clock.now
    await audit.write(Words(what="c", by="ben", about=("INV-12",)))
    assert await what(look, Wanted(who="ann ")) == ["a", "b"]
    assert await what(look, Wanted(who="ben")) == ["b", "c"]
    assert await what(look, Wanted(about=("INV-1",))) == ["a", "b"]
    assert await what(look, Wanted(about=("INV-12", "2026-12-01"))) == ["b", "c"]
    assert await what(look, Wanted(since=middle)) == ["b", "c"]
    assert await what(look, Wanted(until=middle)) == ["a"]
    assert await what(look, Wanted(who="ben", about=("INV-1",))) == ["b"]
    assert await what(look, Wanted(who="nobody")) == []
    found = await look.show(Wanted(), 2)
    assert ([each.entry.number for each in found.shown], found.more) == ([2, 3], True)


async def test_words_are_erased_and_the_log_says_by_whom(audit: AuditLog, look: LookAtAudit) -> None:
    command = Words(what="account erase", by="ben", about=("bakery",))
    for number in range(4):
        await audit.write(Words(what="due", by="ann", about=(f"INV-{number}", "bakery" if number % 2 else "other")))
    said = Words(what="account erase", by="ben", reason="they asked for it", about=("erased-1",))
    asked = await audit.asked(command)
    (entry,) = await audit.erase(Wanted(about=("bakery",)), said)
    assert entry.number == 6
    found = await look.verify()
    assert (found.wrong, found.erased) == (0, 2)
    ((number, _, by, reason, count),) = found.erasures
    assert (number, by, reason, count) == (6, "ben", "they asked for it", 2)
    gone = [each for each in await shown(look) if each.words is None]
    assert [(each.entry.number, each.erasure) for each in gone] == [(2, entry), (4, entry)]
    assert await audit.erase(Wanted(about=("bakery",)), said) == ()
    assert (await look.verify()).entries == 6
    assert asked in [each.entry for each in await shown(look)], "who asked for it stays"


@pytest.mark.parametrize("name", ["asked", "kind", "approve", "reason", "ann", "ops", "done", "about"])
async def test_a_customer_who_is_called_like_a_part_of_each_entry_takes_no_others_away(
    audit: AuditLog, look: LookAtAudit, name: str
) -> None:
    typed = "approve INV-1 delete --by ann --reason 'they moved'"
    its = Words(what="approve", by="ann", system_user="ops", typed=typed, about=("INV-1",), reason="they moved")
    await audit.became(await audit.asked(its), "done")
    naming = Words(what="find", by="ann", typed=f"find '{name} & sons'")
    await audit.write(naming)
    said = Words(what="account erase", by="ben", about=("bakery",))
    await audit.erase(Wanted(about=("bakery", name)), said, KnownBy([name]).are_in)
    gone = [each.entry.number for each in await shown(look) if each.words is None]
    assert gone == [3], "only what somebody told of them"


async def test_more_than_one_entry_may_name_is_erased_by_several(
    audit: AuditLog, look: LookAtAudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.audit.log.AT_ONCE", 2)
    for _ in range(5):
        await audit.write(Words(what="due", about=("bakery",)))
    erased = await audit.erase(Wanted(about=("bakery",)), Words(what="account erase", about=("bakery",)))
    assert len(erased) == 3
    assert ((await look.verify()).wrong, (await look.verify()).erased) == (0, 5)


async def test_two_that_erase_the_same_at_once_erase_it_once(
    audit: AuditLog, look: LookAtAudit, store: SqlStore, clock: Clock
) -> None:
    for _ in range(5):
        await audit.write(Words(what="due", about=("bakery",)))
    wanted, said = Wanted(about=("bakery",)), Words(what="account erase")
    both = await asyncio.gather(audit.erase(wanted, said), AuditLog(store, clock).erase(wanted, said))
    assert sorted(map(len, both)) == [0, 1]
    assert (await look.verify()).wrong == 0


class Overtaken:
    """A store in which somebody else is always faster."""

    def __init__(self, store: SqlStore) -> None:
        self.some_entries = store.some_entries

    async def erase_words(self, _numbers: Sequence[int], _erasure: Draft) -> Entry | None:
        return None


async def test_who_is_always_overtaken_says_so(audit: AuditLog, store: SqlStore, clock: Clock) -> None:
    await audit.write(Words(what="due"))
    with pytest.raises(RefusedError, match="somebody else erases the same words"):
        await AuditLog(Overtaken(store), clock).erase(Wanted(), Words(what="x"))  # pyright: ignore[reportArgumentType]


async def test_a_link_that_was_noted_has_to_be_there(audit: AuditLog, look: LookAtAudit) -> None:
    noted = (await audit.write(Words(what="a"))).link
    await audit.write(Words(what="b"))
    assert (await look.verify(expect=noted)).wrong == 0
    assert ((await look.verify(since=noted)).entries, (await look.verify(since=noted)).wrong) == (1, 0)
    assert (await look.verify(expect="f" * 64)).wrong == 1
    with pytest.raises(RefusedError, match="the end was cut off"):
        await look.verify(since="f" * 64)


async def test_what_strangers_can_cause_is_written_once_an_hour(
    audit: AuditLog, look: LookAtAudit, clock: Clock
) -> None:
    bounded = BoundedAudit(audit, clock)
    key = Words(what="codec", by="ui", outcome="accepted")
    assert [await bounded.write(key) for _ in range(3)] == [True, False, False]
    assert await bounded.write(key.model_copy(update={"outcome": "refused"}))
    clock.now += timedelta(hours=1)
    assert await bounded.write(key)
    clock.now -= timedelta(hours=1)
    assert await bounded.write(key), "a clock that goes back ends no hour for ever"
    assert (await look.verify()).entries == 4


async def test_strangers_with_many_names_fill_no_table(audit: AuditLog, look: LookAtAudit, clock: Clock) -> None:
    clock.now = AT
    bounded = BoundedAudit(audit, lambda: AT)
    several = [await bounded.write(Words(what="codec", by=f"key {number}")) for number in range(MOST + 50)]
    assert sum(several) == MOST
    assert (await look.verify()).entries == MOST + 1
    last = (await shown(look))[-1].words
    assert last
    assert "the others are not written" in last.outcome


async def test_what_was_not_written_because_the_store_was_away_is_written_the_next_time(look: LookAtAudit) -> None:
    nowhere = SqlStore("postgresql+psycopg://nobody@/nowhere?host=/nowhere", 0)
    bounded = BoundedAudit(AuditLog(nowhere, lambda: AT), lambda: AT)
    for _ in range(2):
        with pytest.raises(StoreOutageError):
            await bounded.write(Words(what="codec", by="ui"))
    await nowhere.close()
