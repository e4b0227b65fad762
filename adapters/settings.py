"""Settings of worker and command line: environment variables `REPRIEVE_...`, or a TOML file, or the defaults here.

The connection to Temporal is not among them: it comes from the SDK's own `envconfig` (`temporal.toml`,
`TEMPORAL_ADDRESS`, profiles, TLS, API keys), so that the `temporal` program and Reprieve read the same file.
"""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Every value may stand in `reprieve.toml` (or the file named by REPRIEVE_CONFIG); the environment wins."""

    model_config = SettingsConfigDict(env_prefix="REPRIEVE_", extra="forbid", frozen=True)

    store_url: str = f"sqlite+aiosqlite:///{ROOT}/.reprieve/reprieve.db"
    task_queue: str = "reprieve"
    policies: Path = ROOT / "policies"
    notices: Path = ROOT / "notices"

    stripe_key: SecretStr = Field(default=SecretStr("sk_test_sandbox"), description="secret or restricted API key")
    stripe_url: str = Field(default="http://127.0.0.1:8421", description="Stripe is https://api.stripe.com")
    stripe_webhook_secrets: tuple[SecretStr, ...] = Field(default=(), description="whsec_..., several while rotating")
    panel: Literal["sandbox"] = "sandbox"
    panel_url: str = "http://127.0.0.1:8422"
    call_seconds: float = Field(default=30.0, gt=0, description="patience with one call to gateway or panel")

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 8425
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = "billing@hosting.example"
    mail_reply_to: str = "no-reply@hosting.example"
    company: str = "Example Hosting"
    pay_url: str = "https://portal.hosting.example/pay"

    portal_host: str = "127.0.0.1"
    portal_port: int = Field(default=8802, ge=0, description="webhooks and pay pages; 0 takes a free port")
    portal_url: str = Field(default="http://127.0.0.1:8802", description="what customers' browsers reach it under")
    payment_webhook_secrets: tuple[SecretStr, ...] = Field(
        default=(), description="Standard Webhooks, for any processor"
    )
    link_secret: SecretStr = Field(default=SecretStr(""), description="signs pay links; at least 32 characters")
    webhook_bytes: int = Field(default=262_144, gt=0, description="a larger webhook is refused")

    sweep_hour: int = Field(default=6, ge=0, le=23, description="UTC hour of the daily comparison with the gateway")
    card_attempts: int = Field(default=15, gt=0, description="declined attempts with one method in 30 days, then none")

    charges_per_second: float | None = Field(default=None, gt=0)
    mails_per_second: float | None = Field(default=None, gt=0)
    panel_calls_per_second: float | None = Field(default=None, gt=0)

    health_port: int = Field(default=8801, ge=0, description="readiness endpoint on loopback; 0 turns it off")
    health_host: str = "127.0.0.1"
    metrics_address: str = Field(default="", description="host:port for Prometheus; empty turns it off")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_json: bool = True
    graceful_seconds: float = Field(default=150.0, ge=0, description="longer than the slowest charge")
    sticky_seconds: float = Field(default=10.0, gt=0, description="how long a dead worker's cases wait for it")

    @model_validator(mode="after")
    def _key_and_address_fit(self) -> "Settings":
        live = "_live_" in self.stripe_key.get_secret_value()
        if live and not self.stripe_url.startswith("https://"):
            raise ValueError("stripe_url: a live key goes to https://api.stripe.com and nowhere else")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What was passed in, then the environment, then the TOML file."""
        del dotenv_settings, file_secret_settings
        file = Path(os.environ.get("REPRIEVE_CONFIG", ROOT / "reprieve.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)
