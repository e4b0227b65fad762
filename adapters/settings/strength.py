"""Which secrets are good: nobody guesses them, and none was left as a manual writes it.

`starter.py secrets` makes good ones. The rules look at a secret's form; they cannot know that it was published.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import AfterValidator, SecretStr

SHORTEST = 32
"""Characters of a secret that signs."""
KEY = 24
"""Bytes of a webhook's key, as Standard Webhooks ask for (https://www.standardwebhooks.com)."""
CODEC_KEY = 32
"""Bytes of a key that encrypts."""
_DIFFERENT = 8
"""So many different characters a secret has at least; one that was drawn has many more."""
_WEBHOOK = "whsec_"
_STRIPE_KEY = re.compile(r"[rs]k_(test|live)_\w+", re.ASCII)
_PLACEHOLDER = re.compile(
    r"[<>{}…]|\.\.\.|change.?me|placeholder|password|example|insert|your.?(secret|key)", re.IGNORECASE
)
_MAKE = "`starter.py secrets` makes good ones"


def signs(secret: str) -> str:
    """A secret that signs links or tokens; empty: that is off. Raises ValueError, which never says what it is."""
    if 0 < len(secret) < SHORTEST:
        raise ValueError(f"it needs at least {SHORTEST} characters; {_MAKE}")
    return _drawn(secret, secret) if secret else ""


def rings(secret: str) -> str:
    """One of several secrets that sign: an empty one would be everybody's. Raises ValueError."""
    if not secret:
        raise ValueError(f"it is empty: leave it out; {_MAKE}")
    return signs(secret)


def codec_key(secret: str) -> str:
    """A key of AES-256: 32 bytes in hexadecimal digits. Raises ValueError."""
    if not re.fullmatch(f"[0-9a-f]{{{2 * CODEC_KEY}}}", secret):
        raise ValueError(
            f"write {CODEC_KEY} bytes as {2 * CODEC_KEY} hexadecimal digits; `starter.py secrets --codec` makes one"
        )
    return _drawn(secret, secret)


def webhook_key(secret: str) -> str:
    """A secret of Standard Webhooks: `whsec_` and at least 24 bytes in base64. Raises ValueError."""
    try:
        key = base64.b64decode(secret.removeprefix(_WEBHOOK), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < KEY:
        raise ValueError(f"write {_WEBHOOK} and at least {KEY} bytes in base64; {_MAKE}")
    _drawn(key.decode("latin-1"), secret)
    return secret


def stripes(secret: str) -> str:
    """A secret of a Stripe endpoint, as Stripe gives it (https://docs.stripe.com/webhooks). Raises ValueError."""
    if not secret.startswith(_WEBHOOK) or len(secret) < len(_WEBHOOK) + KEY:
        raise ValueError(f"write it as Stripe shows it: {_WEBHOOK} and at least {KEY} characters")
    return _drawn(secret.removeprefix(_WEBHOOK), secret)


def stripe_key(secret: str) -> str:
    """A secret or restricted API key of Stripe (https://docs.stripe.com/keys). Raises ValueError."""
    if not _STRIPE_KEY.fullmatch(secret):
        raise ValueError("it has to be a secret or restricted key as Stripe shows it: sk_test_..., rk_live_...")
    return _filled_in(secret)


def given(text: str) -> str:
    """What a company gave, in one word; empty: nothing. Raises ValueError."""
    if text and not (text.isascii() and text.isprintable() and " " not in text):
        raise ValueError("it has to be one word in plain letters, as it was given")
    return _filled_in(text)


def _filled_in(text: str) -> str:
    if _PLACEHOLDER.search(text):
        raise ValueError("it is still as a manual writes it")
    return text


def _drawn(drawn: str, written: str) -> str:
    if _PLACEHOLDER.search(written):
        raise ValueError(f"it is still as a manual writes it; {_MAKE}")
    if len(set(drawn)) < _DIFFERENT or _repeats(drawn):
        raise ValueError(f"it repeats itself, so it can be guessed; {_MAKE}")
    return drawn


def _repeats(drawn: str) -> bool:
    """Whether it is one part, written several times."""
    return drawn in (drawn + drawn)[1:-1]


def _hidden(rule: Callable[[str], str]) -> AfterValidator:
    def checked(secret: SecretStr) -> SecretStr:
        rule(secret.get_secret_value())
        return secret

    return AfterValidator(checked)


Signing = Annotated[SecretStr, _hidden(signs)]
CodecKey = Annotated[SecretStr, _hidden(codec_key)]
RingSecret = Annotated[SecretStr, _hidden(rings)]
WebhookKey = Annotated[SecretStr, _hidden(webhook_key)]
StripeKey = Annotated[SecretStr, _hidden(stripe_key)]
Given = Annotated[str, AfterValidator(given)]
GivenSecret = Annotated[SecretStr, _hidden(given)]
StripeSecret = Annotated[SecretStr, _hidden(stripes)]

MAKERS: Mapping[str, Callable[[], str]] = {
    "REPRIEVE_FACTS_SECRETS": lambda: f'["{secrets.token_hex(32)}"]',
    "REPRIEVE_LINK_SECRETS": lambda: f'["{secrets.token_hex(32)}"]',
    "REPRIEVE_SITE_WEBHOOK_SECRET": lambda: secrets.token_hex(32),
    "REPRIEVE_PAYMENT_WEBHOOK_SECRETS": lambda: f'["{_WEBHOOK}{base64.b64encode(secrets.token_bytes(KEY)).decode()}"]',
}
"""How the secrets are made that we choose ourselves, by their settings. Stripe's are Stripe's to make."""
CODEC_MAKERS: Mapping[str, Callable[[], str]] = {
    "REPRIEVE_CODEC_KEYS": lambda: f'["{secrets.token_hex(CODEC_KEY)}"]',
    "REPRIEVE_CODEC_TOKEN": lambda: secrets.token_hex(32),
}
"""The same, of what is off until it is set: whoever loses a key loses every open case."""
