"""How the people of a story reach a case: through the same public doors as everybody else."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from adapters.signed_links import Links
from adapters.temporal.cases import Cases
from adapters.temporal.late_money import Late
from dunning.case.facts import Approval, Payment, Promise, Void, Waiver
from dunning.case.ledger import MONEY_IN, find
from dunning.money import Money
from dunning.names import PAYMENT_RECEIVED
from operations.open_invoice import InvoiceRow
from sandbox.stage.stage import QUEUE, Stage
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
    """The updates and signals of one case; `told` keeps what happened."""

    def __init__(
        self, stage: Stage, skipper: TimeSkipper, handle: WorkflowHandle[InvoiceDunning, str], row: InvoiceRow
    ) -> None:
        self._stage = stage
        self._mail = stage.companies.mail
        self._late = Late(stage.store, Cases(skipper.client, stage.store, QUEUE).wake)
        self._skipper = skipper
        self._handle = handle
        self._row = row
        self.told: list[Told] = []

    async def happen(self, happening: Happening) -> None:
        """Let it happen now. A refusal is noted."""
        what, update, fact = _said(happening, self._row.due)
        await self._knock(what, self._update(update, fact))

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
        payment = Payment(id=pay.id, amount=amount, at=await self._now(), method="bank transfer")
        if pay.by == "signal":
            door = self._handle.signal(PAYMENT_RECEIVED, payment)
        else:
            door = self._update(InvoiceDunning.pay, payment, payment.id)
        await self._knock(f"{amount} paid", door, pay.id, payment)

    async def _pay_on_the_page(self) -> str:
        """The link of the mails, the button, the card on Stripe's page, its webhook. Returns the payment's id."""
        session = await pay_on_the_page(self._stage, self._row.invoice)
        payment = await self._stage.companies.payments.pay_session(session, at=await self._now())
        async with asyncio.timeout(PATIENCE):
            while find((await self._handle.query(InvoiceDunning.case)).entries, payment, MONEY_IN) is None:  # noqa: ASYNC110
                await asyncio.sleep(GLANCE)
        return payment

    def _update(self, update: Any, fact: Any, update_id: str | None = None) -> Awaitable[object]:
        return self._handle.execute_update(update, fact, id=update_id)  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open

    async def _knock(self, what: str, door: Awaitable[object], payment: str = "", money: Payment | None = None) -> None:
        at, refused = await self._now(), ""
        try:
            await door
        except WorkflowUpdateFailedError as error:
            refused = error.cause.message if isinstance(error.cause, ApplicationError) else str(error.cause)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            # As `starter.py pay` does: money for a closed case is kept as credit.
            late = await self._late.payment(self._row.invoice, money) if money else ""
            what, refused = (f"{what}: {late}, with a Billing ticket", "") if late else (what, "the case had ended")
        self.told.append(Told(at, what, payment, refused))

    async def _now(self) -> datetime:
        return await self._skipper.get_current_time(self._handle)


async def pay_on_the_page(stage: Stage, invoice: str) -> str:
    """Open the signed link, and press the button. Returns the id of the page at Stripe that it leads to."""
    link = Links(stage.env["REPRIEVE_LINK_SECRET"], stage.portal_url).pay(invoice)
    async with httpx2.AsyncClient(trust_env=False, timeout=10) as http:
        (await http.get(link)).raise_for_status()
        answer = await http.post(link, data={"consent": "yes"})
    return urlsplit(answer.headers["location"]).path.rpartition("/")[2]


def amount_of(text: str, currency: str) -> Money:
    """An amount, in `currency` unless it names its own. Raises ValueError."""
    return Money.parse(text, None if " " in text else currency)


def _said(happening: Happening, due: date) -> tuple[str, Any, Any]:
    """In words, as an update, and what the update carries."""
    match happening:
        case Promises(until_day=day):
            until = due + timedelta(days=day)
            return f"promised to pay by {until:%a %d %b %Y}", InvoiceDunning.promise_to_pay, Promise(until=until)
        case Approves(milestone=milestone, by=by):
            return f"{by} approved {milestone}", InvoiceDunning.approve, Approval(milestone=milestone, by=by)
        case Waives(entry=entry, by=by):
            return f"{by} waived {entry}", InvoiceDunning.waive, Waiver(entry=entry, by=by)
        case Voids(reason=reason):
            return f"voided: {reason}", InvoiceDunning.void, Void(reason=reason)
        case _:
            raise TypeError(happening)
