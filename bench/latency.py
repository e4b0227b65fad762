"""From "the money is here" to "the panel shows it running", on real time, with suspended cases waiting."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

from dunning.case.case import Opened
from dunning.case.facts import Payment
from dunning.money import Money
from dunning.names import PAYMENT_RECEIVED, workflow_id
from dunning.policy.plan import Action, Invoice, Milestone, Plan, TakenBack
from dunning.records.accounts import Account, Contact, Service
from dunning.records.books import KnownInvoice
from sandbox.stage.stage import QUEUE, Stage
from workflows.invoice import InvoiceDunning

PRICE = Money.parse("USD 19.99")
PATIENCE = 60.0

Handle = WorkflowHandle[InvoiceDunning, str]


async def suspended_cases(stage: Stage, prefix: str, number: int) -> list[Handle]:
    """Cases whose plan suspends at once, a second after its warning."""
    client = await stage.connect()
    handles = [await _open(stage, client, f"{prefix}-{place}") for place in range(number)]
    async with asyncio.timeout(PATIENCE):
        while await _suspended(stage, prefix) < number:  # noqa: ASYNC110 - the panel is another process
            await asyncio.sleep(0.2)
    return handles


async def one_by_one(stage: Stage, handles: Sequence[Handle]) -> list[float]:
    """Seconds, each case paid when the one before has ended."""
    client = await stage.connect()
    for handle in handles:
        await _pay(stage, client, handle)
        await handle.result()
    return [await _seconds(handle) for handle in handles]


async def all_at_once(stage: Stage, handles: Sequence[Handle]) -> list[float]:
    """Seconds, all paid in the same moment."""
    client = await stage.connect()
    await asyncio.gather(*(_pay(stage, client, handle) for handle in handles))
    await asyncio.gather(*(handle.result() for handle in handles))
    return [await _seconds(handle) for handle in handles]


async def _open(stage: Stage, client: Client, name: str) -> Handle:
    user, now = name.lower(), datetime.now(UTC)  # noqa: TID251 - real time is what is measured
    contact = Contact(account=user, email=f"{user}@bench.example")
    service = Service(id=f"sandbox:{user}:website", account=user, kind="website", panel="sandbox", user=user, domain="")
    await stage.store.put_account(
        Account(id=user, name=name, zone="UTC", locale="en_US", contacts=(contact,), services=(service,))
    )
    opened = Opened(
        invoice=Invoice(number=name, account=user, amount=PRICE, due=now.date()),
        plan=_plan(now),
        reach="outside",
        generation=1,
    )
    await stage.store.open_invoice(KnownInvoice(number=name, account=user, policy="a-small-orange", due=now.date()))
    return await client.start_workflow(InvoiceDunning.run, opened, id=workflow_id(name), task_queue=QUEUE)


def _plan(now: datetime) -> Plan:
    title = "First Invoice Overdue Notice"
    warning = Milestone(name="warning", action=Action.NOTIFY, at=now, day=0, notice=title, warns_of=("suspend",))
    suspend = Milestone(name="suspend", action=Action.SUSPEND, at=now + timedelta(seconds=1), day=0)
    last = Milestone(name="deactivate", action=Action.DEACTIVATE, at=now + timedelta(days=30), day=30)
    return Plan(
        policy="a-small-orange", zone="UTC", milestones=(warning, suspend, last), taken_back=TakenBack(grace=10)
    )


async def _suspended(stage: Stage, prefix: str) -> int:
    services = (await stage.companies.panel.books()).services
    return sum(each.level == "suspended" and each.user.startswith(f"{prefix.lower()}-") for each in services)


async def _pay(stage: Stage, client: Client, handle: Handle) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - real time is what is measured
    payment = Payment(id=f"bank-{handle.id}", amount=PRICE, at=now)
    await handle.signal(PAYMENT_RECEIVED, args=stage.signer.signed(client, handle.id, PAYMENT_RECEIVED, payment).args)


async def _seconds(handle: Handle) -> float:
    """From the signal to the end of the reinstatement, by the server's clock."""
    events = (await handle.fetch_history()).events
    signal = next(e for e in events if e.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
    asked = next(
        e.event_id for e in events if e.activity_task_scheduled_event_attributes.activity_type.name == "reinstate"
    )
    over = next(e for e in events if e.activity_task_completed_event_attributes.scheduled_event_id == asked)
    return (over.event_time.ToDatetime() - signal.event_time.ToDatetime()).total_seconds()
