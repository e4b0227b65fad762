"""Ids as Stripe gives them: a prefix and what nobody can guess. A store outlives sandboxes, so none comes twice."""

import secrets
import string

_ALPHABET = (string.ascii_letters + string.digits).encode()
_OF_BYTE = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))


def new_id(prefix: str, length: int = 24) -> str:
    """A fresh id, e.g. `cus_` and fourteen characters."""
    return prefix + secrets.token_bytes(length).translate(_OF_BYTE).decode()


def payment_id(prefix: str) -> str:
    """A fresh id of a payment or of what belongs to one: those begin with a 3."""
    return new_id(f"{prefix}3", 23)
