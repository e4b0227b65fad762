"""One real case on virtual time, driven step by step. Every test gives its case a name that no other test uses."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import TimeSkipper

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from adapters.temporal.signing import Signed
from dunning.calendar import instant, local
from dunning.case.case import Case
from dunning.case.facts import Payment
from dunning.money import Money
from dunning.names import PAYMENT_RECEIVED, workflow_id
from dunning.policy.file import Policy
from dunning.policy.plan import Plan
from dunning.policy.timeline import plan_for
from operations.invoices.new_invoice import NewInvoice
from sandbox.stage.stage import Stage
from sandbox.story.play import at_rest
from workflows.invoice import InvoiceDunning

PATIENCE = 60.0


@dataclass
class Playing:
    """A running case and the world around it."""

    stage: Stage
    skipper: TimeSkipper
    row: NewInvoice
    plan: Plan
    handle: WorkflowHandle[InvoiceDunning, str]

    @property
    def account(self) -> str:
        return self.row.account

    @property
    def email(self) -> str:
        return self.row.emails[0]

    @property
    def user(self) -> str:
        return self.row.services[0].user

    def moment(self, day: int, minutes: int) -> datetime:
        """That many minutes after the policy's hour on that day from the due date."""
        hour = local(self.plan.milestones[0].at, self.plan.zone).time()
        return instant(self.row.due + timedelta(days=day), hour, self.plan.zone) + timedelta(minutes=minutes)

    async def to_day(self, day: int, minutes: int = 30) -> None:
        """Let the case's own time pass up to then, with everything that happens until then."""
        missing = self.moment(day, minutes) - await self.skipper.get_current_time(self.handle)
        if missing > timedelta(0):
            await asyncio.wait_for(self.skipper.fast_forward(self.handle, missing), PATIENCE)
        await asyncio.wait_for(at_rest(self.handle), PATIENCE)

    @asynccontextmanager
    async def passing(self, day: int) -> AsyncGenerator[None]:
        """Time passes up to that day while the block runs; something in between may be held."""
        passing = asyncio.create_task(self.to_day(day))
        try:
            yield
        finally:
            await asyncio.wait_for(passing, PATIENCE)

    async def case(self) -> Case:
        return await self.handle.query(InvoiceDunning.case)

    async def outcome(self) -> str:
        return await asyncio.wait_for(self.handle.result(), PATIENCE)

    async def is_over(self) -> bool:
        return (await self.handle.describe()).status is WorkflowExecutionStatus.COMPLETED

    def payment(self, amount: str = "USD 19.99", payment: str = "") -> Payment:
        money = Money.parse(amount)
        return Payment(id=payment or f"pay-{self.row.invoice}", amount=money, at=datetime.now(UTC))

    async def signal(self, amount: str = "USD 19.99", payment: str = "") -> None:
        await self.say(PAYMENT_RECEIVED, self.payment(amount, payment))

    async def send(self, name: str, fact: Any) -> None:
        """A signal, signed as the portal does; it lies at the server afterwards."""
        await self.handle.signal(name, args=self.signed(name, fact).args)

    async def say(self, name: str, fact: Any) -> None:
        """The same; its case has it afterwards, if a worker is there."""
        await self.send(name, fact)
        for _ in range(150):
            seen = (await self.handle.describe()).raw_description
            checked = all(each.activity_type.name != "check_fact" for each in seen.pending_activities)
            if checked and not seen.HasField("pending_workflow_task"):
                return
            await asyncio.sleep(0.02)

    async def update(self, name: str, fact: Any, known_by: str = "") -> Any:
        its = self.signed(name, fact, known_by)
        return await self.handle.execute_update(name, args=its.args, id=its.update)  # pyright: ignore[reportUnknownMemberType]

    def signed(self, name: str, fact: Any, known_by: str = "") -> Signed:
        return self.stage.signer.signed(self.skipper.client, self.handle.id, name, fact, known_by)

    async def mails(self) -> list[str]:
        """Subjects, oldest first; a message that came twice would be here twice."""
        books = await self.stage.companies.mail.books()
        return [m.subject for m in books.to(self.email) for _ in range(m.copies)]

    async def levels(self) -> list[str]:
        """What the panel's own journal says became of the first service."""
        books = await self.stage.companies.panel.books()
        return [change.after for change in books.changes(self.user)]

    async def charged(self) -> list[int]:
        """Money that really moved, in minor units."""
        books = await self.stage.companies.payments.books()
        return [c.amount for c in books.of(self.account) if c.status == "succeeded"]


async def begin(
    stage: Stage, name: str, policy: str | Policy, *, due_in: int = 11, decline: int = 0, **row: Any
) -> Playing:
    """Open a case whose time stands still, under a policy of a file or another. `decline`: so many are declined."""
    rules = load_policy(policy, ROOT / "policies") if isinstance(policy, str) else policy
    written = {
        "invoice": name,
        "account": f"acct-{name}",
        "customer": "Example Bakery",
        "emails": [f"{name.lower()}@bakery.example"],
        "amount": "USD 19.99",
        "due": (datetime.now(UTC) + timedelta(days=due_in)).date(),
        "policy": rules.name,
        "services": [{"kind": "website", "user": f"u-{name.lower()}"}],
    }
    facts = await stage.with_payer(NewInvoice.model_validate({**written, **row}))
    if decline:
        await stage.companies.payments.script(facts.account, "decline:card_declined", times=decline)
    skipper = await stage.skipper()
    with skipper.with_time_skipping_disabled():
        await stage.open(skipper.client, facts, rules)
    handle = skipper.client.get_workflow_handle_for(InvoiceDunning.run, workflow_id(name))
    return Playing(stage, skipper, facts, plan_for(rules, facts.invoice_facts(), facts.zone or ""), handle)
