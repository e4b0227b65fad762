"""How an entry is written and hashed: as docs/audit.md says to those who do it in another language."""

import hashlib
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.audit.entry import BEGINNING, Draft, chained, instant, link_of, seal_of
from dunning.audit.numbers import listed, short
from dunning.audit.words import MOST, Words, erased_by, read, written
from tests.cli.command import ROOT

DOCS = (ROOT / "docs" / "audit.md").read_text()


def test_the_example_of_the_docs_comes_to_the_same() -> None:
    given_ = json.loads(DOCS.split("```json\n")[1].split("```")[0])
    words = Words(
        kind="asked",
        what="approve",
        by="ann",
        system_user="ops",
        typed="approve INV-1042 delete --by ann --reason 'agreed: \"yes\", Zoë'",
        about=("INV-1042",),
        reason='agreed: "yes", Zoë',
    )
    entry = chained(
        Draft(datetime(2026, 11, 30, 11, 0, 0, 123456, UTC), "00" * 31 + "2a", written(words)), 1, BEGINNING
    )
    assert entry._asdict() == {name: given_[name] for name in entry._fields}
    assert given_["says"] == words.model_dump(mode="json", exclude_defaults=True)


def test_the_shell_of_the_docs_comes_to_the_same() -> None:
    """Whoever has `sha256sum` needs no program of ours."""
    script = DOCS.split("```sh\n")[1].split("```")[0]
    given_ = json.loads(DOCS.split("```json\n")[1].split("```")[0])
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert re.findall("[0-9a-f]{64}", said.stdout) == [given_["seal"], given_["link"]]


def test_a_link_is_the_digest_of_what_was_before_number_time_and_seal() -> None:
    text = f"{BEGINNING}\n1\n2026-11-30T11:00:00.000000Z\nabc"
    assert link_of(BEGINNING, 1, "2026-11-30T11:00:00.000000Z", "abc") == hashlib.sha256(text.encode()).hexdigest()
    assert seal_of("salt", "wörds") == hashlib.sha256("salt\nwörds".encode()).hexdigest()


def test_an_instant_is_written_in_utc_and_of_one_width() -> None:
    at = datetime(2026, 11, 30, 6, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert instant(at) == "2026-11-30T11:00:00.000000Z"


def test_words_are_written_in_one_way_only() -> None:
    said = Words(what="pay", by="Zoë \x1b\u202e", typed='a "b" \\ \n\t\x7f /', about=("B", "a"))
    assert written(said) == (
        '{"about":["B","a"],"by":"Zoë \\u001b\u202e","kind":"note","typed":"a \\"b\\" \\\\ \\n\\t\x7f /","what":"pay"}'
    )
    assert read(written(said)) == said


@given(
    st.builds(Words, what=st.text(max_size=20), by=st.text(max_size=20), about=st.lists(st.text(max_size=9)).map(tuple))
)
def test_whatever_is_said_is_text_that_both_databases_keep_and_comes_back(said: Words) -> None:
    text = written(said)
    assert "\0" not in text
    assert text.encode()
    assert written(read(text)) == text


def test_half_a_character_is_no_text_and_is_made_visible() -> None:
    assert read(written(Words(what="find", typed="find \udce4"))).typed == "find \\udce4"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("store copy postgresql+psycopg://reprieve:geheim@db/x", "store copy postgresql+psycopg://reprieve:***@db/x"),
        ("store copy postgresql://:geheim@db/x", "store copy postgresql://:***@db/x"),
        ("find https://bakery.example/a:b@c", "find https://bakery.example/a:b@c"),
    ],
)
def test_a_password_within_an_address_is_not_kept(typed: str, kept: str) -> None:
    assert read(written(Words(what="store copy", typed=typed))).typed == kept


def test_long_words_are_cut_and_say_so_but_never_the_numbers_of_an_erasure() -> None:
    numbers = short(range(1, 9000, 2))
    said = read(written(Words(kind="erased", what="x" * (MOST + 1), numbers=numbers)))
    assert (len(said.what), said.what.endswith(" [cut]"), said.numbers) == (MOST, True, numbers)


def test_many_numbers_are_few_words() -> None:
    assert short([9, 5, 7, 8, 7]) == "5,7-9"
    assert [*listed("5,7-9")] == [range(5, 6), range(7, 10)]
    assert erased_by(written(Words(kind="erased", what="x", numbers="5,7-9"))) == (range(5, 6), range(7, 10))
    for wrong in ("", "0", "5,", "a", "7 - 9", "5;7", "٣"):
        with pytest.raises(ValueError, match="is no list of numbers"):
            listed(wrong)


@given(st.sets(st.integers(1, 300), min_size=1))
def test_numbers_come_back(numbers: set[int]) -> None:
    assert {each for one in listed(short(numbers)) for each in one} == numbers


def test_words_that_only_look_like_an_erasure_erase_nothing() -> None:
    assert erased_by(written(Words(what='"kind":"erased"', numbers="1-9"))) == ()
    assert erased_by('{"kind":"erased","numbers":"1-x","what":"x"}') == ()
    assert erased_by('"kind":"erased"') == ()
