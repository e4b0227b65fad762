"""Settings of worker and command line: environment variables `REPRIEVE_...`, or a TOML file, or the defaults here.

The connection to Temporal is not among them: it comes from the SDK's own `envconfig` (`temporal.toml`,
`TEMPORAL_ADDRESS`, profiles, TLS, API keys), so that the `temporal` program and Reprieve read the same file.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from adapters.settings.brands import COLOUR, Brand, Brands, BrandSettings, Colour, LogoFile, brand, read_logo
from adapters.settings.contradictions import SANDBOX_KEY, contradictions
from adapters.settings.forms import (
    Bytes,
    Count,
    CountOrNone,
    Folder,
    Host,
    Hours,
    Line,
    Lines,
    MailAddress,
    MailAddressOrNone,
    NameServer,
    Network,
    Origin,
    Port,
    Queue,
    Rate,
    Seconds,
    SecondsOrNone,
    WebAddress,
    WebPage,
    mail_address,
    web_page,
)
from adapters.settings.hours import Department, HoursSettings
from adapters.settings.panels import SANDBOX_SECRET, PanelSettings
from adapters.settings.strength import (
    CodecKey,
    Given,
    GivenSecret,
    RingSecret,
    Signing,
    StripeKey,
    StripeSecret,
    WebhookKey,
)
from dunning.keeping.kinds import LIVES, Kind, checked
from dunning.ports.outages import PATIENCE
from dunning.services.hold_reasons import Contacts, HoldContact
from dunning.subscriptions.numbers import numbers

ROOT = Path(__file__).resolve().parents[2]
PREFIX, CONFIG = "REPRIEVE_", "REPRIEVE_CONFIG"
_ANY_PAGE = "https://hosting.example"
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

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    store_url: str = f"sqlite+aiosqlite:///{ROOT}/.reprieve/reprieve.db"
    task_queue: Queue = "reprieve"
    facts_secrets: tuple[RingSecret, ...] = Field(
        default=(), description="sign what cases are told; several while rotating, newest first"
    )
    codec_keys: tuple[CodecKey, ...] = Field(
        default=(), description="encrypt what Temporal keeps; several while rotating, newest first; empty: it is clear"
    )
    codec_token: Signing = Field(
        default=SecretStr(""), description="opens the portal's codec endpoint to Temporal's pages; empty: there is none"
    )
    codec_origin: Origin = Field(default="", description="origin of Temporal's pages, as https://temporal.host.example")
    unsigned_facts: Literal["refuse", "accept"] = Field(
        default="refuse", description="what nobody signed; accept it only where nobody else reaches Temporal"
    )
    outage_seconds: SecondsOrNone = Field(
        default=PATIENCE, description="how long who asks waits for a store or Temporal that is away"
    )
    policies: Folder = ROOT / "policies"
    notices: Folder = ROOT / "notices"

    stripe_key: StripeKey = Field(default=SecretStr(SANDBOX_KEY), description="secret or restricted API key")
    stripe_url: WebAddress = Field(default="http://127.0.0.1:8421", description="Stripe is https://api.stripe.com")
    stripe_webhook_secrets: tuple[StripeSecret, ...] = Field(
        default=(), description="whsec_..., several while rotating"
    )
    paypal_client: Given = Field(default="", description="client id of the app at PayPal; empty: no PayPal")
    paypal_secret: GivenSecret = Field(default=SecretStr(""), description="its secret")
    paypal_url: WebAddress = Field(
        default="https://api-m.paypal.com", description="PayPal's sandbox is https://api-m.sandbox.paypal.com"
    )
    paypal_webhook: Given = Field(
        default="", description="id of the webhook at PayPal; empty: its webhooks are refused"
    )
    paypal_ca_file: Path | None = Field(
        default=None, description="who signs the certificates of PayPal's webhooks; empty: the usual authorities"
    )
    panels: dict[str, PanelSettings] = Field(
        default=SANDBOX_PANEL, description="control panels by the names that services give (docs/panels.md)"
    )
    panel_seconds: Seconds = Field(default=90.0, description="patience with one call to a panel; WHM is slow")
    call_seconds: Seconds = Field(default=30.0, description="patience with one call to the gateway")
    domain_help_url: WebPage = Field(
        default="https://hosting.example/domains", description="about domain names, which nobody switches; may be empty"
    )

    smtp_host: Host = "127.0.0.1"
    smtp_port: Port = Field(default=8425, gt=0)
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: MailAddress = "billing@hosting.example"
    mail_reply_to: MailAddress = "no-reply@hosting.example"
    reply_to: dict[str, MailAddress] = Field(
        default={},
        description="titles of notices whose replies people read, with the address; all others: mail_reply_to",
    )
    mail_bounces: MailAddressOrNone = Field(
        default="", description="envelope sender, where mail comes back to; empty: mail_from"
    )
    digest_seconds: float = Field(
        default=30.0, ge=0, le=60, description="how long a notice waits for others of its customer and day, by policy"
    )
    mail_in_host: Host = "127.0.0.1"
    mail_in_port: Port = Field(default=0, description="the door for bounces and replies; 0: there is none")
    mail_in_bytes: Bytes = Field(default=10_485_760, description="a larger mail is refused")
    mail_relays: tuple[Network, ...] = Field(
        default=("127.0.0.0/8", "::1/128"),
        validate_default=True,
        description="networks of the mail servers that hand mail to that door; nobody else may",
    )
    mail_hosts: tuple[Host, ...] = Field(
        default=(), description="names or addresses of our own mail servers; empty: no DNS is asked"
    )
    dns_servers: tuple[NameServer, ...] = Field(
        default=(), description="addresses, as 192.0.2.1 or 192.0.2.1:5353; empty: the system's own"
    )
    dns_seconds: Seconds = Field(default=5.0, description="patience with one question to the DNS")
    company: Line = "Example Hosting"
    colour: Colour = Field(default=COLOUR, description="of heads and buttons, as #0a5ca8; white is written on it")
    logo: LogoFile | None = Field(default=None, description="PNG, JPEG or GIF, 100 kB at most")
    legal: Lines = Field(default="", description="the foot of mails and pages: register, address, tax number")
    brands: dict[BrandName, BrandSettings] = Field(
        default={}, description="other names under which customers are written to; an account names its brand"
    )
    pay_url: WebAddress = "https://portal.hosting.example/pay"

    portal_host: Host = "127.0.0.1"
    portal_port: Port = Field(default=8802, description="webhooks and pay pages; 0 takes a free port")
    portal_url: WebAddress = Field(
        default="http://127.0.0.1:8802", description="what customers' browsers reach it under"
    )
    portal_connections: Count = Field(default=500, description="open at once; who sends nothing goes first")
    portal_address_connections: Count = Field(default=40, description="open at once from one address")
    portal_proxies: tuple[Network, ...] = Field(
        default=("127.0.0.0/8", "::1/128"),
        validate_default=True,
        description="networks of proxies before the portal, for which the limit of one address does not hold",
    )
    portal_header_bytes: Bytes = Field(default=16_384, ge=1_024, description="a request with more is refused")
    portal_header_seconds: Seconds = Field(default=10.0, description="patience with a request's headers")
    portal_body_seconds: Seconds = Field(default=10.0, description="patience with a request's body")
    portal_idle_seconds: Seconds = Field(default=5.0, description="how long a connection waits for another request")
    payment_webhook_secrets: tuple[WebhookKey, ...] = Field(
        default=(), description="Standard Webhooks, for any processor"
    )
    link_secrets: tuple[RingSecret, ...] = Field(
        default=(), description="sign links, the first new ones; at least 32 characters each, several while rotating"
    )
    link_days: int = Field(default=400, gt=0, le=3_650, description="a link in a mail is good for so long")
    portal_link_presses: Count = Field(default=60, description="of buttons behind one link, an hour")
    portal_address_presses: Count = Field(default=600, description="of buttons from one address, an hour")
    client_url: WebPage = Field(
        default="https://portal.hosting.example", description="where customers log in; may be empty"
    )
    site_webhook_secret: Signing = Field(
        default=SecretStr(""), description="signs news for customers' own sites; at least 32 characters; empty: no news"
    )
    site_seconds: Seconds = Field(default=10.0, description="patience with one customer's site")
    hold_contacts: Contacts = Field(
        default=HOLD_CONTACTS, description="where customers write about a hold, by its kind"
    )
    webhook_bytes: Bytes = Field(default=262_144, description="a larger webhook is refused")

    invoice_numbers: Annotated[str, AfterValidator(lambda text: numbers(text).pattern)] = Field(
        default="INV-{year}-{number:05}", description="numbers of renewals' invoices, counted without a gap"
    )

    sweep_hour: int = Field(default=6, ge=0, le=23, description="UTC hour of the daily checks")
    drift_minute: int = Field(default=17, ge=0, le=59, description="minute of the hourly look at restricted services")
    probe_networks: tuple[Network, ...] = Field(
        default=(), description="not public, and still allowed for probes and sites, as 10.1.0.0/16"
    )
    probe_seconds: Seconds = Field(default=10.0, description="patience with one look at a service from outside")
    card_attempts: Count = Field(default=15, description="declined attempts with one method in 30 days, then none")

    breaker_most: CountOrNone = Field(default=200, description="suspensions, and deletions, in a window; then a person")
    breaker_least: CountOrNone = Field(default=10, description="so many are always allowed, however small the fleet")
    breaker_share: float = Field(default=0.05, ge=0, le=1, description="share of all accounts in a window")
    breaker_hours: Hours = Field(default=24.0, description="length of the window")
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
    breaker_retry_hours: Hours = Field(default=6.0, description="what was stopped asks again so often")

    keep_mails_days: int = Field(default=LIVES[Kind.MAILS].days, description="mails that came in; 0 or empty: for ever")
    keep_inbox_days: int = Field(default=LIVES[Kind.INBOX].days, description="webhooks and commands that were handled")
    keep_notices_days: int = Field(default=LIVES[Kind.NOTICES].days, description="what customers were sent")
    keep_books_days: int = Field(default=LIVES[Kind.BOOKS].days, description="closed books: from when they were closed")
    keep_tickets_days: int = Field(default=LIVES[Kind.TICKETS].days, description="tickets: from when they were closed")
    keep_consequences_days: int = Field(
        default=LIVES[Kind.CONSEQUENCES].days, description="suspensions and deletions as the breaker saw them"
    )
    keep_windows_days: int = Field(default=LIVES[Kind.WINDOWS].days, description="maintenance windows and outages")

    charges_per_second: Rate | None = None
    mails_per_second: Rate | None = None
    panel_calls_per_second: Rate | None = None

    health_port: Port = Field(default=8801, description="readiness endpoint on loopback; 0 turns it off")
    health_host: Host = "127.0.0.1"
    metrics_address: str = Field(default="", description="host:port for Prometheus; empty turns it off")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_json: bool = True
    graceful_seconds: SecondsOrNone = Field(default=150.0, description="longer than the slowest charge")
    sticky_seconds: Seconds = Field(default=10.0, description="how long a dead worker's cases wait for it")

    @field_validator(*_DAYS, mode="before")
    @classmethod
    def _empty_is_for_ever(cls, days: Any) -> Any:
        return 0 if days == "" else days

    @field_validator(*_DAYS)
    @classmethod
    def _kept_long_enough(cls, days: int, info: ValidationInfo) -> int:
        return checked(_DAYS[info.field_name or ""], days)

    @field_validator("notices")
    @classmethod
    def _has_words(cls, notices: Path) -> Path:
        if not (notices / "common").is_dir():
            raise ValueError("there is no folder common in it, which has the words of all notices")
        return notices

    @field_validator("paypal_ca_file", "logo", mode="before")
    @classmethod
    def _empty_is_none(cls, file: Any) -> Any:
        return None if file == "" else file

    @field_validator("hold_contacts")
    @classmethod
    def _contacts_can_be_reached(cls, contacts: Contacts) -> Contacts:
        for each in contacts.values():
            mail_address(each.write_to)
            web_page(each.read or _ANY_PAGE)
        return contacts

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        for name, reason in contradictions(self):
            raise ValueError(f"{name}: {reason}")
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
        file = Path(os.environ.get(CONFIG, ROOT / "reprieve.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)
