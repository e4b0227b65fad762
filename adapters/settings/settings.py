"""Settings of worker and command line: environment variables `REPRIEVE_...`, or a TOML file, or the defaults here.

The connection to Temporal is not among them: it comes from the SDK's own `envconfig` (`temporal.toml`,
`TEMPORAL_ADDRESS`, profiles, TLS, API keys), so that the `temporal` program and Reprieve read the same file.
"""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from adapters.settings.brands import COLOUR, Brand, Brands, BrandSettings, Colour, LogoFile, brand, read_logo
from adapters.settings.hours import Department, HoursSettings
from adapters.settings.loopback import is_on_this_machine
from adapters.settings.modes import is_live
from adapters.settings.panels import SANDBOX_SECRET, PanelSettings
from adapters.settings.strength import CodecKey, RingSecret, Signing, StripeSecret, WebhookKey
from dunning.keeping.kinds import LIVES, Kind, checked
from dunning.ports.outages import PATIENCE
from dunning.services.hold_reasons import Contacts, HoldContact
from dunning.subscriptions.numbers import numbers

ROOT = Path(__file__).resolve().parents[2]
NAME_SERVER = r"^([0-9]{1,3}(\.[0-9]{1,3}){3}|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?$"
_DAYS = {f"keep_{kind}_days": kind for kind in Kind}
"""The settings that say how long a kind of records is kept."""
BrandName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
HOLD_CONTACTS: Contacts = {
    "abuse": HoldContact(write_to="abuse@hosting.example", read="https://hosting.example/abuse-faq"),
    "dmca": HoldContact(write_to="legal@hosting.example"),
    "tos": HoldContact(write_to="abuse@hosting.example", read="https://hosting.example/terms"),
    "manual": HoldContact(write_to="support@hosting.example"),
}

SANDBOX_PANEL = {
    "sandbox": PanelSettings(kind="generic", url="http://127.0.0.1:8422/", secret=SecretStr(SANDBOX_SECRET))
}


