"""How the people of a story reach a case: through the same public doors as everybody else."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import httpx2
from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from composition import now
from dunning.case.facts import Approval, Payment, Promise, Void, Waiver
from dunning.case.ledger import MONEY_IN, find
from dunning.money import Money
from operations.decisions import Decision
from operations.errors import RefusedError
from operations.invoices.new_invoice import NewInvoice
from sandbox.stage.stage import Stage
from sandbox.story.story import Approves, Happening, Pay, Promises, Voids, Waives
from workflows.invoice import InvoiceDunning

PATIENCE = 30.0
GLANCE = 0.02


@dataclass(frozen=True)
class Told:
    """What happened at a door. `payment` is the id of the money, `refused` why it was turned away."""

    at: datetime
    what: str
    payment: str = ""
    refused: str = ""


class Doors:
    """What the operations do for one case; `told` keeps what happened.

    `moment` is when it is in the story: the case's own time stands still once it has ended.
    """

    def __init__(
        self, stage: Stage, skipper: TimeSkipper, handle: WorkflowHandle[InvoiceDunning, str], row: NewInvoice
    ) -> None:
        self._stage = stage
        self._mail = stage.companies.mail
        made = stage.made(skipper.client)
        self._payments, self._decisions = made.payments, made.decisions
        self._skipper = skipper
        self._handle = handle
        self._row = row
        self.told: list[Told] = []
        self.moment = datetime.min.replace(tzinfo=UTC)

    async def happen(self, happening: Happening) -> None:
        """Let it happen now. A refusal is noted."""
        what, decision = _said(happening, self._row.due)
        at = await self._now()
        try:
            await self._decisions.decide(self._row.invoice, decision)
            self.told.append(Told(at, what))
        except RefusedError as error:
            self.told.append(Told(at, what, refused=error.reason))

    async def say(self, signal: str, update: str, body: object) -> None:
        """Send a signal or an update of that name as it is, signed as ours."""
        its = self._stage.signer.signed(self._skipper.client, self._handle.id, update or signal, body)
        if update:
            await self._handle.execute_update(update, args=its.args, id=its.update)  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open
        else:
            await self._handle.signal(signal, args=its.args)

    async def pay(self, payments: Sequence[Pay]) -> None:
        """Bring the money. Of several payments, the first one's receipt waits until the others came, too."""
        together = len(payments) > 1 and self._row.emails
        if not together:
            for payment in payments:
                await self._pay(payment)
            return
        await self._mail.script(self._row.emails[0], "hold")
        try:
            await self._pay(payments[0])
            await self._mail.until_held(self._row.emails[0])
            for payment in payments[1:]:
                await self._pay(payment)
        finally:
            await self._mail.forget(self._row.emails[0])

    async def _pay(self, pay: Pay) -> None:
        amount = amount_of(pay.amount, self._row.amount.currency)
        if pay.by == "page":
            self.told.append(Told(await self._now(), f"{amount} paid on the pay page", await self._pay_on_the_page()))
            return
        at, what = await self._now(), f"{amount} paid"
        payment = Payment(id=pay.id, amount=amount, at=at, method="bank transfer")
        try:
            taken = await self._payments.take(self._row.invoice, payment, durable=pay.by == "signal", force=True)
        except RefusedError as error:
            self.told.append(Told(at, what, pay.id, error.reason))
            return
        if taken.late:  # the case has ended and counts nothing any more
            self.told.append(Told(at, f"{what}: {taken.outcome}, with a Billing ticket"))
            return
        self.told.append(Told(at, what, pay.id))

    async def _pay_on_the_page(self) -> str:
        """The link of the mails, the button, the card on Stripe's page, its webhook. Returns the payment's id."""
        session = await pay_on_the_page(self._stage, self._row.invoice)
        payment = await self._stage.companies.payments.pay_session(session, at=await self._now())
        async with asyncio.timeout(PATIENCE):
            while find((await self._handle.query(InvoiceDunning.case)).entries, payment, MONEY_IN) is None:  # noqa: ASYNC110
                await asyncio.sleep(GLANCE)
        return payment

    async def _now(self) -> datetime:
        return max(self.moment, await self._skipper.get_current_time(self._handle))


async def pay_on_the_page(stage: Stage, invoice: str) -> str:
    """Open the signed link, and press the button. Returns the id of the page at Stripe that it leads to."""
    link = stage.links.pay(invoice, now())
    async with httpx2.AsyncClient(trust_env=False, timeout=10) as http:
        (await http.get(link)).raise_for_status()
        answer = await http.post(link, data={"consent": "yes"})
    return urlsplit(answer.headers["location"]).path.rpartition("/")[2]


def amount_of(text: str, currency: str) -> Money:
    """An amount, in `currency` unless it names its own. Raises ValueError."""
    return Money.parse(text, None if " " in text else currency)


def _said(happening: Happening, due: date) -> tuple[str, Decision]:
    """In words, and as a decision."""
    match happening:
        case Promises(until_day=day):
            until = due + timedelta(days=day)
            return f"promised to pay by {until:%a %d %b %Y}", Promise(until=until)
        case Approves(milestone=milestone, by=by):
            return f"{by} approved {milestone}", Approval(milestone=milestone, by=by)
        case Waives(entry=entry, by=by):
            return f"{by} waived {entry}", Waiver(entry=entry, by=by)
        case Voids(reason=reason):
            return f"voided: {reason}", Void(reason=reason)
        case _:
            raise TypeError(happening)
