"""Who sent a webhook: signatures over the raw body, checked before anything of it is read.

Several secrets may hold at once, while the sender changes from one to the next. A signature is good for five minutes
either way: whoever records a webhook cannot play it again tomorrow.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from standardwebhooks import Webhook, WebhookVerificationError
from stripe import SignatureVerificationError, WebhookSignature

from portal.http.errors import HttpRefusedError

TOLERANCE = 300
"""Seconds between the sender's clock and ours."""


def check_stripe(body: bytes, header: str, secrets: Sequence[str], now: datetime) -> None:
    """Raises HttpRefusedError unless one of the secrets signed it just now (docs.stripe.com/webhooks/signature)."""
    if not any(_fits(body, header, secret) for secret in secrets):
        what = "fits none of the secrets" if header else "is missing"
        raise HttpRefusedError(400, f"Stripe-Signature {what}")
    # It fits, so the SDK has read this very number. It looks at the past only; a signature of tomorrow is a copy's.
    sent = next(int(part.split("=", 2)[1]) for part in header.split(",") if part.startswith("t="))
    if abs(int(now.timestamp()) - sent) > TOLERANCE:
        raise HttpRefusedError(400, "Stripe-Signature is too old, or of the future; are both clocks right?")


def _fits(body: bytes, header: str, secret: str) -> bool:
    try:
        WebhookSignature.verify_header(body, header, secret)  # pyright: ignore[reportUnknownMemberType]
    except (SignatureVerificationError, ValueError, TypeError):
        return False  # ValueError, TypeError: bytes that are no text, in the body or in the header
    return True


def check_standard(body: bytes, headers: Mapping[str, str], secrets: Sequence[Webhook]) -> int:
    """Which of the secrets signed it, the first is 1. Raises HttpRefusedError unless one did just now.

    By https://www.standardwebhooks.com.
    """
    why = ""
    for place, secret in enumerate(secrets, start=1):
        try:
            secret.verify(body, dict(headers), json_parse=False)
        except WebhookVerificationError as error:
            why = str(error)
        except ValueError:
            why = "webhook-signature is malformed"
        else:
            return place
    raise HttpRefusedError(400, f"not signed as Standard Webhooks are: {why}")
