"""The Message-ID of a notice: derived from its id, so that a mail which went out twice is recognised."""

import hashlib
import hmac


def message_id(notice: str, domain: str, secret: str = "") -> str:
    """A Message-ID derived from the notice: a second copy after an unknown result is recognisable.

    Under a secret nobody guesses it, and so nobody can invent that somebody else's notice came back.
    """
    code = hmac.new(secret.encode(), notice.encode(), hashlib.sha256)
    return f"<{code.hexdigest()[:32]}@{domain}>"
