"""What is given to a parser: what once broke one, or is well-formed, changed a few times; and mere bytes."""

from collections.abc import Callable, Sequence

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

MOST = 65_536
"""Bytes of an input."""
_CHANGES = 8
_PLACE = st.integers(0, MOST)
_TIMES = st.sampled_from((2, 3, 10, 100, 1_000, 10_000))
_ODD = (
    b"", b"\0", b"\r\n", b"\n\n", b"\xff", b"\xc3\xa9", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"%00", b"%ff", b"\\u0000",
    b"\\ud800", b"9" * 400, b"-1", b"1e999", b"NaN", b"null", b"[", b"{", b'"', b"'", b";", b",", b"=", b"&", b"<",
    b":", "\u202e\u0661\u00b2\u2028".encode(),
)  # fmt: skip


def inputs(seeds: Sequence[bytes], words: Sequence[bytes]) -> SearchStrategy[bytes]:
    """Inputs made of the seeds with the parser's own words."""
    word = st.sampled_from([*_ODD, *words]) | st.binary(max_size=6)

    @st.composite
    def changed(draw: DrawFn) -> bytes:
        data = draw(st.sampled_from(list(seeds)))
        for _ in range(draw(st.integers(0, _CHANGES))):
            change = draw(st.sampled_from(_WAYS))
            data = change(draw, data, word, seeds)[:MOST]
        return data

    return changed() | st.binary(max_size=200) | st.lists(word, max_size=20).map(b"".join)


def _put_in(draw: DrawFn, data: bytes, word: SearchStrategy[bytes], seeds: Sequence[bytes]) -> bytes:
    del seeds
    at = draw(_PLACE) % (len(data) + 1)
    return data[:at] + draw(word) * draw(st.just(1) | _TIMES) + data[at:]


def _taken_out(draw: DrawFn, data: bytes, word: SearchStrategy[bytes], seeds: Sequence[bytes]) -> bytes:
    del word, seeds
    at = draw(_PLACE) % (len(data) + 1)
    return data[:at] + data[at + draw(st.integers(1, 80)) :]


def _repeated(draw: DrawFn, data: bytes, word: SearchStrategy[bytes], seeds: Sequence[bytes]) -> bytes:
    del word, seeds
    at = draw(_PLACE) % (len(data) + 1)
    end = at + draw(st.integers(1, 200))
    return data[:at] + data[at:end] * draw(_TIMES) + data[end:]


def _replaced(draw: DrawFn, data: bytes, word: SearchStrategy[bytes], seeds: Sequence[bytes]) -> bytes:
    del seeds
    at, new = draw(_PLACE) % (len(data) + 1), draw(word)
    return data[:at] + new + data[at + len(new) :]


def _joined(draw: DrawFn, data: bytes, word: SearchStrategy[bytes], seeds: Sequence[bytes]) -> bytes:
    del word
    other = draw(st.sampled_from(list(seeds)))
    return data[: draw(_PLACE) % (len(data) + 1)] + other[draw(_PLACE) % (len(other) + 1) :]


_WAYS: tuple[Callable[[DrawFn, bytes, SearchStrategy[bytes], Sequence[bytes]], bytes], ...] = (
    _put_in, _taken_out, _repeated, _replaced, _joined,
)  # fmt: skip
