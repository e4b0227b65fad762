"""Who may tell a case something: what is said carries an HMAC, made under a secret that Temporal never sees.

Whoever reaches the Temporal server can send signals and updates. So portal and command line sign what they send, and
the worker, which has the secrets, checks it before anything counts. docs/payments.md shows how a program in
any language signs. By https://www.rfc-editor.org/rfc/rfc2104, with SHA-256.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from dunning.wire import Wire

VERSION = "reprieve-fact-1"
Trust = Literal["signed", "open", "unsigned"]
"""`open`: it is not signed, and the settings say that nobody else reaches Temporal."""

NOT_SIGNED = "Unsigned"
"""The type of the error with which an update is refused that nobody signed; the others are `Refused`."""
UNSIGNED = (
    "it has no signature of ours, and Temporal may be reached by others: give worker, portal and command line the same "
    "REPRIEVE_FACTS_SECRETS (`starter.py secrets` makes one), and sign what your own programs send (docs/payments.md)"
)
"""What whoever sends something without a signature hears."""


class Signature(Wire):
    """The second argument of a signal or an update. Each message has an `id` of its own: an update that of the update.

    `mac` is the HMAC in lower-case hexadecimal digits.
    """

    id: str = Field(min_length=1, max_length=1000)
    mac: str = Field(min_length=1, max_length=100)


class Said(Wire):
    """What is signed. `body` is the SHA-256 of the first argument's bytes, as they are sent, in hexadecimal digits."""

    namespace: str
    workflow: str
    name: str
    body: str
    signature: Signature | None = None


def digest(body: bytes) -> str:
    """What `Said.body` is of these bytes."""
    return hashlib.sha256(body).hexdigest()


def mac(secret: str, said: Said, id: str) -> str:  # noqa: A002 - the word of the wire
    """The HMAC under that secret."""
    return hmac.new(secret.encode(), _text(said, id), hashlib.sha256).hexdigest()


def is_signed(ring: Sequence[str], said: Said) -> bool:
    """Whether one of the secrets signed it. Takes the same time however much of it is right."""
    given = said.signature
    if given is None or any("\n" in part for part in (said.namespace, said.workflow, said.name, given.id)):
        return False
    return any(hmac.compare_digest(mac(secret, said, given.id), _ascii(given.mac)) for secret in ring)


def _text(said: Said, id: str) -> bytes:  # noqa: A002
    """Six lines, without an end after the last: no part of it holds a line feed, so none is taken for another."""
    return f"{VERSION}\n{said.namespace}\n{said.workflow}\n{said.name}\n{id}\n{said.body}".encode()


def _ascii(text: str) -> str:
    return text if text.isascii() else ""
