"""The words that a customer agreed to, as they travel through Stripe in metadata (S3-07)."""

from collections.abc import Mapping

_MOST = 500
"""Characters of a metadata value, at most (docs.stripe.com/api/metadata)."""

_NAME = "consent"


def consent_metadata(text: str) -> dict[str, str]:
    """`consent`, `consent_2`, ...: as many values as the text needs; none for an empty text."""
    parts = [text[start : start + _MOST] for start in range(0, len(text), _MOST)]
    return {_name(number): part for number, part in enumerate(parts, start=1)}


def consent_in(metadata: Mapping[str, str]) -> str:
    """The whole text; empty when there is none."""
    text, number = "", 1
    while part := metadata.get(_name(number), ""):
        text, number = text + part, number + 1
    return text


def _name(number: int) -> str:
    return _NAME if number == 1 else f"{_NAME}_{number}"
