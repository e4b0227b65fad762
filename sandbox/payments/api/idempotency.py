"""Idempotency keys: the first answer of a key is every answer of it, for a day.

Source: docs.stripe.com/api/idempotent_requests.

Ages are real ones: a caller on virtual time does not say what time it is when it repeats itself.
"""

import hashlib
import json
import time
from dataclasses import dataclass
from itertools import takewhile

from sandbox.payments.api.errors import StripeError
from sandbox.payments.api.forms import Json

LIFETIME = 24 * 3600.0
LONGEST = 255


@dataclass(frozen=True)
class Answer:
    """What was said first, and in which request."""

    status: int
    body: bytes
    request: str


@dataclass
class _Kept:
    digest: str
    since: float
    answer: Answer | None = None


class Keys:
    """What every key was used for, oldest first."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def begin(self, key: str, path: str, values: Json) -> Answer | None:
        """The answer to repeat; None when the work has to be done, and `keep` or `free` called after it.

        Raises StripeError when the key is in use, or was used for something else.
        """
        self._prune(LIFETIME)
        if len(key) > LONGEST:
            raise StripeError(400, f"Idempotency keys can be at most {LONGEST} characters long.")
        digest = hashlib.sha256(f"{path}\n{json.dumps(values, sort_keys=True)}".encode()).hexdigest()
        kept = self._kept.get(key)
        if kept is None:
            self._kept[key] = _Kept(digest, time.monotonic())
            return None
        if kept.digest != digest:
            raise StripeError(400, _OTHER.format(key=key), kind="idempotency_error")
        if kept.answer is None:
            raise StripeError(409, _IN_USE.format(key=key), "idempotency_key_in_use")
        return kept.answer

    def keep(self, key: str, answer: Answer) -> None:
        """This is the answer from now on."""
        if key in self._kept:
            self._kept[key].answer = answer

    def free(self, key: str) -> None:
        """Nothing came of it: the same key may be used anew."""
        self._kept.pop(key, None)

    def forget(self) -> None:
        """Let all keys but those in use grow too old, now."""
        self._prune(0)

    def _prune(self, age: float) -> None:
        oldest = time.monotonic() - age
        old = list(takewhile(lambda key: self._kept[key].since <= oldest, self._kept))
        for key in old:
            if self._kept[key].answer is not None:
                del self._kept[key]


_OTHER = (
    "Keys for idempotent requests can only be used with the same parameters they were first used with. "
    "Try using a key other than '{key}' if you meant to execute a different request."
)
_IN_USE = (
    "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
    "twice, and the other request is still going through): {key}. Please try again later."
)
