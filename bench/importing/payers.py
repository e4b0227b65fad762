"""Customers who pay while others' invoices are imported: how long each payment takes to be in its ledger."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from temporalio.client import Client

from dunning import names
from dunning.case.facts import Answer, Payment
from dunning.money import Money

EVERY = 0.5
"""Seconds between two payments, whatever became of the ones before."""
PRICE = Money.parse("USD 19.99")


async def paid(client: Client, invoice: str) -> float:
    """Seconds until the case has answered."""
    began, now = time.perf_counter(), datetime.now(UTC)  # noqa: TID251 - real time is what is measured
    payment = Payment(id=f"bank-{invoice}", amount=PRICE, at=now, method="bank transfer")
    await client.get_workflow_handle(names.workflow_id(invoice)).execute_update(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open
        names.PAY, payment, id=payment.id, result_type=Answer
    )
    return time.perf_counter() - began


@asynccontextmanager
async def paying(client: Client, invoices: Iterable[str]) -> AsyncGenerator[list[float]]:
    """While the block runs, they are paid one after the other; the list fills with the seconds of each."""
    found, stop = list[float](), asyncio.Event()

    async def one(invoice: str) -> None:
        found.append(await paid(client, invoice))

    async def all_of_them() -> None:
        async with asyncio.TaskGroup() as group:
            for invoice in invoices:
                if stop.is_set():
                    return
                group.create_task(one(invoice))
                await asyncio.sleep(EVERY)

    task = asyncio.create_task(all_of_them())
    try:
        yield found
    finally:
        stop.set()
        await task
