"""The words by which a customer is known: whether a text has them, and the text without them."""

import json
import re
from collections.abc import Iterable

ERASED = "erased"
"""What stands in place of words that were taken away."""
SHORTEST = 3
"""A shorter word tells of nobody, and stands in too many others."""


class Words:
    """Names, addresses, domains, users, ids. They are found as whole words, in any case of their letters."""

    def __init__(self, words: Iterable[str]) -> None:
        long = {word.strip() for word in words if len(word.strip()) >= SHORTEST}
        self.known = tuple(sorted(long, key=lambda word: (-len(word), word)))
        # As it stands, and as JSON writes it that keeps to ASCII.
        forms = (form for word in self.known for form in (word, json.dumps(word)[1:-1]))
        either = "|".join(re.escape(form) for form in dict.fromkeys(forms))
        self._found = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE) if either else None

    def __bool__(self) -> bool:
        return bool(self.known)

    def are_in(self, text: str) -> bool:
        """Whether the text has one of them."""
        return bool(self._found and self._found.search(text))

    def taken_from(self, text: str) -> str:
        """The text with `erased` in their places."""
        return self._found.sub(ERASED, text) if self._found else text

    def lines_of(self, text: str) -> tuple[str, ...]:
        """The lines of the text that have one of them."""
        return tuple(line for line in text.splitlines() if self.are_in(line))
