"""An invoice to be opened, as a person or a program names it, and the plan that fits it."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dunning.money import Money
from dunning.policy.file import Policy, Zone
from dunning.policy.invoice_number import InvoiceNumber
from dunning.policy.plan import Invoice, Plan
from dunning.policy.timeline import plan_for
from dunning.records.accounts import Account, Contact, Service
from operations import written

LARGEST = 100_000
"""Characters of an invoice as JSON; Temporal refuses cases of two million bytes."""
_PROBE = r"^(https?://[^\s/@]+(/\S*)?|smtp://[^\s/@]+/[^\s/@]+@[^\s/@]+)?$"
Host = Annotated[str, BeforeValidator(written.host)]
NameAtPanel = Annotated[str, BeforeValidator(written.name_at_panel)]


class NewService(BaseModel):
    """A service of the account, as a file or a program names it.

    `domain` may be written as a URL, `aliases` are other domains of it. `site` is where its own software takes our
    notifications, `probe` what is looked at from outside: `https://bakery.example/`, or
    `smtp://mail.example:25/info@bakery.example`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: NameAtPanel = "website"
    user: NameAtPanel
    domain: Host = ""
    panel: str = "sandbox"
    aliases: tuple[Host, ...] = ()
    site: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    probe: Annotated[str, Field(pattern=_PROBE)] = ""


def _amount(value: Any) -> Any:
    if isinstance(value, str):
        return Money.parse(value)
    if isinstance(value, Money):
        return value
    raise ValueError("write the amount as text with its currency, like 'USD 19.99'")


Day = Annotated[date, BeforeValidator(written.day)]
Email = Annotated[str, BeforeValidator(written.mail_address)]


class NewInvoice(BaseModel):
    """One invoice to be opened. `amount` is text like "USD 19.99"; `due` is a date in `zone` (default: the policy's).

    `payer` is the gateway's id of the customer (Stripe: `cus_...`); without one nothing is charged. `brand` is one of
    the settings' `brands`, under whose name the account is written to. `services` are the account's, new ones among
    them; `pays_for` names, by their ids (`panel:user:kind`), those that this invoice pays for. None named: all of the
    account's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    invoice: InvoiceNumber
    account: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    customer: str = ""
    emails: tuple[Email, ...] = ()
    amount: Annotated[Money, BeforeValidator(_amount)]
    due: Day
    policy: str
    zone: Zone | None = None
    locale: Annotated[str, BeforeValidator(written.locale)] = "en_US"
    paid_through: Day | None = None
    renews: str = ""
    payer: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{0,200}$")] = ""
    brand: str = ""
    services: tuple[NewService, ...] = ()
    pays_for: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _is_plain_text(cls, values: Any) -> Any:
        if wrong := list(written.with_control_characters(values)):
            raise ValueError("; ".join(wrong))
        return values

    @model_validator(mode="after")
    def _owes_something(self) -> "NewInvoice":
        if self.amount.minor <= 0:
            msg = f"amount {self.amount} must be positive"
            raise ValueError(msg)
        return self

    def invoice_facts(self) -> Invoice:
        """What the case needs of it."""
        return Invoice(
            number=self.invoice,
            account=self.account,
            customer=self.customer,
            amount=self.amount,
            due=self.due,
            paid_through=self.paid_through,
            renews=self.renews,
            pays_for=self.pays_for,
        )


def fitting(new: NewInvoice, policy: Policy) -> Plan:
    """Its plan; nothing is stored before this.

    Raises ValueError when the policy does not fit it (another currency, dates out of order) or it is huge, and
    OverflowError for a date at the end of time.
    """
    if (size := len(new.model_dump_json())) > LARGEST:
        msg = f"the invoice is too large: {size} characters, of {LARGEST} at most"
        raise ValueError(msg)
    if new.amount.currency != policy.currency:
        msg = f"{new.amount} is not in {policy.currency}, the currency of the policy {policy.name}"
        raise ValueError(msg)
    return plan_for(policy, new.invoice_facts(), new.zone or "")


def account_of(new: NewInvoice, known: Account | None) -> Account:
    """What is known of the account, and what the invoice adds: it never takes an address or a service away."""
    known = known or Account(id=new.account, name=new.customer, zone=new.zone or "", locale=new.locale)
    have = {contact.email for contact in known.contacts}
    emails = [email for email in new.emails if email not in have]
    contacts = [Contact(account=new.account, email=email, rank=len(have) + place) for place, email in enumerate(emails)]
    ids = {service.id for service in known.services}
    named = {service.id: service for service in services_of(new)}
    services = [service for service in named.values() if service.id not in ids]
    return known.model_copy(
        update={
            "name": known.name or new.customer,
            "payer": known.payer or new.payer,
            "brand": known.brand or new.brand,
            "contacts": (*known.contacts, *contacts),
            "services": (*(_told_more(each, named.get(each.id)) for each in known.services), *services),
        }
    )


def other_brand(new: NewInvoice, known: Account) -> str:
    """Why the account cannot be of the brand that the invoice names; empty when it can."""
    if new.brand in ("", known.brand) or not known.brand:
        return ""
    return f"account {known.id!r} is of the brand {known.brand!r}; an account has one brand"


def unknown_services(named: Iterable[str], account: Account) -> str:
    """Which of these ids are no services of the account, and which it has; empty when all are."""
    have = [service.id for service in account.services]
    unknown = [each for each in named if each not in have]
    if not unknown:
        return ""
    has = f"it has {', '.join(have)}" if have else "it has none"
    return f"account {account.id!r} has no service {', '.join(map(repr, unknown))}; {has}"


def _told_more(known: Service, new: Service | None) -> Service:
    """How to reach and see a service may come later than the service; what is left empty stays."""
    told = {name: value for name in ("aliases", "site", "probe") if new and (value := getattr(new, name))}
    return known.model_copy(update=told)


def services_of(new: NewInvoice) -> list[Service]:
    """The services that it names, as the account would have them."""
    return [
        Service(
            id=f"{s.panel}:{s.user}:{s.kind}",
            account=new.account,
            kind=s.kind,
            panel=s.panel,
            user=s.user,
            domain=s.domain,
            aliases=s.aliases,
            site=s.site,
            probe=s.probe,
        )
        for s in new.services
    ]
