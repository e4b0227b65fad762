"""A secret that anybody could guess opens no door: the program does not start with it."""

import base64
import re
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.settings.panels import SANDBOX_SECRET, PanelSettings
from adapters.settings.settings import Settings
from adapters.settings.strength import MAKERS, signs, stripes, webhook_key


def key(of: bytes) -> str:
    return f"whsec_{base64.b64encode(of).decode()}"


@pytest.mark.parametrize(
    ("setting", "secret"),
    [
        ("payment_webhook_secrets", ""),
        ("payment_webhook_secrets", "whsec_"),
        ("payment_webhook_secrets", "whsec_AA=="),
        ("payment_webhook_secrets", "not base64 at all, and long enough"),
        ("payment_webhook_secrets", key(b"0" * 32)),
        ("payment_webhook_secrets", key(b"0123456789" * 4)),
        ("stripe_webhook_secrets", ""),
        ("stripe_webhook_secrets", "whsec_"),
        ("stripe_webhook_secrets", "whsec_<your secret>"),
        ("stripe_webhook_secrets", "whsec_..............................."),
        ("stripe_webhook_secrets", "whsec_" + "a" * 40),
        ("stripe_webhook_secrets", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
        ("facts_secrets", ""),
        ("facts_secrets", "x" * 32),
        ("link_secrets", "short"),
        ("link_secrets", "x" * 32),
        ("link_secrets", "ab" * 32),
        ("link_secrets", "abcdefghij" * 4),
        ("link_secrets", "<put 32 characters or more in here>"),
        ("link_secrets", "change-me-change-it-to-something-else"),
        ("site_webhook_secret", "your-secret-goes-here-and-is-long-enough"),
    ],
)
def test_what_can_be_guessed_is_refused_and_never_repeated(setting: str, secret: str) -> None:
    given: Any = {setting: [secret] if setting.endswith("s") else secret}
    with pytest.raises(ValidationError) as refused:
        Settings(**given)
    (error,) = refused.value.errors()
    assert error["loc"][0] == setting
    assert len(secret) < 8 or secret not in str(refused.value)


def test_the_sandbox_s_secret_is_good_on_this_machine_alone() -> None:
    PanelSettings.model_validate({"kind": "generic", "url": "http://127.0.0.1:1/", "secret": SANDBOX_SECRET})
    with pytest.raises(ValidationError, match="everybody knows the sandbox's"):
        PanelSettings.model_validate({"kind": "generic", "url": "https://panel.host/", "secret": SANDBOX_SECRET})


@pytest.mark.parametrize("name", MAKERS)
def test_what_the_command_makes_is_good_and_new_each_time(name: str) -> None:
    made = {MAKERS[name]() for _ in range(200)}
    assert len(made) == 200
    for secret in made:
        webhook_key(re.sub(r'[\["\]]', "", secret)) if "WEBHOOK_SECRETS" in name else signs(secret)


def test_secrets_as_stripe_and_its_command_line_give_them_are_taken() -> None:
    for secret in (
        "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
        "whsec_0f3d9a5b8c7e6142d5a49b07c8e3f1620f3d9a5b8c7e6142d5a49b07c8e3f16a",
    ):
        assert stripes(secret)


@pytest.mark.parametrize(
    ("host", "security", "fine"),
    [
        ("mail.hosting.example", "none", False),
        ("192.0.2.7", "none", False),
        ("mail.hosting.example", "starttls", True),
        ("mail.hosting.example", "tls", True),
        ("127.0.0.1", "none", True),
        ("localhost", "none", True),
    ],
)
def test_a_password_goes_nowhere_without_encryption_but_to_this_machine(host: str, security: str, fine: bool) -> None:
    given: Any = {"smtp_host": host, "smtp_security": security, "smtp_username": "billing", "smtp_password": "x"}
    if fine:
        assert Settings(**given).smtp_host == host
    else:
        with pytest.raises(ValidationError, match="over starttls or tls only"):
            Settings(**given)
