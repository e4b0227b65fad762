"""Settings that are good each for itself, and do not fit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from adapters.settings.loopback import is_on_this_machine
from adapters.settings.modes import is_live

if TYPE_CHECKING:
    from adapters.settings.settings import Settings

SANDBOX_KEY = "sk_test_sandbox"
_BEFORE_AT = 14
"""Characters of the address that mail comes back to: of the 64 that SMTP allows 50 say which mail it is."""


def contradictions(settings: Settings) -> Iterator[tuple[str, str]]:
    """Which setting, by its field's name, and what is wrong about it beside the others."""
    yield from _stripe(settings)
    yield from _paypal(settings)
    yield from _mail(settings)
    yield from _codec(settings)


def _stripe(settings: Settings) -> Iterator[tuple[str, str]]:
    here = is_on_this_machine(settings.stripe_url)
    if is_live(settings.stripe_key) and not settings.stripe_url.startswith("https://"):
        yield "stripe_url", "a live key goes to https://api.stripe.com and nowhere else"
    elif not here and settings.stripe_key.get_secret_value() == SANDBOX_KEY:
        yield "stripe_key", "this one is the sandbox's: elsewhere it is none; take one of your account at Stripe"
    elif not here and not settings.stripe_url.startswith("https://"):
        yield "stripe_url", "a key goes to another machine over https:// only"


def _paypal(settings: Settings) -> Iterator[tuple[str, str]]:
    client, secret = bool(settings.paypal_client), bool(settings.paypal_secret.get_secret_value())
    if client is not secret:
        yield ("paypal_secret" if client else "paypal_client"), "PayPal has a client and a secret: either both or none"
    if settings.paypal_webhook and not client:
        yield "paypal_webhook", "without REPRIEVE_PAYPAL_CLIENT there is no PayPal that could send any"
    if not (settings.paypal_url.startswith("https://") or is_on_this_machine(settings.paypal_url)):
        yield "paypal_url", "it must begin with https://"


def _mail(settings: Settings) -> Iterator[tuple[str, str]]:
    name, password = (
        bool(settings.smtp_username),
        bool(settings.smtp_password and settings.smtp_password.get_secret_value()),
    )
    if name is not password:
        yield ("smtp_password" if name else "smtp_username"), "a login has a name and a password: either both or none"
    if name and settings.smtp_security == "none" and not is_on_this_machine(f"smtp://{settings.smtp_host}"):
        yield "smtp_security", "a password goes to another machine over starttls or tls only"
    if settings.mail_bounces and settings.mail_bounces.lower() in _read_by_people(settings):
        yield "mail_bounces", "it has to be an address for undeliverable mail alone, and another setting has the same"

    if len(settings.mail_bounces.rpartition("@")[0]) > _BEFORE_AT:
        yield "mail_bounces", f"what stands before its @ may have {_BEFORE_AT} characters: 50 are added, and 64 allowed"


def _read_by_people(settings: Settings) -> set[str]:
    return {each.lower() for each in (settings.mail_from, settings.mail_reply_to, *settings.reply_to.values())}


def _codec(settings: Settings) -> Iterator[tuple[str, str]]:
    token = bool(settings.codec_token.get_secret_value())
    if token and not settings.codec_keys:
        yield "codec_token", "without REPRIEVE_CODEC_KEYS nothing is encrypted that it could open"
    if settings.codec_origin and not token:
        yield "codec_origin", "without REPRIEVE_CODEC_TOKEN there is no endpoint that its scripts could call"
