"""A case that gets more payments than one run takes goes on in another one: nothing is lost, nothing comes twice.

On real time, because the server's virtual time is broken across runs. `make long` plays three thousand payments with
the server's own limits; here it suggests another run after a hundred events, so that a few hundred are enough.
"""

import asyncio
import os
import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowHistory,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.worker import Replayer

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from adapters.temporal.attributes import KEYS
from adapters.temporal.signing import Signed
from dunning import names
from dunning.case.case import Case, Done, going_on
from dunning.case.facts import Answer, DueDateChange, MethodChanged, Payment, Promise
from dunning.case.ledger import Entry, Kind
from dunning.case.size import FULL, size
from dunning.case.update import changed
from dunning.money import Money
from dunning.policy.plan import Action
from dunning.records.inbox import News
from dunning.tickets.kind import TicketKind
from operations.invoices.new_invoice import NewInvoice
from operations.money.deliver_news import DeliverNews
from sandbox.stage.stage import Stage, stage
from tests.server.payments.test_money_in import until_true
from workflows.invoice import InvoiceDunning

MANY = int(os.environ.get("LONG_CASE", "0"))
COUNT = MANY or 240
FLAGS = () if MANY else ("limit.historyCount.suggestContinueAsNew=100",)
AT_ONCE = 8
PATIENCE = 60.0 + MANY / 2
SIGNALLED = 7
"""Every so many-th payment comes as a signal, which gets no answer."""
EMAIL = "books@long.example"


