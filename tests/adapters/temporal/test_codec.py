"""What Temporal keeps is read by whoever has the key, and nobody else."""

import asyncio

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter

from adapters.settings.settings import Settings
from adapters.settings.strength import CODEC_MAKERS
from adapters.temporal.codec import Encrypting, UnknownKeyError, codec_from, converter_from

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
CLEAR = Payload(metadata={"encoding": b"json/plain"}, data=b'{"name": "Example Bakery"}')


def encoded(codec: Encrypting, payload: Payload = CLEAR) -> Payload:
    (made,) = asyncio.run(codec.encode([payload]))
    return made


def decoded(codec: Encrypting, payload: Payload) -> Payload:
    (made,) = asyncio.run(codec.decode([payload]))
    return made


def test_nothing_of_it_can_be_read_and_it_comes_back_with_its_metadata() -> None:
    codec = Encrypting([OLD])
    hidden = encoded(codec)
    assert b"Bakery" not in hidden.SerializeToString()
    assert b"json/plain" not in hidden.SerializeToString()
    assert decoded(codec, hidden) == CLEAR
    assert encoded(codec).data != hidden.data  # the same twice tells nobody that it is the same


def test_what_was_in_clear_stays_readable() -> None:
    assert decoded(Encrypting([OLD]), CLEAR) == CLEAR


def test_keys_rotate_the_first_one_encrypts_and_all_decrypt() -> None:
    before = encoded(Encrypting([OLD]))
    behind, first = Encrypting([OLD, NEW]), Encrypting([NEW, OLD])
    assert decoded(first, before) == decoded(behind, before) == CLEAR
    assert decoded(behind, encoded(first)) == CLEAR
    with pytest.raises(UnknownKeyError, match=r"REPRIEVE_CODEC_KEYS has no key [0-9a-f]{16}, under which"):
        decoded(Encrypting([OLD]), encoded(first))


@pytest.mark.parametrize("place", [0, 11, 12, -1])
def test_what_somebody_changed_is_not_taken(place: int) -> None:
    hidden = encoded(Encrypting([OLD]))
    data = bytearray(hidden.data)
    data[place] ^= 1
    with pytest.raises(ValueError, match="somebody changed"):
        decoded(Encrypting([OLD]), Payload(metadata=hidden.metadata, data=bytes(data)))


def test_a_key_s_name_is_part_of_what_is_protected() -> None:
    """Else a payload could be given to another key."""
    codec = Encrypting([OLD, NEW])
    hidden, other = encoded(codec), encoded(Encrypting([NEW, OLD]))
    with pytest.raises(ValueError, match="somebody changed"):
        decoded(codec, Payload(metadata=other.metadata, data=hidden.data))


def test_it_is_on_by_one_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPRIEVE_CODEC_KEYS", raising=False)
    assert converter_from(Settings()) is pydantic_data_converter
    monkeypatch.setenv("REPRIEVE_CODEC_KEYS", CODEC_MAKERS["REPRIEVE_CODEC_KEYS"]())
    codec = codec_from(Settings())
    assert codec
    assert decoded(codec, encoded(codec)) == CLEAR
