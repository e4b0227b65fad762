"""An invoice to be opened, as a person or a program names it, and the plan that fits it."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dunning.money import Money
from dunning.policy.file import Policy, Zone
from dunning.policy.invoice_number import InvoiceNumber
from dunning.policy.plan import Invoice, Plan
from dunning.policy.timeline import plan_for
from dunning.records.accounts import Account, Contact, Service
from operations.invoices import written
from operations.invoices.new_line import NewLine, amount_value, as_lines, sum_of

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


Day = Annotated[date, BeforeValidator(written.day)]
AccountId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Email = Annotated[str, BeforeValidator(written.mail_address)]
Locale = Annotated[str, BeforeValidator(written.locale)]
Payer = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{0,200}$")]


class NewInvoice(BaseModel):
    """One invoice to be opened.

    `amount` is text like "USD 19.99"; `due` is a date in `zone` (default: the account's, else the policy's).

    `payer` is the gateway's id of the customer (Stripe: `cus_...`); without one nothing is charged. `brand` is one of
    the settings' `brands`, under whose name the account is written to. `services` are the account's, new ones among
    them; `pays_for` names, by their ids (`panel:user:kind`), those that this invoice pays for. None named: all of the
    account's. `lines`, if they are given, come to the `amount`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    invoice: InvoiceNumber
    account: AccountId
    customer: str = ""
    emails: tuple[Email, ...] = ()
    amount: Annotated[Money, BeforeValidator(amount_value)]
    due: Day
    policy: str
    zone: Zone | None = None
    locale: Locale = "en_US"
    paid_through: Day | None = None
    renews: str = ""
    payer: Payer = ""
    brand: str = ""
    services: tuple[NewService, ...] = ()
    pays_for: tuple[str, ...] = ()
    lines: tuple[NewLine, ...] = ()
    moved_in: Day | None = None
    level: Literal["", "locked", "suspended"] = ""

    @model_validator(mode="before")
    @classmethod
    def _is_plain_text(cls, values: Any) -> Any:
        if wrong := list(written.with_control_characters(values)):
            raise ValueError("; ".join(wrong))
        return values

    @model_validator(mode="after")
    def _moves_in(self) -> "NewInvoice":
        if self.level and self.moved_in is None:
            msg = f"level {self.level} needs moved_in, the day of the last notice of the system that it moves in from"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _owes_something(self) -> "NewInvoice":
        if self.amount.minor <= 0:
            msg = f"amount {self.amount} must be positive"
            raise ValueError(msg)
        if self.lines and (sum_ := sum_of(self.lines)) != self.amount:
            msg = f"lines: they come to {sum_}, and the amount is {self.amount}"
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
            lines=as_lines(self.lines),
        )


def fitting(new: NewInvoice, policy: Policy, zone: str = "") -> Plan:
    """Its plan, in its own zone, in its account's `zone`, or in the policy's; nothing is stored before this.

    Raises ValueError when the policy does not fit it (another currency, dates out of order) or it is huge, and
    OverflowError for a date at the end of time.
    """
    if (size := len(new.model_dump_json())) > LARGEST:
        msg = f"the invoice is too large: {size} characters, of {LARGEST} at most"
        raise ValueError(msg)
    if new.amount.currency != policy.currency:
        msg = f"{new.amount} is not in {policy.currency}, the currency of the policy {policy.name}"
        raise ValueError(msg)
    return _plan(policy, new.due, new.paid_through, new.zone or zone)  # pyright: ignore[reportArgumentType] - a frozen model has a hash


@lru_cache(maxsize=1000)
def _plan(policy: Policy, due: date, paid_through: date | None, zone: str) -> Plan:
    """Compiled once for all invoices of these dates: nothing else of an invoice is in its plan."""
    nothing = Money.zero(policy.currency)
    invoice = Invoice(number="plan", account="plan", amount=nothing, due=due, paid_through=paid_through)
    return plan_for(policy, invoice, zone)


def account_of(new: NewInvoice, known: Account | None) -> Account:
    """What is known of the account, and what the invoice adds: it never takes an address or a service away."""
    known = known or Account(id=new.account, name=new.customer, zone=new.zone or "", locale=new.locale)
    have = {contact.email for contact in known.contacts}
    emails = [email for email in new.emails if email not in have]
    contacts = [Contact(account=new.account, email=email, rank=len(have) + place) for place, email in enumerate(emails)]
    named = {service.id: service for service in services_of(new)}
    has = {name for service in known.services for name in (service.id, service.place)}
    services = [service for service in named.values() if service.id not in has]
    return known.model_copy(
        update={
            "name": known.name or new.customer,
            "payer": known.payer or new.payer,
            "brand": known.brand or new.brand,
            "contacts": (*known.contacts, *contacts),
            "services": (
                *(_told_more(each, named.get(each.place) or named.get(each.id)) for each in known.services),
                *services,
            ),
        }
    )


def other_brand(new: NewInvoice, known: Account) -> str:
    """Why the account cannot be of the brand that the invoice names; empty when it can."""
    if new.brand in ("", known.brand) or not known.brand:
        return ""
    return f"account {known.id!r} is of the brand {known.brand!r}; an account has one brand"


def unknown_services(named: Iterable[str], account: Account) -> str:
    """Which of these are no services of the account, and which it has; empty when all are."""
    have = [service.id for service in account.services]
    unknown = [each for each in named_ids(named, account) if each not in have]
    if not unknown:
        return ""
    has = f"it has {', '.join(have)}" if have else "it has none"
    return f"account {account.id!r} has no service {', '.join(map(repr, unknown))}; {has}"


def named_ids(named: Iterable[str], account: Account) -> tuple[str, ...]:
    """The ids of these services. One that moved may be named by where it is now, too."""
    ids, places = {each.id for each in account.services}, {each.place: each.id for each in account.services}
    return tuple(dict.fromkeys(each if each in ids else places.get(each, each) for each in named))


def _told_more(known: Service, new: Service | None) -> Service:
    """How to reach and see a service may come later than the service; what is left empty stays."""
    told = {name: value for name in ("aliases", "site", "probe") if new and (value := getattr(new, name))}
    return known.model_copy(update=told)


def services_of(new: NewInvoice) -> list[Service]:
    """The services that it names, as the account would have them."""
    return [service_of(new.account, each) for each in new.services]


def service_of(account: str, new: NewService) -> Service:
    """The account's service, as it begins."""
    return Service(id=f"{new.panel}:{new.user}:{new.kind}", account=account, **new.model_dump())
