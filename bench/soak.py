"""`make soak`: a thousand charges, the worker killed again and again, every tenth answer lost after the money moved.

What counts is what the companies' own books say at the end: at most one successful charge for each attempt, and every
cent that moved in exactly one ledger. Exit status 1 when not. `--cases 1000 --seed 1 --lost 0.1`.
"""

import argparse
import asyncio
import os
import random  # noqa: TID251 - the instants at which the worker dies
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.client import Client, WorkflowHandle

from dunning.case.case import Opened
from dunning.case.ledger import MONEY_IN
from dunning.money import Money
from dunning.names import workflow_id
from dunning.policy.plan import Action, Invoice, Milestone, Plan, TakenBack
from dunning.records.accounts import Account, Contact
from dunning.records.books import KnownInvoice
from sandbox.stage.stage import QUEUE, Stage, stage
from workflows.invoice import InvoiceDunning

STARTING = 16
"""Cases started at once."""
QUICK = {"REPRIEVE_CALL_SECONDS": "3", "REPRIEVE_STICKY_SECONDS": "1"}
KILLING = 0.15
"""Seconds a case in which the worker is killed; then the rest may end, which takes minutes: tries are spaced out."""


@dataclass(frozen=True)
class Soaked:
    """What happened. `twice` are attempts that moved money more than once, `lost` money that is in no ledger."""

    cases: int
    kills: int
    seconds: float
    lost_answers: int
    succeeded: int
    moved: int
    in_ledgers: int
    twice: tuple[str, ...]
    lost: tuple[str, ...]
    invented: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether nobody was charged twice, and nothing is lost or invented."""
        return not (self.twice or self.lost or self.invented) and self.moved == self.in_ledgers


async def soak(made: Stage, cases: int, *, lost: float, pause: float, seed: int) -> Soaked:
    """Run it on a stage whose worker is running. `pause` is the mean of seconds that a worker lives."""
    began = time.monotonic()
    await made.companies.payments.drop(lost, seed)
    living = asyncio.create_task(_live(made, cases))
    chance, kills = random.Random(seed), 0
    while not living.done():
        await asyncio.wait([living], timeout=chance.uniform(0.2, 1.8) * pause)
        if not living.done() and time.monotonic() - began < cases * KILLING:
            await made.worker.kill()
            kills += 1
            await made.start_worker()
    return await _counted(made, await living, kills, time.monotonic() - began)


async def _live(made: Stage, cases: int) -> list[WorkflowHandle[InvoiceDunning, str]]:
    """Open all cases, and wait until the last has ended."""
    handles = await _open_all(made, await made.connect(), cases)
    await asyncio.gather(*(handle.result() for handle in handles))
    return handles


async def _open_all(made: Stage, client: Client, cases: int) -> list[WorkflowHandle[InvoiceDunning, str]]:
    places = asyncio.Semaphore(STARTING)

    async def opened(number: int) -> WorkflowHandle[InvoiceDunning, str]:
        async with places:
            return await _open(made, client, f"SOAK-{number}", 1000 + number)

    return list(await asyncio.gather(*(opened(number) for number in range(cases))))


async def _open(made: Stage, client: Client, name: str, minor: int) -> WorkflowHandle[InvoiceDunning, str]:
    now, account = datetime.now(UTC), name.lower()  # noqa: TID251 - real time is what is soaked
    contact = Contact(account=account, email=f"{account}@soak.example")
    payer = await made.companies.payments.customer(account)
    await made.store.put_account(Account(id=account, name=name, payer=payer, contacts=(contact,)))
    await made.store.open_invoice(KnownInvoice(number=name, account=account, policy="a-small-orange", due=now.date()))
    invoice = Invoice(number=name, account=account, amount=Money(minor=minor, currency="USD"), due=now.date())
    opened = Opened(invoice=invoice, plan=_plan(now), reach="outside", generation=1)
    return await client.start_workflow(InvoiceDunning.run, opened, id=workflow_id(name), task_queue=QUEUE)


def _plan(now: datetime) -> Plan:
    """A charge at once, and nothing that would happen soon if it failed."""
    charge = Milestone(name="charge", action=Action.CHARGE, at=now, day=0, notice_failed="Credit Card Payment failed")
    last = Milestone(name="suspend", action=Action.SUSPEND, at=now + timedelta(days=30), day=30)
    return Plan(
        policy="a-small-orange",
        zone="UTC",
        milestones=(charge, last),
        payment_notice="Invoice Payment Confirmation",
        taken_back=TakenBack(grace=10),
    )


async def _counted(
    made: Stage, handles: list[WorkflowHandle[InvoiceDunning, str]], kills: int, seconds: float
) -> Soaked:
    books = await made.companies.payments.books()
    moved = {charge.id: charge for charge in books.charges if charge.status == "succeeded"}
    ours: dict[str, int] = {}
    for handle in handles:
        ledger = await made.store.ledger(handle.id.removeprefix("invoice-"))
        for entry in ledger.order.entries if ledger else ():
            if entry.kind in MONEY_IN:
                ours[entry.id] = ours.get(entry.id, 0) + entry.amount.minor
    return Soaked(
        cases=len(handles),
        kills=kills,
        seconds=seconds,
        lost_answers=sum(charge.unanswered for charge in books.charges),
        succeeded=len(moved),
        moved=sum(charge.amount for charge in moved.values()),
        in_ledgers=sum(ours.values()),
        twice=tuple(books.moved_twice()),
        lost=tuple(sorted(moved.keys() - ours.keys())),
        invented=tuple(sorted(ours.keys() - moved.keys())),
    )


async def _run(options: argparse.Namespace) -> Soaked:
    async with stage(settings=QUICK, disk=True) as made:
        return await soak(made, options.cases, lost=options.lost, pause=options.pause, seed=options.seed)


def main() -> int:
    """Read the command line, soak, print. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--lost", type=float, default=0.1, help="share of answers lost after the money moved")
    parser.add_argument("--pause", type=float, default=4.0, help="mean seconds that a worker lives")
    parser.add_argument("--seed", type=int, default=1)
    done = asyncio.run(_run(parser.parse_args()))
    print(
        f"{done.cases} charges, {done.kills} kills of the worker, {done.lost_answers} answers lost, "
        f"{done.seconds:.0f} s"
    )
    print(f"moved {done.moved} minor units in {done.succeeded} charges; in ledgers {done.in_ledgers}")
    for words, keys in (("charged twice", done.twice), ("in no ledger", done.lost), ("invented", done.invented)):
        print(f"{words}: {', '.join(keys) or 'none'}")
    return 0 if done.right else 1


if __name__ == "__main__":
    status = main()
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
