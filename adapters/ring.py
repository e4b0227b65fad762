"""A ring of secrets: the newest signs, all are believed, so that a secret is changed without breaking what it signed.

Whoever takes a secret out of the ring ends everything that was signed with it.
"""

import hashlib
import hmac
from collections.abc import Sequence

from adapters.settings.strength import SHORTEST


class Ring:
    """`secrets` are newest first. Raises ValueError when there is none, or one of less than 32 characters."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets or min(map(len, secrets)) < SHORTEST:
            raise ValueError(f"a secret that signs needs at least {SHORTEST} characters")
        self._keys = [secret.encode() for secret in secrets]

    def code(self, words: str, by: int = 0) -> bytes:
        """HMAC-SHA256 over the words, by that secret of the ring."""
        return hmac.new(self._keys[by], words.encode("utf-8", "backslashreplace"), hashlib.sha256).digest()

    def codes(self, words: str) -> list[bytes]:
        """All that are believed, newest first."""
        return [self.code(words, by) for by in range(len(self._keys))]


def same(ours: str, given: str) -> bool:
    """Whether they are; takes the same time however much of it is right."""
    return hmac.compare_digest(ours.encode(), given.encode("utf-8", "backslashreplace"))
