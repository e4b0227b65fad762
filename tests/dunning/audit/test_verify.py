"""Whatever is done to a chain is found, and named; whoever breaks `verify` makes one of these fail."""

import tracemalloc
from itertools import islice
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dunning.audit.entry import BEGINNING, Entry, chained, seal_of
from dunning.audit.verify import LISTED, Erasure, Verifier, verified
from dunning.audit.words import Words
from tests.dunning.audit.chains import chain, draft, endless, erasing, without_words

WHOLE = chain(*[None] * 9)
ERASED = [*map(without_words, chain(*[None] * 4, erasing("1-3"))[:3]), *chain(*[None] * 4, erasing("1-3"))[3:]]
NOT_WRITTEN = "its link does not fit: it, or what stood before it, is not what was written"
CHANGED = "its words, their salt or their digest are not what was written"


def wrong(entries: list[Entry], expect: str = "") -> list[tuple[int, str]]:
    found = verified(entries, expect=expect)
    assert found.wrong == len(found.mistakes)
    return [(each.number, each.why) for each in found.mistakes]


def test_a_whole_chain_is_whole_and_says_its_newest_link() -> None:
    found = verified(WHOLE)
    assert (found.entries, found.number, found.at, found.link) == (9, 9, WHOLE[-1].at, WHOLE[-1].link)
    assert (found.wrong, found.mistakes, found.erased) == (0, (), 0)
    assert wrong(WHOLE, expect=WHOLE[4].link) == []


def test_no_entries_are_a_whole_chain_unless_a_link_was_noted() -> None:
    assert (verified([]).link, verified([]).wrong) == (BEGINNING, 0)
    ((number, why),) = wrong([], expect=WHOLE[0].link)
    assert (number, "the end was cut off" in why) == (0, True)


def test_an_entry_that_was_taken_out_is_missed() -> None:
    assert wrong([*WHOLE[:4], *WHOLE[5:]]) == [(6, "it comes after entry 4: entry 5 is missing"), (6, NOT_WRITTEN)]
    assert wrong(WHOLE[2:]) == [(3, "it comes after entry 0: entries 1 to 2 are missing"), (3, NOT_WRITTEN)]


def test_one_that_was_taken_out_with_all_numbers_after_it_moved_up_is_missed_too() -> None:
    moved = [each._replace(number=each.number - 1) for each in WHOLE[5:]]
    assert wrong([*WHOLE[:4], *moved]) == [(number, NOT_WRITTEN) for number in (5, 6, 7, 8)]


def test_an_end_that_was_cut_off_is_missed_by_whoever_noted_a_link() -> None:
    assert wrong(WHOLE[:6]) == []
    assert wrong(WHOLE[:6], expect=WHOLE[5].link) == []
    ((number, why),) = wrong(WHOLE[:6], expect=WHOLE[8].link)
    assert (number, why) == (
        6, f"no entry has the link {WHOLE[8].link}; the end was cut off, or all of it was written anew"
    )  # fmt: skip


def test_what_was_written_anew_from_the_beginning_is_found_by_whoever_noted_a_link() -> None:
    anew = chain(*[Words(what="nothing happened")] * 9)
    assert wrong(anew) == []
    assert [number for number, _ in wrong(anew, expect=WHOLE[8].link)] == [9]


def test_two_that_changed_places_are_found() -> None:
    swapped = [*WHOLE[:3], WHOLE[4]._replace(number=4), WHOLE[3]._replace(number=5), *WHOLE[5:]]
    assert {number for number, _ in wrong(swapped)} == {4, 5, 6}


def test_one_that_was_put_between_is_found() -> None:
    put = chained(draft(99), 5, WHOLE[3].link)
    moved = [each._replace(number=each.number + 1) for each in WHOLE[4:]]
    assert [number for number, _ in wrong([*WHOLE[:4], put, *moved])] == [6, 7, 8, 9, 10]
    assert (5, "it comes after entry 5: it is not the next one") in wrong([*WHOLE[:4], put, *WHOLE[4:]])


def test_words_and_salt_that_were_changed_are_found() -> None:
    for changed in (
        WHOLE[4]._replace(words=WHOLE[4].words.replace("ann", "bob")),
        WHOLE[4]._replace(salt=f"{77:064x}"),
        WHOLE[4]._replace(salt=""),
        WHOLE[4]._replace(words=""),
    ):
        assert wrong([*WHOLE[:4], changed, *WHOLE[5:]]) == [(5, CHANGED)]
    forged = WHOLE[4]._replace(words="{}", seal=seal_of(WHOLE[4].salt, "{}"))
    assert wrong([*WHOLE[:4], forged, *WHOLE[5:]]) == [(5, NOT_WRITTEN)]