@dataclass
class Long:
    """A case on real time, and whoever pays for it, a unit at a time."""

    stage: Stage
    client: Client
    handle: WorkflowHandle[InvoiceDunning, str]
    first_run: str
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    complaints: list[str] = field(default_factory=list[str])

    async def pay(self, name: str) -> Answer:
        """As a portal does: again and again until the case answers."""
        payment = Payment(id=name, amount=Money.parse("USD 1.00"), at=datetime.now(UTC))
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    return await self.update("pay", payment, name)
                except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
                    status = error.status.name if isinstance(error, RPCError) else "no answer"
                    self.complaints.append(f"{status}: {error}")
                    await asyncio.sleep(0.1)

    async def update(self, name: str, fact: Any, update_id: str) -> Answer:
        its = self.signed(name, fact, update_id)
        return await self.handle.execute_update(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open
            name,
            args=its.args,
            id=its.update,
            result_type=Answer,
            rpc_timeout=timedelta(seconds=5),
        )

    async def signal(self, name: str) -> None:
        payment = Payment(id=name, amount=Money.parse("USD 1.00"), at=datetime.now(UTC))
        await self.handle.signal(names.PAYMENT_RECEIVED, args=self.signed(names.PAYMENT_RECEIVED, payment).args)

    def signed(self, name: str, fact: Any, known_by: str = "") -> Signed:
        return self.stage.signer.signed(self.client, self.handle.id, name, fact, known_by)

    async def case(self) -> Case:
        return await self.handle.query(InvoiceDunning.case)

    async def counted(self, many: int) -> Case:
        """The case once it has so many payments."""
        async with asyncio.timeout(PATIENCE):
            while len((case := await self.case()).payments) < many:  # noqa: ASYNC110 - the case is another process
                await asyncio.sleep(0.2 + MANY / 1000)
        return case

    async def ended_runs(self) -> list[tuple[WorkflowExecutionStatus | None, WorkflowHistory]]:
        """How each run of the case ended, and its history."""
        found = [run async for run in self.client.list_workflows(f"WorkflowId = '{self.handle.id}'")]
        handles = [self.client.get_workflow_handle(self.handle.id, run_id=run.run_id) for run in found]
        return [(run.status, await handle.fetch_history()) for run, handle in zip(found, handles, strict=True)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own() -> AsyncGenerator[Stage]:
    async with stage(flags=FLAGS) as made:
        yield made


async def begin(own: Stage, name: str, amount: str) -> Long:
    row = {
        "invoice": name,
        "account": f"acct-{name}",
        "customer": "Long Bakery",
        "emails": [EMAIL],
        "amount": amount,
        "due": (datetime.now(UTC) + timedelta(days=90)).date(),
        "policy": "a-small-orange",
        "services": [{"kind": "website", "user": f"u-{name.lower()}"}],
    }
    client = await own.connect()
    facts = await own.with_payer(NewInvoice.model_validate(row))
    await own.open(client, facts, load_policy("a-small-orange", ROOT / "policies"))
    handle = client.get_workflow_handle_for(InvoiceDunning.run, names.workflow_id(name))
    return Long(own, client, handle, (await handle.describe()).run_id)


async def all_pay(long: Long, ids: Iterable[str]) -> None:
    """Several at once, so that some come in the very task in which the case goes on in another run."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, name: str) -> None:
        async with places:
            if number % SIGNALLED == 0:
                await long.signal(name)
            else:
                long.answers[name] = await long.pay(name)

    await asyncio.gather(*(one(number, name) for number, name in enumerate(ids)))


@pytest.mark.promise(9)
async def test_thousands_of_payments_are_each_counted_confirmed_and_answered_once(own: Stage) -> None:
    ids = [f"pi_of_a_long_case_{number:05d}" for number in range(COUNT)]
    long = await begin(own, "LONG-1", f"USD {COUNT + 1}.00")
    half = COUNT // 2
    paying = asyncio.create_task(all_pay(long, ids[:half]))
    await long.counted(half // 2)
    await own.worker.kill()
    await own.start_worker()
    await paying
    await all_pay(long, ids[half:])
    case = await long.counted(COUNT)
    assert not [each for each in long.complaints if "aborted by closing" in each], (
        "a portal takes that for a closed case"
    )
    assert sorted(entry.id for entry in case.payments) == ids
    assert case.balance == Money.parse("USD 1.00")
    assert {answer.outcome for answer in long.answers.values()} == {"applied"}

    # The first ones were counted runs ago, and the server has forgotten their updates.
    assert (await long.handle.describe()).run_id != long.first_run
    for name in list(long.answers)[:3]:
        again = await long.pay(name)
        assert (again.outcome, again.counted, again.balance) == ("applied", Money.parse("USD 1.00"), case.balance)
    assert (await long.pay(ids[0])).outcome == "already counted", "a signal brought it, so nobody was answered"
    assert len((await long.case()).payments) == COUNT

    await long.pay("the-last")
    assert await asyncio.wait_for(long.handle.result(), PATIENCE) == "paid"
    await books_are_right(long, [*ids, "the-last"])
    await every_run_replays(long)


async def books_are_right(long: Long, ids: list[str]) -> None:
    """One ledger with each payment once; each confirmed in one mail; nothing left over for the account."""
    closed = await long.stage.store.ledger("LONG-1")
    assert closed
    assert closed.balance.minor == 0
    assert sorted(e.id for e in closed.order.entries if e.kind is Kind.PAYMENT) == sorted(ids)
    assert await long.stage.store.credits("acct-LONG-1") == ()
    assert await long.stage.store.tickets("acct-LONG-1") == ()
    mails = (await long.stage.companies.mail.books()).to(EMAIL)
    assert sum(mail.copies - 1 for mail in mails) <= 1, "what was being sent when the worker died; the same Message-ID"
    # The link to the notice ids its last payment once more.
    told = [name for mail in mails for name in set(re.findall(r"pi_of_a_long_case_\d+|the-last", mail.text))]
    assert Counter(told) == Counter(ids)
    assert len(mails) < len(ids), "what waits together is confirmed together"


async def every_run_replays(long: Long) -> None:
    replayer = Replayer(workflows=[InvoiceDunning], data_converter=pydantic_data_converter)
    ended = await long.ended_runs()
    assert {status for status, _ in ended} == {
        WorkflowExecutionStatus.CONTINUED_AS_NEW,
        WorkflowExecutionStatus.COMPLETED,
    }
    for _, history in ended:
        await replayer.replay_workflow(history)


async def test_what_people_decided_in_an_earlier_run_is_decided_once_and_answered_the_same(own: Stage) -> None:
    if MANY:
        pytest.skip("the short one shows it")
    long = await begin(own, "LONG-2", "USD 900.00")
    until = (datetime.now(UTC) + timedelta(days=10)).date()
    due = (datetime.now(UTC) + timedelta(days=95)).date()

    promise, change = Promise(until=until, by="ana"), DueDateChange(due=due, by="ana")

    async def decide() -> list[str]:
        said = [
            await long.update("promise_to_pay", promise, "her-promise"),
            await long.update("change_due_date", change, "her-change"),
        ]
        return [answer.outcome for answer in said]

    assert await decide() == ["promised", "changed"]
    await all_pay(long, [f"p-{number}" for number in range(60)])
    before = await long.counted(60)

    async def is_in_another_run() -> bool:
        return (await long.handle.describe()).run_id != long.first_run

    await until_true(is_in_another_run)  # once nothing is under way
    assert await decide() == ["promised", "changed"]
    # Confirmations may be delivered meanwhile; nothing else changes.
    changes = {"done", "revision"}
    assert (await long.case()).model_dump(exclude=changes) == before.model_dump(exclude=changes)
    with pytest.raises(WorkflowUpdateFailedError) as refusal:
        await long.update("change_due_date", change, "another")
    assert "is the due date already" in str(refusal.value.cause)


async def test_what_operators_see_is_true_in_the_next_run(own: Stage) -> None:
    if MANY:
        pytest.skip("the short one shows it")
    long = await begin(own, "LONG-3", "USD 900.00")
    first = await long.handle.describe()
    await all_pay(long, [f"q-{number}" for number in range(60)])
    await long.counted(60)
    seen = await _with_balance(long, 84000)
    assert seen.run_id != long.first_run
    assert seen.task_queue == first.task_queue
    kept = [seen.typed_search_attributes.get(KEYS[name]) for name in (names.ACCOUNT, names.POLICY, names.STATE)]
    assert kept == ["acct-LONG-3", "a-small-orange", "scheduled"]
    told = await long.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert "LONG-3 · Long Bakery" in told.current_details, "the next run has no summary of its own"


async def _with_balance(long: Long, minor: int) -> WorkflowExecutionDescription:
    async with asyncio.timeout(PATIENCE):
        while True:
            seen = await long.handle.describe()
            if seen.typed_search_attributes.get(KEYS[names.BALANCE_MINOR]) == minor:
                return seen
            await asyncio.sleep(0.1)


async def test_a_case_that_has_become_too_large_takes_no_further_part_but_the_rest_and_ends(own: Stage) -> None:
    """At the real limits: it is begun as it is after 4,000 payments, each confirmed alone."""
    if MANY:
        pytest.skip("the short one shows it")
    long = await begin(own, "LONG-5", "USD 5000.00")
    case = await long.case()
    await long.handle.terminate("it goes on with four thousand payments")
    ids = [f"pi_3PxYzABCDEFGHIJKLMN{number:05d}" for number in range(4000)]
    large = changed(
        case,
        entries=(*case.entries, *(_paid(name, case.opened_at) for name in ids)),
        done=(*case.done, *(_confirmed(name, case.opened_at) for name in ids)),
    )
    assert size(large) > FULL
    cases = own.made(long.client).cases
    await cases.wake(going_on(large, large.generation), MethodChanged(at=case.opened_at))

    part = Payment(id="one-more", amount=Money.parse("USD 1.00"), at=datetime.now(UTC))
    news = DeliverNews(own.store, cases)
    for _ in range(2):
        assert (await news.deliver(News(invoice="LONG-5", fact=part))).outcome == "refused"
    assert (await long.pay(ids[0])).outcome == "applied", "it was counted long ago"
    rest = Payment(id="the-rest", amount=Money.parse("USD 1000.00"), at=datetime.now(UTC))
    assert (await news.deliver(News(invoice="LONG-5", fact=rest))).outcome == "applied"
    assert await asyncio.wait_for(long.client.get_workflow_handle(long.handle.id).result(), PATIENCE) == "paid"
    closed = await own.store.ledger("LONG-5")
    assert closed
    assert len(closed.order.case.payments) == 4001
    tickets = await own.store.tickets("acct-LONG-5")
    assert sorted(ticket.kind for ticket in tickets) == [TicketKind.LARGE_CASE, TicketKind.PAYMENT_REFUSED]


def _paid(name: str, at: datetime) -> Entry:
    return Entry(
        id=name, kind=Kind.PAYMENT, amount=Money.parse("USD 1.00"), at=at, note="visa 4242", answered="applied"
    )


def _confirmed(name: str, at: datetime) -> Done:
    told = f"LONG-5:confirm:{name}:1"
    return Done(step=f"confirm:{name}", action=Action.NOTIFY, at=at, kind="delivered", detail=told, notice="Confirmed")