class Settings(BaseSettings):
    """Every value may stand in `reprieve.toml` (or the file named by REPRIEVE_CONFIG); the environment wins."""

    model_config = SettingsConfigDict(env_prefix="REPRIEVE_", extra="forbid", frozen=True, hide_input_in_errors=True)

    store_url: str = f"sqlite+aiosqlite:///{ROOT}/.reprieve/reprieve.db"
    task_queue: str = "reprieve"
    codec_keys: tuple[CodecKey, ...] = Field(
        default=(), description="encrypt what Temporal keeps; several while rotating, newest first; empty: it is clear"
    )
    codec_token: Signing = Field(
        default=SecretStr(""), description="opens the portal's codec endpoint to Temporal's pages; empty: there is none"
    )
    codec_origin: str = Field(default="", description="origin of Temporal's pages, as https://temporal.host.example")
    outage_seconds: float = Field(
        default=PATIENCE, ge=0, description="how long who asks waits for a store or Temporal that is away"
    )
    policies: Path = ROOT / "policies"
    notices: Path = ROOT / "notices"

    stripe_key: SecretStr = Field(default=SecretStr("sk_test_sandbox"), description="secret or restricted API key")
    stripe_url: str = Field(default="http://127.0.0.1:8421", description="Stripe is https://api.stripe.com")
    stripe_webhook_secrets: tuple[StripeSecret, ...] = Field(
        default=(), description="whsec_..., several while rotating"
    )
    paypal_client: str = Field(default="", description="client id of the app at PayPal; empty: no PayPal")
    paypal_secret: SecretStr = Field(default=SecretStr(""), description="its secret")
    paypal_url: str = Field(
        default="https://api-m.paypal.com", description="PayPal's sandbox is https://api-m.sandbox.paypal.com"
    )
    paypal_webhook: str = Field(default="", description="id of the webhook at PayPal; empty: its webhooks are refused")
    paypal_ca_file: Path | None = Field(
        default=None, description="who signs the certificates of PayPal's webhooks; empty: the usual authorities"
    )
    panels: dict[str, PanelSettings] = Field(
        default=SANDBOX_PANEL, description="control panels by the names that services give (docs/panels.md)"
    )
    panel_seconds: float = Field(default=90.0, gt=0, description="patience with one call to a panel; WHM is slow")
    call_seconds: float = Field(default=30.0, gt=0, description="patience with one call to the gateway")
    domain_help_url: str = Field(
        default="https://hosting.example/domains", description="about domain names, which nobody switches; may be empty"
    )

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 8425
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = "billing@hosting.example"
    mail_reply_to: str = "no-reply@hosting.example"
    reply_to: dict[str, str] = Field(
        default={},
        description="titles of notices whose replies people read, with the address; all others: mail_reply_to",
    )
    mail_bounces: str = Field(default="", description="envelope sender, where mail comes back to; empty: mail_from")
    digest_seconds: float = Field(
        default=30.0, ge=0, le=60, description="how long a notice waits for others of its customer and day, by policy"
    )
    mail_in_host: str = "127.0.0.1"
    mail_in_port: int = Field(default=0, ge=0, description="the door for bounces and replies; 0: there is none")
    mail_in_bytes: int = Field(default=10_485_760, gt=0, description="a larger mail is refused")
    mail_relays: tuple[IPvAnyNetwork, ...] = Field(
        default=("127.0.0.0/8", "::1/128"),
        validate_default=True,
        description="networks of the mail servers that hand mail to that door; nobody else may",
    )
    mail_hosts: tuple[str, ...] = Field(
        default=(), description="names or addresses of our own mail servers; empty: no DNS is asked"
    )
    dns_servers: tuple[Annotated[str, Field(pattern=NAME_SERVER)], ...] = Field(
        default=(), description="addresses, as 192.0.2.1 or 192.0.2.1:5353; empty: the system's own"
    )
    dns_seconds: float = Field(default=5.0, gt=0, description="patience with one question to the DNS")
    company: str = "Example Hosting"
    colour: Colour = Field(default=COLOUR, description="of heads and buttons, as #0a5ca8; white is written on it")
    logo: LogoFile | None = Field(default=None, description="PNG, JPEG or GIF, 100 kB at most")
    legal: str = Field(default="", description="the foot of mails and pages: register, address, tax number")
    brands: dict[BrandName, BrandSettings] = Field(
        default={}, description="other names under which customers are written to; an account names its brand"
    )
    pay_url: str = "https://portal.hosting.example/pay"

    portal_host: str = "127.0.0.1"
    portal_port: int = Field(default=8802, ge=0, description="webhooks and pay pages; 0 takes a free port")
    portal_url: str = Field(default="http://127.0.0.1:8802", description="what customers' browsers reach it under")
    portal_connections: int = Field(default=500, gt=0, description="open at once; who sends nothing goes first")
    portal_address_connections: int = Field(default=40, gt=0, description="open at once from one address")
    portal_proxies: tuple[IPvAnyNetwork, ...] = Field(
        default=("127.0.0.0/8", "::1/128"),
        validate_default=True,
        description="networks of proxies before the portal, for which the limit of one address does not hold",
    )
    portal_header_bytes: int = Field(default=16_384, ge=1_024, description="a request with more is refused")
    portal_header_seconds: float = Field(default=10.0, gt=0, description="patience with a request's headers")
    portal_body_seconds: float = Field(default=10.0, gt=0, description="patience with a request's body")
    portal_idle_seconds: float = Field(default=5.0, gt=0, description="how long a connection waits for another request")
    payment_webhook_secrets: tuple[WebhookKey, ...] = Field(
        default=(), description="Standard Webhooks, for any processor"
    )
    link_secrets: tuple[RingSecret, ...] = Field(
        default=(), description="sign links, the first new ones; at least 32 characters each, several while rotating"
    )
    link_days: int = Field(default=400, gt=0, le=3_650, description="a link in a mail is good for so long")
    portal_link_presses: int = Field(default=60, gt=0, description="of buttons behind one link, an hour")
    portal_address_presses: int = Field(default=600, gt=0, description="of buttons from one address, an hour")
    client_url: str = Field(
        default="https://portal.hosting.example", description="where customers log in; may be empty"
    )
    site_webhook_secret: Signing = Field(
        default=SecretStr(""), description="signs news for customers' own sites; at least 32 characters; empty: no news"
    )
    site_seconds: float = Field(default=10.0, gt=0, description="patience with one customer's site")
    hold_contacts: Contacts = Field(
        default=HOLD_CONTACTS, description="where customers write about a hold, by its kind"
    )
    webhook_bytes: int = Field(default=262_144, gt=0, description="a larger webhook is refused")

    invoice_numbers: Annotated[str, AfterValidator(lambda text: numbers(text).pattern)] = Field(
        default="INV-{year}-{number:05}", description="numbers of renewals' invoices, counted without a gap"
    )

    sweep_hour: int = Field(default=6, ge=0, le=23, description="UTC hour of the daily checks")
    drift_minute: int = Field(default=17, ge=0, le=59, description="minute of the hourly look at restricted services")
    probe_networks: tuple[IPvAnyNetwork, ...] = Field(
        default=(), description="not public, and still allowed for probes and sites, as 10.1.0.0/16"
    )
    probe_seconds: float = Field(default=10.0, gt=0, description="patience with one look at a service from outside")
    card_attempts: int = Field(default=15, gt=0, description="declined attempts with one method in 30 days, then none")

    breaker_most: int = Field(default=200, ge=0, description="suspensions, and deletions, in a window; then a person")
    breaker_least: int = Field(default=10, ge=0, description="so many are always allowed, however small the fleet")
    breaker_share: float = Field(default=0.05, ge=0, le=1, description="share of all accounts in a window")
    breaker_hours: float = Field(default=24.0, gt=0, description="length of the window")
    window_lead_hours: float = Field(
        default=12.0, ge=0, le=168, description="so long before a maintenance window nobody is restricted any more"
    )
    after_window_per_minute: float = Field(
        default=60.0, ge=0.01, le=60_000, description="what was put off comes so many a minute, one after the other"
    )
    outage_checks: bool = Field(
        default=True, description="the worker looks every five minutes whether customers can pay"
    )
    least_outage: float = Field(
        default=0.5, gt=0, le=24, description="hours; a shorter time without a way to pay moves no deadline"
    )
    hours: dict[Department, HoursSettings] = Field(
        default={}, description="when a department is there (docs/hours.md); policies may restrict nobody out of hours"
    )
    breaker_retry_hours: float = Field(default=6.0, gt=0, description="what was stopped asks again so often")

    keep_mails_days: int = Field(default=LIVES[Kind.MAILS].days, description="mails that came in; 0 or empty: for ever")
    keep_inbox_days: int = Field(default=LIVES[Kind.INBOX].days, description="webhooks and commands that were handled")
    keep_notices_days: int = Field(default=LIVES[Kind.NOTICES].days, description="what customers were sent")
    keep_books_days: int = Field(default=LIVES[Kind.BOOKS].days, description="closed books: from when they were closed")
    keep_tickets_days: int = Field(default=LIVES[Kind.TICKETS].days, description="tickets: from when they were closed")
    keep_consequences_days: int = Field(
        default=LIVES[Kind.CONSEQUENCES].days, description="suspensions and deletions as the breaker saw them"
    )
    keep_windows_days: int = Field(default=LIVES[Kind.WINDOWS].days, description="maintenance windows and outages")

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

    @field_validator(*_DAYS, mode="before")
    @classmethod
    def _empty_is_for_ever(cls, days: Any) -> Any:
        return 0 if days == "" else days

    @field_validator(*_DAYS)
    @classmethod
    def _kept_long_enough(cls, days: int, info: ValidationInfo) -> int:
        return checked(_DAYS[info.field_name or ""], days)

    @model_validator(mode="after")
    def _key_and_address_fit(self) -> "Settings":
        if is_live(self.stripe_key) and not self.stripe_url.startswith("https://"):
            raise ValueError("stripe_url: a live key goes to https://api.stripe.com and nowhere else")
        return self

    @model_validator(mode="after")
    def _paypal_is_whole(self) -> "Settings":
        if bool(self.paypal_client) != bool(self.paypal_secret.get_secret_value()):
            raise ValueError("paypal_client and paypal_secret: either both or none")
        if not (self.paypal_url.startswith("https://") or is_on_this_machine(self.paypal_url)):
            raise ValueError("paypal_url: it must begin with https://")
        return self

    @model_validator(mode="after")
    def _password_stays_secret(self) -> "Settings":
        if self.smtp_username and self.smtp_security == "none" and not is_on_this_machine(f"smtp://{self.smtp_host}"):
            raise ValueError("smtp_security: a password goes to another machine over starttls or tls only")
        return self

    @property
    def signing_secrets(self) -> tuple[str, ...]:
        """Those that sign links, newest first; none: there are no links."""
        return tuple(each.get_secret_value() for each in self.link_secrets)

    @property
    def newest_signing_secret(self) -> str:
        """The one that signs now; empty when there is none."""
        return self.signing_secrets[0] if self.link_secrets else ""

    @property
    def one_after_window(self) -> timedelta:
        """How long after one step that was put off the next one comes."""
        return timedelta(minutes=1) / self.after_window_per_minute

    @property
    def lives(self) -> Mapping[Kind, int]:
        """How many days each kind of records is kept; 0: for ever."""
        return {kind: getattr(self, name) for name, kind in _DAYS.items()}

    def all_brands(self) -> Brands:
        """The house's own brand, and the others."""
        house = Brand(
            company=self.company,
            contact=self.mail_from,
            reply_to=self.mail_reply_to,
            url=self.portal_url,
            colour=self.colour,
            logo=read_logo(self.logo) if self.logo else None,
            legal=self.legal,
        )
        return Brands(house, {name: brand(name, each, house) for name, each in self.brands.items()})

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


def no_json(error: SettingsError) -> str:
    """Which setting of the environment had to be JSON and is not, for people; never its value."""
    found = re.search(r'field "(\w+)"', str(error))
    return f"setting REPRIEVE_{found[1].upper() if found else '...'}: it is no JSON"
