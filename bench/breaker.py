"""`make breaker`: a fleet whose clock is set thirty days ahead. The breaker stops it; a person allows it in stages.

Every account has a real case on a real server, and its time passes by thirty days in one go: all of them are to be
suspended in the same hour. What counts is what the panel's own books say. Exit status 1 when more were suspended than
the settings allow, or fewer than were allowed. `--accounts 5000 --stage 100`.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from dunning.case.case import Opened
from dunning.fleet.breaker import Limits
from dunning.money import Money
from dunning.names import workflow_id
from dunning.policy.plan import Action, Invoice, Milestone, Plan, TakenBack
from dunning.records.accounts import Account, Contact, Service
from dunning.records.books import KnownInvoice
from sandbox.stage.stage import QUEUE, Stage, stage
from sandbox.story.play import at_rest
from workflows.invoice import InvoiceDunning

AHEAD = timedelta(days=30)
AT_ONCE = 32
"""Cases opened, or moved ahead, at the same time."""
DEFAULTS = Limits()
SETTINGS = {
    "REPRIEVE_BREAKER_MOST": str(DEFAULTS.most),
    "REPRIEVE_BREAKER_LEAST": str(DEFAULTS.least),
    "REPRIEVE_BREAKER_SHARE": str(DEFAULTS.share),
}
"""The stage's own are far beyond any fleet; these are the product's."""
PATIENCE = 300.0
"""Seconds without another suspension after which no more is waited for."""

_T = TypeVar("_T")
Handle = WorkflowHandle[InvoiceDunning, str]


@dataclass
class Stopped:
    """What happened, as the panel's books have it after each stage. `seconds` are by part, in order."""

    accounts: int
    allowed: int
    alerts: int = 0
    waiting: int = 0
    suspended: int = 0
    after_stage: int = 0
    after_all: int = 0
    stage: int = 0
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def right(self) -> bool:
        """Whether exactly what is allowed happened, with one alert, and then exactly what was allowed."""
        return (self.suspended, self.waiting, self.alerts, self.after_stage, self.after_all) == (
            self.allowed,
            self.accounts - self.allowed,
            min(1, self.accounts - self.allowed),
            min(self.accounts, self.allowed + self.stage),
            self.accounts,
        )


async def stopped(made: Stage, accounts: int, stage_of: int) -> Stopped:
    """Run it on a stage whose worker is running."""
    seen = Stopped(accounts=accounts, allowed=min(accounts, DEFAULTS.allowed(accounts)), stage=stage_of)
    skipper, clock = await made.skipper(), time.monotonic()

    def lap(part: str) -> None:
        nonlocal clock
        seen.seconds[part], clock = time.monotonic() - clock, time.monotonic()

    with skipper.with_time_skipping_disabled():
        handles = await _a_few(_open(made, skipper, f"BRK-{n}") for n in range(accounts))
    lap("opened")
    await _a_few(_ahead(skipper, handle) for handle in handles)
    lap("thirty days ahead")
    seen.suspended, seen.waiting = await _suspended(made), len(await made.store.stopped())
    seen.alerts = sum(ticket.subject.startswith("The breaker stopped") for ticket in await made.store.tickets(""))
    await _allow(made, "--most", str(stage_of))
    seen.after_stage = await _until(made, min(accounts, seen.allowed + stage_of))
    lap(f"allowed {stage_of}")
    await _allow(made)
    seen.after_all = await _until(made, accounts)
    lap("allowed the rest")
    return seen


async def _open(made: Stage, skipper: TimeSkipper, name: str) -> Handle:
    now, account = datetime.now(UTC), name.lower()  # noqa: TID251 - the clock that is then set wrong
    await made.store.put_account(
        Account(
            id=account,
            name=name,
            contacts=(Contact(account=account, email=f"{account}@breaker.example"),),
            services=(Service(id=account, account=account, user=account),),
        )
    )
    await made.store.open_invoice(KnownInvoice(number=name, account=account, policy="bench", due=now.date()))
    invoice = Invoice(number=name, account=account, amount=Money(minor=1999, currency="USD"), due=now.date())
    opened = Opened(invoice=invoice, plan=_plan(now), reach="outside", generation=1)
    return await skipper.client.start_workflow(InvoiceDunning.run, opened, id=workflow_id(name), task_queue=QUEUE)


def _plan(now: datetime) -> Plan:
    """A warning at once, and the suspension an hour before the clock's new time: it is asked for once."""
    title, ahead = "Overdue Notice", AHEAD - timedelta(hours=1)
    warning = Milestone(name="notice", action=Action.NOTIFY, at=now, day=0, notice=title, warns_of=("suspend",))
    suspension = Milestone(name="suspend", action=Action.SUSPEND, at=now + ahead, day=30)
    return Plan(policy="bench", zone="UTC", milestones=(warning, suspension), taken_back=TakenBack(grace=10))


async def _ahead(skipper: TimeSkipper, handle: Handle) -> None:
    await at_rest(handle)
    await skipper.fast_forward(handle, AHEAD)
    await at_rest(handle)


async def _allow(made: Stage, *words: str) -> None:
    """As an operator types it."""
    command = ("starter.py", "breaker", "allow", *words, "--by", "ana", "--reason", "a test", "--yes")
    process = await asyncio.create_subprocess_exec(sys.executable, *command, env={**os.environ, **made.env})
    if await process.wait():
        raise RuntimeError(f"{' '.join(command)}: exit status {process.returncode}")


async def _suspended(made: Stage) -> int:
    return sum(service.level == "suspended" for service in (await made.companies.panel.books()).services)


async def _until(made: Stage, count: int) -> int:
    """Wait until so many are suspended, or until no more come; how many are."""
    found, last = await _suspended(made), time.monotonic()
    while found < count and time.monotonic() - last < PATIENCE:
        await asyncio.sleep(0.5)
        before, found = found, await _suspended(made)
        last = last if found == before else time.monotonic()
    return found


async def _a_few(work: Iterable[Awaitable[_T]]) -> list[_T]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(each: Awaitable[_T]) -> _T:
        async with places:
            return await each

    return list(await asyncio.gather(*(one(each) for each in work)))


async def _run(accounts: int, stage_of: int) -> Stopped:
    async with stage(settings=SETTINGS, disk=True) as made:
        return await stopped(made, accounts, stage_of)


def main() -> int:
    """Read the command line, run, print. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.breaker", description=__doc__)
    parser.add_argument("--accounts", type=int, default=5000)
    parser.add_argument("--stage", type=int, default=100, help="how many are allowed first")
    options = parser.parse_args()
    seen = asyncio.run(_run(options.accounts, options.stage))
    print(f"{seen.accounts} accounts thirty days ahead: {seen.suspended} suspended, {seen.allowed} are allowed")
    print(f"waiting for a person: {seen.waiting}, alerts: {seen.alerts}")
    print(f"suspended after {seen.stage} were allowed: {seen.after_stage}; after all were: {seen.after_all}")
    print(", ".join(f"{part}: {seconds:.0f} s" for part, seconds in seen.seconds.items()))
    return 0 if seen.right else 1


if __name__ == "__main__":
    status = main()
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
