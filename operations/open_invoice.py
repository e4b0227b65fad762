"""Opening an invoice: what a file or a program says of it becomes an account in the store and a running case, once."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dunning.case.case import Opened, Reachability, open_case
from dunning.case.facts import Payment
from dunning.case.ledger import credit_payment
from dunning.explain.temporal_ui import shown
from dunning.money import Money
from dunning.notices.reachability import outside
from dunning.policy.file import Policy, Zone
from dunning.policy.plan import Invoice, InvoiceNumber, Plan
from dunning.policy.timeline import plan_for
from dunning.ports.cases import Cases
from dunning.ports.companies import Reach
from dunning.records.accounts import Account, Contact, Service
from dunning.records.books import OpenInvoice as Known
from dunning.records.inbox import News
from dunning.rules.machine import decide
from operations.deliver_news import DeliverNews, NewsRecords

_PROBE = r"^(https?://[^\s/@]+(/\S*)?|smtp://[^\s/@]+/[^\s/@]+@[^\s/@]+)?$"


class ServiceRow(BaseModel):
    """A service of the account, as a file or a program names it.

    `aliases` are other domains of it. `site` is where its own software takes our notifications, `probe` what is looked
    at from outside: `https://bakery.example/`, or `smtp://mail.example:25/info@bakery.example`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str = "website"
    user: str
    domain: str = ""
    panel: str = "sandbox"
    aliases: tuple[str, ...] = ()
    site: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    probe: Annotated[str, Field(pattern=_PROBE)] = ""


def _amount(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("write the amount as text with its currency, like 'USD 19.99'")  # noqa: TRY004 - pydantic's way
    return Money.parse(value) if isinstance(value, str) else value


class InvoiceRow(BaseModel):
    """One invoice to be opened. `amount` is text like "USD 19.99"; `due` is a date in `zone` (default: the policy's).

    `payer` is the gateway's id of the customer (Stripe: `cus_...`); without one nothing is charged.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    invoice: InvoiceNumber
    account: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    customer: str = ""
    emails: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")], ...] = ()
    amount: Annotated[Money, BeforeValidator(_amount)]
    due: date
    policy: str
    zone: Zone | None = None
    locale: str = "en_US"
    paid_through: date | None = None
    renews: str = ""
    payer: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{0,200}$")] = ""
    services: tuple[ServiceRow, ...] = ()

    @model_validator(mode="after")
    def _owes_something(self) -> "InvoiceRow":
        if self.amount.minor <= 0:
            msg = f"amount {self.amount} must be positive"
            raise ValueError(msg)
        return self

    def invoice_facts(self) -> Invoice:
        """What the case needs of the row."""
        return Invoice(
            number=self.invoice,
            account=self.account,
            customer=self.customer,
            amount=self.amount,
            due=self.due,
            paid_through=self.paid_through,
            renews=self.renews,
        )


Outcome = Literal["started", "already running", "already closed"]


class Opening(NamedTuple):
    """What became of it. `reach`: whether the account has an address outside of what we host; None: nobody looked."""

    outcome: Outcome
    reach: Reachability | None = None


def fitting(row: InvoiceRow, policy: Policy) -> Plan:
    """The row's plan. Raises ValueError when the policy does not fit it (another currency, dates out of order)."""
    if row.amount.currency != policy.currency:
        msg = f"{row.amount} is not in {policy.currency}, the currency of the policy {policy.name}"
        raise ValueError(msg)
    return plan_for(policy, row.invoice_facts(), row.zone or "")


class OpenInvoice:
    """`reach` looks at the account's contacts; `clock` is the wall's: a case begins now."""

    def __init__(self, store: NewsRecords, cases: Cases, reach: Reach, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._cases = cases
        self._reach = reach
        self._news = DeliverNews(store, cases)
        self._clock = clock

    async def open(self, row: InvoiceRow, policy: Policy) -> Opening:
        """Start the row's case unless it runs or ran. Safe to repeat after a crash at any point.

        Raises ValueError when the policy does not fit the row, and OutageError.
        """
        plan = fitting(row, policy)
        known = await self._store.invoice(row.invoice)
        if known and known.status == "closed":
            return Opening("already closed")
        account = await self._merged(row)
        await self._store.put_account(account)
        await self._store.open_invoice(Known(number=row.invoice, account=row.account, policy=policy.name, due=row.due))
        reach = await self._look_at(account)
        opened = Opened(invoice=row.invoice_facts(), plan=plan, credit=await self._credit(row, policy), reach=reach)
        if await self._start(opened):
            return Opening("started", reach)
        if opened.credit and opened.credit.minor > 0:
            await self._hand_over(opened.invoice, opened.credit)
        return Opening("already running", reach)

    async def _look_at(self, account: Account) -> Reachability:
        """Where the account's contacts are (S3-21). One without any has none inside: its notices get tickets."""
        silent = await self._reach.inside(account)
        return "outside" if not silent or outside(account.contacts, silent) else "inside"

    async def _start(self, opened: Opened) -> bool:
        at = self._clock()
        case = open_case(opened, at)
        return await self._cases.start(opened, shown(case, at, decide(case, at)))

    async def _hand_over(self, invoice: Invoice, credit: Money) -> None:
        """Credit that was taken for a case which began without it. As at a beginning its id counts once."""
        payment = Payment(id=credit_payment(invoice.number), amount=credit, at=self._clock(), method="credit")
        await self._news.deliver(News(invoice=invoice.number, account=invoice.account, payment=payment))

    async def _credit(self, row: InvoiceRow, policy: Policy) -> Money | None:
        """The account's credit pays its next invoice, once however often the row is opened."""
        if not policy.use_credit:
            return None
        return await self._store.use_credit(row.account, row.invoice, row.amount, self._clock())

    async def _merged(self, row: InvoiceRow) -> Account:
        """What is known of the account, and what the row adds: a file never takes an address or a service away."""
        try:
            known = await self._store.account(row.account)
        except LookupError:
            known = Account(id=row.account, name=row.customer, zone=row.zone or "", locale=row.locale)
        have = {contact.email for contact in known.contacts}
        new = [email for email in row.emails if email not in have]
        contacts = [
            Contact(account=row.account, email=email, rank=len(have) + place) for place, email in enumerate(new)
        ]
        ids = {service.id for service in known.services}
        named = {service.id: service for service in _services(row)}
        services = [service for service in named.values() if service.id not in ids]
        return known.model_copy(
            update={
                "name": known.name or row.customer,
                "payer": known.payer or row.payer,
                "contacts": (*known.contacts, *contacts),
                "services": (*(_told_more(each, named.get(each.id)) for each in known.services), *services),
            }
        )


def _told_more(known: Service, row: Service | None) -> Service:
    """How to reach and see a service may come later than the service; what the file leaves empty stays."""
    told = {name: value for name in ("aliases", "site", "probe") if row and (value := getattr(row, name))}
    return known.model_copy(update=told)


def _services(row: InvoiceRow) -> list[Service]:
    return [
        Service(
            id=f"{s.panel}:{s.user}:{s.kind}",
            account=row.account,
            kind=s.kind,
            panel=s.panel,
            user=s.user,
            domain=s.domain,
            aliases=s.aliases,
            site=s.site,
            probe=s.probe,
        )
        for s in row.services
    ]
