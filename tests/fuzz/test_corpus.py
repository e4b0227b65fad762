"""What once broke a parser breaks none any more, and the hunt finds what is there to be found."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.fuzz import hunt as hunting
from tests.fuzz.hunt import hunt, keep
from tests.fuzz.target import CORPUS, Target, corpus, opened
from tests.fuzz.targets import TARGETS
from tests.fuzz.work import TooMuchWorkError, checked


def test_the_corpus_is_small_and_of_targets() -> None:
    files = [file for file in CORPUS.rglob("*") if file.is_file()]
    assert {file.parent.name for file in files} <= TARGETS.keys()
    assert sum(file.stat().st_size for file in files) < 1_000_000


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_what_was_found_break_nothing(name: str) -> None:
    target = TARGETS[name]
    with opened(target) as check:
        for data in (*target.seeds, *(file.read_bytes() for file in corpus(name))):
            checked(check, data, target.calls)


def planted(fault: Callable[[bytes], object]) -> Target:
    def check(data: bytes) -> None:
        fault(data)

    return Target(lambda: nullcontext(check), (b"a: b\r\n\r\nc",), (b"xyz",))


def _breaks(data: bytes) -> None:
    assert b"xyz" not in data


def _squares(data: bytes) -> None:
    for _ in data:
        for _ in data:
            len(data)


def test_a_fault_is_found_made_small_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tried, found = hunt("planted", planted(_breaks), 30)
    assert found
    assert tried
    assert b"xyz" in found.data
    assert len(found.data) < 40
    assert isinstance(found.error, AssertionError)
    monkeypatch.setattr(hunting, "CORPUS", tmp_path)
    assert keep("planted", found.data).read_bytes() == found.data


def test_work_that_grows_faster_than_the_input_is_a_fault() -> None:
    checked(_squares, b"x" * 100, 60)
    with pytest.raises(TooMuchWorkError, match="calls for 3000 bytes"):
        checked(_squares, b"x" * 3_000, 60)


def test_where_nothing_breaks_the_time_is_used_and_nothing_found() -> None:
    tried, found = hunt("planted", planted(lambda _: None), 0.5)
    assert found is None
    assert tried > 3
