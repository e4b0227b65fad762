"""What has to be there before a command is typed, for an invoice of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import delete
from temporalio.client import Client

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from adapters.store.tables import open_cases
from dunning.case.case import Refusal, going_on
from dunning.case.facts import Payment, Reversal
from dunning.explain.temporal_ui import shown
from dunning.fleet.breaker import SUSPEND, Limits
from dunning.level import Level
from dunning.money import Money
from dunning.names import workflow_id
from dunning.person import person
from dunning.policy.file import Policy
from dunning.ports.cases import Wanted
from dunning.records.accounts import Account, Contact, Service
from dunning.records.credit import Credit
from dunning.records.effects import Consequence
from dunning.records.mail import NoticeCopy, NoticeText
from dunning.rules.machine import decide
from dunning.staff.role import Role
from dunning.staff.user import User
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder
from dunning.windows.outage import Outage, Way
from dunning.windows.window import Window
from operations.invoices.new_invoice import NewInvoice
from operations.processors.links import NewLink
from operations.services.holds import PlaceHold
from operations.subscriptions.new_subscription import NewSubscription
from sandbox.stage.stage import Stage
from tests.cli.command import in_days, row

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
NOW = datetime.now(UTC).replace(microsecond=0)
TEN = Money.parse("USD 10.00")
NAME, MAIL = "Wilhelmine Geheim", "wilhelmine"
"""Of a customer: nothing of it may be told when the store is away."""
DELETES, NOTIFIES = "delete", "first-overdue"

Prepare = Callable[[Stage, Client, str], Awaitable[None]]


def account(number: str) -> str:
    return f"{number}-account"


def user(number: str) -> str:
    return number.lower().replace("-", "")


def service(number: str) -> str:
    return f"sandbox:{user(number)}:website"


def email(number: str) -> str:
    return f"{MAIL}@{user(number)}.example"


def its_row(number: str, **more: object) -> dict[str, object]:
    return {**row(number, customer=NAME, emails=[email(number)], services=[{"user": user(number)}]), **more}


def _aso() -> Policy:
    return load_policy("a-small-orange", ROOT / "policies")


def only(milestone: str, number: str) -> Policy:
    """A policy of this invoice alone, with that one milestone."""
    policy = _aso()
    milestones = tuple(each for each in policy.milestones if each.name == milestone)
    return policy.model_copy(update={"name": f"only-{number.lower()}", "milestones": milestones})


async def nothing(stage: Stage, client: Client, number: str) -> None:
    """It is the command that begins."""


async def opened(stage: Stage, client: Client, number: str) -> None:
    await _opened(stage, client, number, _aso())


async def _opened(stage: Stage, client: Client, number: str, policy: Policy, **more: object) -> None:
    await stage.open(client, NewInvoice.model_validate(its_row(number, **more)), policy)


async def with_another_account(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    other = f"{number}-other"
    its = Service(id=f"sandbox:{user(number)}2:website", account=other, user=f"{user(number)}2")
    await stage.store.put_account(Account(id=other, name=NAME, services=(its,)))


async def subscribed(stage: Stage, client: Client, number: str) -> None:
    line = {"text": "Web hosting", "amount": "USD 19.99"}
    its = {"account": account(number), "policy": "a-small-orange", "period": "monthly", "renews_on": in_days(60)}
    wanted = NewSubscription.model_validate({"subscription": number, "lines": [line], **its})
    await stage.made(client).subscribe.subscribe(wanted, _aso())


async def paid_in_part(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    await stage.made(client).payments.take(number, Payment(id=f"{number}-1", amount=TEN, at=AT))


async def taken_back(stage: Stage, client: Client, number: str) -> None:
    await paid_in_part(stage, client, number)
    reversal = Reversal(id=f"{number}-back", payment=f"{number}-1", amount=TEN, at=AT)
    await stage.made(client).payments.reverse(number, reversal)


async def with_credit(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    await stage.store.add_credit(Credit(id=f"{number}-c", account=account(number), amount=TEN, at=AT, reason="it"))


async def with_ticket(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    kind = TicketKind.NOBODY_REACHED
    order = TicketOrder(
        invoice=number, account=account(number), step="t", at=AT, kind=kind, subject="look", body="please"
    )
    await stage.store.open_ticket(order)


async def gone(stage: Stage, client: Client, number: str) -> None:
    """A customer of whom nothing goes on."""
    its = Contact(account=f"{number}-gone", email=email(number))
    await stage.store.put_account(Account(id=f"{number}-gone", name=NAME, contacts=(its,)))


async def with_old_ticket(stage: Stage, client: Client, number: str) -> None:
    """Closed so long ago that it is not kept any more."""
    await opened(stage, client, number)
    kind, at = TicketKind.NOBODY_REACHED, AT - timedelta(days=1000)
    order = TicketOrder(
        invoice="", account=account(number), step=number, at=at, kind=kind, subject="look", body="please"
    )
    await stage.store.open_ticket(order)
    assert await stage.store.close_tickets([order.key], at, "ana", "done") == (f":{number}",)


async def with_user(stage: Stage, client: Client, number: str) -> None:
    await stage.store.put_user(User(key=person(number), name=number, role=Role.CLERK, added_at=AT, added_by="ana"))


async def stopped(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    asked = Consequence(
        key=f"{number}:suspend", account=account(number), invoice=number, action=SUSPEND, at=AT, status="admitted"
    )
    await stage.store.admit([asked], Limits(most=0))


async def held(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    hold = PlaceHold(account(number), "abuse", Level.SUSPENDED, "ana", "spam", silent=True)
    await stage.made(client).holds.place(hold)


async def dead(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    await _in_the_table(stage, number)
    await client.get_workflow_handle(workflow_id(number)).terminate()


async def waits_for_approval(stage: Stage, client: Client, number: str) -> None:
    await _opened(stage, client, number, only(DELETES, number))


async def with_refused_charge(stage: Stage, client: Client, number: str) -> None:
    """As if the gateway had called its charge malformed: the case takes that over."""
    await opened(stage, client, number)
    made = stage.made(client)
    case = await made.cases.ask(number)
    await client.get_workflow_handle(workflow_id(number)).terminate()
    refusal = Refusal(step="charge", since=NOW, times=1, reason="parameter_invalid", again_at=None)
    case = case.model_copy(update={"refusals": (refusal,)})
    generation = await stage.store.new_generation(number)
    await made.cases.start(going_on(case, generation), shown(case, decide(case, NOW)), dead=True)


async def paid_at_gateway(stage: Stage, client: Client, number: str) -> str:
    """The id of a payment that nobody here has heard of."""
    payer = await stage.companies.payments.customer(account(number))
    await _opened(stage, client, number, _aso(), payer=payer)
    return await stage.companies.payments.pay_directly(account(number), TEN.minor, "USD", number)


async def unheard(stage: Stage, client: Client, number: str) -> None:
    await paid_at_gateway(stage, client, number)


async def paid_by_card(stage: Stage, client: Client, number: str) -> None:
    payment = await paid_at_gateway(stage, client, number)
    await stage.made(client).payments.take(number, Payment(id=payment, amount=TEN, at=AT))
    CARD_PAYMENTS[number] = payment


CARD_PAYMENTS: dict[str, str] = {}
"""The gateway's ids, by invoice."""


