"""Idempotency keys as Stripe takes them: it forgets a key after a day, so a key alone never proves anything (S3-14)."""

from hashlib import sha256

MOST = 255
"""Characters of a key, at most (docs.stripe.com/api/idempotent_requests); a header is ASCII besides."""

_KEPT = MOST - 64 - 1


def idempotency_key(key: str) -> str:
    """The key itself, or what fits of it with its hash behind: always the same for the same key."""
    if len(key) <= MOST and key.isascii() and key.isprintable():
        return key
    start = "".join(char for char in key if char.isascii() and char.isprintable())[:_KEPT]
    return f"{start}:{sha256(key.encode()).hexdigest()}"
