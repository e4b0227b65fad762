"""Encrypts what Temporal keeps: whoever reads its database, its pages or a back-up of it sees no customer.

AES-GCM over each serialised payload, under the first key of a ring; what any of them encrypted is read, and so is what
was sent before there was a key. In clear stay search attributes, ids and names of workflows, updates and activities,
and the types of errors. By https://docs.temporal.io/default-custom-data-converters#encryption.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

from adapters.settings.settings import Settings

_ENCODING = b"binary/encrypted"
_NONCE = 12
"""Bytes, as NIST SP 800-38D asks for."""


class UnknownKeyError(ValueError):
    """It was encrypted under a key that is not in the ring."""


class Encrypting(PayloadCodec):
    """`ring`: keys of 32 bytes, newest first; at least one."""

    def __init__(self, ring: Sequence[bytes]) -> None:
        self._ring = {_name(key): AESGCM(key) for key in ring}
        self._newest = next(iter(self._ring))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt each with its metadata."""
        return [self._encoded(each) for each in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """What is in clear stays as it is. Raises UnknownKeyError, and ValueError for what somebody changed."""
        return [self._decoded(each) if each.metadata.get("encoding") == _ENCODING else each for each in payloads]

    def _encoded(self, payload: Payload) -> Payload:
        nonce, name = os.urandom(_NONCE), self._newest
        data = nonce + self._ring[name].encrypt(nonce, payload.SerializeToString(), name)
        return Payload(metadata={"encoding": _ENCODING, "key": name}, data=data)

    def _decoded(self, payload: Payload) -> Payload:
        name = payload.metadata.get("key", b"")
        if (key := self._ring.get(name)) is None:
            raise UnknownKeyError(
                f"REPRIEVE_CODEC_KEYS has no key {name.decode('ascii', 'replace')}, under which this was encrypted"
            )
        try:
            clear = key.decrypt(payload.data[:_NONCE], payload.data[_NONCE:], name)
        except InvalidTag:
            raise ValueError("somebody changed what was encrypted") from None
        return Payload.FromString(clear)


def _name(key: bytes) -> bytes:
    """Which key it was: it tells nothing of the key itself."""
    return hashlib.sha256(b"reprieve-codec-key" + key).hexdigest()[:16].encode()


def codec_from(settings: Settings) -> Encrypting | None:
    """The codec with the settings' keys; None without any."""
    ring = [bytes.fromhex(each.get_secret_value()) for each in settings.codec_keys]
    return Encrypting(ring) if ring else None


def converter_from(settings: Settings) -> DataConverter:
    """How everything is written that goes to Temporal; encrypted, errors too, where the settings have a key."""
    codec = codec_from(settings)
    if codec is None:
        return pydantic_data_converter
    failures = DefaultFailureConverterWithEncodedAttributes
    return replace(pydantic_data_converter, payload_codec=codec, failure_converter_class=failures)
