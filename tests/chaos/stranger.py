"""Somebody who reaches Temporal and has no secret: whatever they send, nobody owes anything else for it."""

import asyncio

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from dunning.case.facts import Approval, Payment, Void, Waiver
from dunning.money import Money
from dunning.names import PAY, PAYMENT_RECEIVED
from dunning.ports.cases import UPDATES
from dunning.signatures import Signature
from tests.chaos.drawn import Act
from tests.chaos.life import Life

PATIENCE = 10.0
_ENDED = (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION)


async def tells_unsigned(life: Life, act: Act) -> None:
    """Once: money by a signal or an update, or a decision. At the end the ledgers are compared with the real books."""
    number, eve = life.numbers[act.invoice], f"eve-{act.day}-{act.pick:.4f}"

    async def tell() -> str:
        try:
            async with asyncio.timeout(PATIENCE):
                return await _said(life, act, number, eve)
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
            return "no answer"
        except WorkflowUpdateFailedError as error:
            return f"refused: {getattr(error.cause, 'message', '')[:40]}"
        except RPCError as error:
            if error.status not in _ENDED:
                raise
            return "its case is over"

    life.told.done.append(f"{number}: {act.kind} as {eve}: {await life.persist(tell)}")


async def _said(life: Life, act: Act, number: str, eve: str) -> str:
    handle, forged = life.handles[number], Signature(id=eve, mac="0" * 64)
    if act.kind == "stranger decides":
        milestone = next((m.name for m in life.plans[number].milestones if m.approvals), "none")
        facts = (Void(reason=eve, by=eve), Approval(milestone=milestone, by=eve), Waiver(entry="invoice", by=eve))
        fact = facts[int(act.pick * len(facts))]
        await handle.execute_update(UPDATES[type(fact)], args=[fact, forged], id=eve)  # pyright: ignore[reportUnknownMemberType]
        return "taken"
    amount = Money(minor=1 + int(act.pick * 9000), currency="USD")
    money = Payment(id=eve, amount=amount, at=await life.now(number))
    if act.twice:
        await handle.execute_update(PAY, args=[money, forged], id=eve)  # pyright: ignore[reportUnknownMemberType]
        return "taken"
    await handle.signal(PAYMENT_RECEIVED, args=[money, forged])
    return "sent"
