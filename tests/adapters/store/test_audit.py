"""The audit log in both databases: one chain, whoever writes at once, and whatever is done to it by hand is found."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from adapters.store import SqlStore
from adapters.store.schema import sync_engine
from dunning.audit.entry import BEGINNING, Draft, Entry
from dunning.audit.verify import Verified, verified
from dunning.audit.words import Words, written
from dunning.ports.outages import StoreOutageError
from tests.adapters.store.test_store import AT
from tests.cli.command import ROOT
from tests.dunning.audit.chains import draft, erasing

_AT_ONCE = """
import asyncio, multiprocessing, sys
from adapters.store import SqlStore
from dunning.audit.entry import Draft
from tests.dunning.audit.chains import AT

async def write(number):
    store = SqlStore(sys.argv[1])
    await asyncio.gather(*(store.add_entry(Draft(AT, f"{number}-{each}", '{"what":"x"}')) for each in range(20)))
    await store.close()

def one(start, number):
    start.wait()
    asyncio.run(write(number))

processes = multiprocessing.get_context("fork")
start = processes.Barrier(4)
started = [processes.Process(target=one, args=(start, number)) for number in range(4)]
for each in started:
    each.start()
for each in started:
    each.join()
print([each.exitcode for each in started])
"""


async def all_of(entries: AsyncIterator[Entry]) -> list[Entry]:
    return [each async for each in entries]


async def look(store: SqlStore, expect: str = "") -> Verified:
    return verified(await all_of(store.entries()), expect=expect)


def by_hand(url: str, *statements: str) -> None:
    with sync_engine(url, 5).execution_options(writes=True).begin() as connection:
        for each in statements:
            connection.execute(text(each))


@pytest.fixture
async def nine(store: SqlStore) -> list[Entry]:
    return [await store.add_entry(draft(number)) for number in range(1, 10)]


async def test_entries_are_numbered_and_each_begins_with_the_link_before(store: SqlStore, nine: list[Entry]) -> None:
    assert [each.number for each in nine] == [*range(1, 10)]
    assert await all_of(store.entries()) == nine
    assert await all_of(store.entries(after=7)) == nine[7:]
    assert await all_of(store.newest_entries()) == nine[::-1]
    assert await all_of(store.newest_entries(nine[2].at, nine[4].at)) == [nine[3], nine[2]]
    assert (await store.newest_entry(), await store.entry_of(nine[3].link)) == (nine[8], nine[3])
    assert await store.entry_of(BEGINNING) is None
    found = await look(store, nine[5].link)
    assert (found.entries, found.link, found.wrong) == (9, nine[8].link, 0)


async def test_of_nothing_there_is_nothing(store: SqlStore) -> None:
    assert (await all_of(store.entries()), await store.newest_entry()) == ([], None)


def test_processes_that_write_at_once_make_one_chain(url: str) -> None:
    call = [sys.executable, "-c", _AT_ONCE, url]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[0, 0, 0, 0]\n", done.stderr

    async def entries() -> list[Entry]:
        store = SqlStore(url)
        found = await all_of(store.entries())
        await store.close()
        return found

    found = asyncio.run(entries())
    assert len({each.salt for each in found}) == len(found) == 80
    assert (verified(found).entries, verified(found).wrong) == (80, 0)
    # They did not come one process after the other, or nothing would be proven.
    whose = [each.salt.partition("-")[0] for each in found]
    assert sum(one != two for one, two in pairwise(whose)) > 3


async def test_the_same_draft_again_is_the_same_entry(store: SqlStore) -> None:
    """Whose answer to a COMMIT was lost tries again."""
    first = await store.add_entry(draft(1))
    await store.add_entry(draft(2))
    assert await store.add_entry(draft(1)) == first
    erased = await store.erase_words([1], draft(3, erasing("1")))
    assert erased
    assert await store.erase_words([1], draft(3, erasing("1"))) == erased
    assert await store.add_entry(draft(1)) == first._replace(salt="", words="")
    assert (await look(store)).entries == 3


async def test_a_clock_that_goes_back_is_recorded_and_the_order_stays(store: SqlStore) -> None:
    for hours in (0, -3, 2):
        await store.add_entry(Draft(AT + timedelta(hours=hours), f"{hours}", written(Words(what="x"))))
    found = await all_of(store.entries())
    assert [each.number for each in found] == [1, 2, 3]
    assert found[1].at < found[0].at < found[2].at
    assert (await look(store)).wrong == 0


async def test_words_are_erased_with_their_salt_and_the_chain_stays_whole(store: SqlStore, nine: list[Entry]) -> None:
    erased = await store.erase_words([2, 3, 7], draft(10, erasing("2-3,7")))
    assert erased
    assert erased.number == 10
    found = await look(store, nine[8].link)
    assert (found.wrong, found.erased, [each.entries for each in found.erasures]) == (0, 3, [3])
    gone = [each for each in await all_of(store.entries()) if each.erased]
    assert gone == [nine[number - 1]._replace(salt="", words="") for number in (2, 3, 7)]
    assert await all_of(store.erasures()) == [erased]


async def test_of_words_that_are_gone_already_nothing_is_erased_and_nothing_is_said(
    store: SqlStore, nine: list[Entry]
) -> None:
    assert await store.erase_words([2], draft(10, erasing("2")))
    before = await all_of(store.entries())
    assert await store.erase_words([2, 3], draft(11, erasing("2-3"))) is None
    assert await store.erase_words([3, 99], draft(12, erasing("3,99"))) is None
    assert await all_of(store.entries()) == before


async def test_an_erasure_of_many_is_one(store: SqlStore) -> None:
    for number in range(1, 41):
        await store.add_entry(draft(number))
    numbers = [*range(1, 41)]
    assert await store.erase_words(numbers, draft(99, erasing("1-40")))
    found = await look(store)
    assert (found.wrong, found.erased) == (0, 40)


ATTACKS: dict[str, tuple[tuple[str, ...], int]] = {
    "an entry's words are changed": (("update audit set words = replace(words, 'ann', 'bob') where number = 5",), 5),
    "its salt is": (("update audit set salt = '77' where number = 5",), 5),
    "its time is": (("update audit set at = '2026-11-30T11:00:00.000000Z' where number = 5",), 5),
    "it is taken out": (("delete from audit where number = 5",), 6),
    "it is taken out, and the others move up": (
        (
            "delete from audit where number = 5",
            *(f"update audit set number = {n - 1} where number = {n}" for n in range(6, 10)),
        ),
        5,
    ),
    "the end is cut off": (("delete from audit where number > 7",), 7),
    "all of it is": (("delete from audit",), 0),
    "two change places": (
        (
            "update audit set number = 99 where number = 4",
            "update audit set number = 4 where number = 5",
            "update audit set number = 5 where number = 99",
        ),
        4,
    ),
    "its words are taken away": (("update audit set words = '', salt = '' where number = 5",), 5),
    "one is put before the first": (
        ("insert into audit select 0, at, seal || '0', link, salt, words from audit where number = 1",),
        0,
    ),
    "one is put at the end": (
        ("insert into audit select 10, at, seal || '0', link, salt, words from audit where number = 9",),
        10,
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_what_somebody_does_to_the_table_by_hand_is_found(
    url: str, store: SqlStore, nine: list[Entry], attack: str
) -> None:
    statements, number = ATTACKS[attack]
    assert (await look(store, nine[8].link)).wrong == 0
    by_hand(url, *statements)
    found = await look(store, nine[8].link)
    assert number in [each.number for each in found.mistakes]


async def test_after_a_cut_end_the_chain_goes_on_and_who_noted_the_newest_link_finds_it(
    url: str, store: SqlStore, nine: list[Entry]
) -> None:
    by_hand(url, "delete from audit where number > 7")
    assert (await store.add_entry(draft(50))).number == 8
    assert (await look(store)).wrong == 0
    assert (await look(store, nine[8].link)).wrong == 1


async def test_a_fork_is_refused_by_the_table(url: str, store: SqlStore, nine: list[Entry]) -> None:
    with pytest.raises(Exception, match=r"(?i)unique"):
        by_hand(url, "insert into audit select number, at, seal || '0', link, salt, words from audit where number = 9")


async def test_a_store_that_is_away_takes_no_entry() -> None:
    gone = SqlStore("postgresql+psycopg://nobody@/nowhere?host=/nowhere", 0)
    with pytest.raises(StoreOutageError):
        await gone.add_entry(draft(1))
    with pytest.raises(StoreOutageError):
        await all_of(gone.entries())
    await gone.close()


async def test_a_look_reads_a_few_at_a_time_and_as_of_one_moment(
    store: SqlStore, nine: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an erasure in the middle of a look would be told as a mistake."""
    monkeypatch.setattr("adapters.store.audit._TOGETHER", 2)
    entries = store.entries()
    assert await anext(entries) == nine[0]
    await store.erase_words([9], draft(10, erasing("9")))
    rest = await all_of(entries)
    assert rest == nine[1:]