def test_erased_words_are_told_with_when_and_by_whom() -> None:
    found = verified(ERASED)
    assert (found.wrong, found.erased) == (0, 3)
    assert found.erasures == (Erasure(5, ERASED[4].at, "ben", "the customer asked for it", 3),)


def test_words_that_were_taken_away_without_an_entry_are_named() -> None:
    gone = [*WHOLE[:4], without_words(WHOLE[4]), *WHOLE[5:]]
    assert wrong(gone) == [(5, "its words are gone, and no entry says who erased them")]
    ((number, _),) = wrong([*ERASED[:3], without_words(ERASED[3]), ERASED[4]])
    assert number == 4


def test_an_erasure_whose_own_words_are_gone_explains_nothing() -> None:
    assert [number for number, _ in wrong([*ERASED[:4], without_words(ERASED[4])])] == [1, 2, 3, 5]


def test_an_erasure_that_was_not_done_or_came_before_its_entries_is_named() -> None:
    not_done = chain(None, None, erasing("1-2"))
    assert wrong([without_words(not_done[0]), *not_done[1:]]) == [
        (3, "it says that the words of entry 2 were erased, and they are there")
    ]
    early = chain(None, erasing("1-900000000000000000"), None)
    why = "it says that words were erased which were not written yet"
    assert wrong([without_words(early[0]), *early[1:]]) == [
        (2, why), (1, "its words are gone, and no entry says who erased them")
    ]  # fmt: skip


def test_only_what_came_after_a_link_that_is_known_to_be_good_need_be_looked_at() -> None:
    after = WHOLE[3].number, WHOLE[3].link
    found = verified(WHOLE[4:], after)
    assert (found.entries, found.number, found.wrong) == (5, 9, 0)
    assert verified(WHOLE[5:], after).wrong > 0
    assert verified([WHOLE[4]._replace(at="2026-11-30T11:00:00.000000Z"), *WHOLE[5:]], after).wrong > 0
    assert verified(ERASED[3:], (3, ERASED[2].link)).wrong == 0


def test_many_mistakes_are_counted_and_the_first_are_named() -> None:
    found = verified(each._replace(salt="1") for each in islice(endless(), LISTED + 50))
    assert (found.wrong, len(found.mistakes)) == (LISTED + 50, LISTED)


SQLITE_KEEPS_ANYTHING = st.one_of(st.text(max_size=70), st.integers(), st.none(), st.binary(max_size=70), st.floats())


@given(
    st.sampled_from(range(len(ERASED))),
    st.sampled_from(Entry._fields),
    SQLITE_KEEPS_ANYTHING,
)
def test_whatever_becomes_of_any_field_of_any_entry_is_found(place: int, field: str, value: Any) -> None:
    before = getattr(ERASED[place], field)
    edited = ERASED[place]._replace(**{field: value})
    found = verified([*ERASED[:place], edited, *ERASED[place + 1 :]], expect=ERASED[-1].link)
    assert (found.wrong > 0) == (type(value) is not type(before) or value != before)


@given(
    st.sampled_from(range(len(ERASED))), st.sampled_from(Entry._fields), st.integers(min_value=0), st.integers(1, 255)
)
def test_whatever_character_of_a_field_is_changed_is_found(place: int, field: str, where: int, by: int) -> None:
    text = str(getattr(ERASED[place], field))
    if not text or field == "number":
        return
    where %= len(text)
    value = f"{text[:where]}{chr(ord(text[where]) ^ by)}{text[where + 1 :]}"
    edited = ERASED[place]._replace(**{field: value})
    assert verified([*ERASED[:place], edited, *ERASED[place + 1 :]], expect=ERASED[-1].link).wrong > 0


def test_the_memory_of_a_look_does_not_grow_with_the_chain() -> None:
    def peak(entries: int) -> int:
        verifier = Verifier()
        tracemalloc.start()
        for entry in islice(endless(), entries):
            verifier.take(entry)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert verifier.ended().entries == entries
        return most

    peak(100)
    assert peak(10_000) < peak(1000) + 4096
