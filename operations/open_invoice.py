"""Opening a case: one row of a file becomes an account in the store and a workflow on the server, once."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from adapters.mail.lookout import Lookout
from adapters.temporal.cases import CaseRecords, Cases
from cli.shell.options import now
from dunning.case.case import OF_CREDIT, Opened, open_case
from dunning.case.facts import Payment
from dunning.explain.temporal_ui import headline, shown
from dunning.money import Money
from dunning.names import workflow_id
from dunning.policy.file import Policy, Zone
from dunning.policy.plan import Invoice, InvoiceNumber, Plan
from dunning.policy.timeline import plan_for
from dunning.records.accounts import Account, Contact, Service
from dunning.records.books import OpenInvoice
from dunning.records.inbox import News
from dunning.rules.machine import decide
from workflows import attributes
from workflows.invoice import InvoiceDunning

Opening = Literal["started", "already running", "already closed"]


_PROBE = r"^(https?://[^\s/@]+(/\S*)?|smtp://[^\s/@]+/[^\s/@]+@[^\s/@]+)?$"


class ServiceRow(BaseModel):
    """A service of the account, as a file names it.

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
    """One invoice of a file. `amount` is text like "USD 19.99"; `due` is a date in `zone` (default: the policy's).

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


def fitting(row: InvoiceRow, policy: Policy) -> Plan:
    """The row's plan. Raises ValueError when the policy does not fit it (another currency, dates out of order)."""
    if row.amount.currency != policy.currency:
        msg = f"{row.amount} is not in {policy.currency}, the currency of the policy {policy.name}"
        raise ValueError(msg)
    return plan_for(policy, row.invoice_facts(), row.zone or "")


async def open_row(
    client: Client, store: CaseRecords, queue: str, row: InvoiceRow, policy: Policy, *, lookout: Lookout | None = None
) -> Opening:
    """Start the row's case unless it runs or ran. Safe to repeat after a crash at any point.

    `lookout` looks at the account's contacts; without one the names alone are looked at, and no DNS is asked.
    Raises ValueError when the policy does not fit the row.
    """
    plan = fitting(row, policy)
    known = await store.invoice(row.invoice)
    if known and known.status == "closed":
        return "already closed"
    account = await _merged(store, row)
    await store.put_account(account)
    await store.open_invoice(OpenInvoice(number=row.invoice, account=row.account, policy=policy.name, due=row.due))
    reach = await (lookout or Lookout()).at(account)
    opened = Opened(invoice=row.invoice_facts(), plan=plan, credit=await _credit(store, row, policy), reach=reach)
    opening = await _start(client, queue, opened)
    if opening == "already running" and opened.credit and opened.credit.minor > 0:
        await _hand_over(Cases(client, store, queue), opened.invoice, opened.credit)
    return opening


async def _hand_over(cases: Cases, invoice: Invoice, credit: Money) -> None:
    """Credit that was taken for a case which began without it. Under the same id as at a beginning: it counts once."""
    payment = Payment(id=f"{OF_CREDIT}{invoice.number}", amount=credit, at=now(), method="credit")
    await cases.deliver(News(invoice=invoice.number, account=invoice.account, payment=payment))


async def _credit(store: CaseRecords, row: InvoiceRow, policy: Policy) -> Money | None:
    """The account's credit pays its next invoice, once however often the row is opened."""
    if not policy.use_credit:
        return None
    return await store.use_credit(row.account, row.invoice, row.amount, now())


async def _merged(store: CaseRecords, row: InvoiceRow) -> Account:
    """What is known of the account, and what the row adds: a file never takes an address or a service away."""
    try:
        known = await store.account(row.account)
    except LookupError:
        known = Account(id=row.account, name=row.customer, zone=row.zone or "", locale=row.locale)
    have = {contact.email for contact in known.contacts}
    new = [email for email in row.emails if email not in have]
    contacts = [Contact(account=row.account, email=email, rank=len(have) + place) for place, email in enumerate(new)]
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


async def _start(client: Client, queue: str, opened: Opened) -> Opening:
    at = now()
    case = open_case(opened, at)
    try:
        await client.start_workflow(
            InvoiceDunning.run,
            opened,
            id=workflow_id(opened.invoice.number),
            task_queue=queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary=headline(opened.invoice),
            search_attributes=attributes.typed(shown(case, at, decide(case, at))),
        )
    except WorkflowAlreadyStartedError:
        return "already running"
    return "started"