async def notified(stage: Stage, client: Client, number: str) -> None:
    """A notice went out at once, and the server's list has the case."""
    policy = only(NOTIFIES, number)
    await _opened(stage, client, number, policy, due=str(in_days(-7)))
    made = stage.made(client)
    listed = Wanted(policy=policy.name)
    async with asyncio.timeout(30):
        while not ((await made.cases.ask(number)).done and await made.cases.count(listed)):  # noqa: ASYNC110 - the case and the list are the condition
            await asyncio.sleep(0.05)


async def with_notice(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    content = NoticeText(subject="Invoice", text="Hello,\n\nplease pay.\n", html="<p>Hello</p>", template="t@1")
    await stage.store.put_notice(
        NoticeCopy(
            id=f"{number}:issue:0",
            invoice=number,
            account=account(number),
            recipient=email(number),
            at=AT,
            content=content,
            status="delivered",
            message_id=f"<{user(number)}@hosting.example>",
        )
    )


async def _in_the_table(stage: Stage, number: str) -> None:
    async with asyncio.timeout(30):
        while not await stage.store.open_case(number):  # noqa: ASYNC110 - the table is the condition
            await asyncio.sleep(0.02)


async def not_in_the_table(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    await _in_the_table(stage, number)
    async with stage.store._writing() as connection:
        await connection.execute(delete(open_cases).where(open_cases.c.number == number))


async def drifted(stage: Stage, client: Client, number: str) -> None:
    """A person at the panel unsuspended what is held."""
    await held(stage, client, number)
    await stage.companies.panel.put(user(number), "active")


def night(number: str) -> date:
    """Another night for each number, in which nothing else is to come."""
    return in_days(100 + int(number[-5:]) % 250)


async def with_window(stage: Stage, client: Client, number: str) -> None:
    del client
    since = datetime.combine(night(number), time(21), tzinfo=UTC)
    one = Window(
        id=f"{since:%Y-%m-%d-%H%M}", since=since, until=since + timedelta(hours=2), zone="UTC", reason=number, by="bob"
    )
    await stage.store.put_window(one)


async def at_paypal(stage: Stage, client: Client, number: str) -> None:
    await opened(stage, client, number)
    await stage.companies.paypal.subscribe(f"I-{number}", NOW)


async def linked_to_paypal(stage: Stage, client: Client, number: str) -> None:
    await at_paypal(stage, client, number)
    new = NewLink(f"I-{number}", account(number), "", NOW, "bob")
    await stage.made(client).processor_links.add(new)


async def with_outage(stage: Stage, client: Client, number: str) -> None:
    del client
    until = AT + timedelta(hours=2)
    one = Outage(id=f"portal-{number}", way=Way.PORTAL, since=AT, until=until, seen=until, checks=9, why="away")
    await stage.store.put_outage(one)
