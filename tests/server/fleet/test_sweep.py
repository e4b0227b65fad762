"""The daily sweep with everything real: what no webhook ever told is in the books once, and Billing hears of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowHandle

from adapters.temporal.schedules import SWEEP
from dunning.case.facts import Void
from dunning.case.ledger import Kind
from dunning.fleet.sweep import SweepOrder, sweep_id, sweep_ticket
from dunning.fleet.sweep_report import SweepReport
from dunning.records.payments import Attempt
from dunning.tickets.ticket import Ticket
from sandbox.stage.stage import QUEUE, Stage, stage
from tests.server.fleet.test_sweep_runs import started
from tests.server.payments.test_money_in import until, until_true
from tests.server.playing import Playing, begin
from workflows.sweep import Sweep

ASO = "a-small-orange"
PATIENCE = 60.0
_later = count(60)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deaf_stage() -> AsyncIterator[Stage]:
    """Give a stage whose portal runs, for tests that sweep all of it; other tests' money would be swept along."""
    async with stage(portal=True) as made:
        yield made


async def start_sweep(own: Stage, since: datetime | None = None) -> WorkflowHandle[Sweep, SweepReport]:
    """Sweep up to a moment from now; each sweep has another one, and so another id."""
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=next(_later))
    order, name = SweepOrder(since=since, until=end), sweep_id(end)
    return await (await own.connect()).start_workflow(Sweep.run, order, id=name, task_queue=QUEUE)


async def sweep(own: Stage) -> SweepReport:
    return await asyncio.wait_for((await start_sweep(own)).result(), PATIENCE)


def healed(report: SweepReport, invoice: str) -> list[tuple[str, str]]:
    return [(each.id, each.outcome) for each in report.healed if each.invoice == invoice]


async def about(own: Stage, report: SweepReport) -> Ticket:
    """Billing's ticket about that sweep."""
    (found,) = [each for each in await own.store.tickets("") if each.key == sweep_ticket(report).key]
    return found


async def pay_unheard(life: Playing, amount: int = 1999, invoice: str | None = None, times: int = 1) -> str:
    """The customer pays at the company, and nobody here ever hears of it."""
    payments = life.stage.companies.payments
    await payments.script(life.account, "webhook:lost", times)
    return await payments.pay_directly(life.account, amount, "USD", life.row.invoice if invoice is None else invoice)


async def money(life: Playing) -> list[tuple[Kind, str]]:
    """The lines about money in the closed books, but for the invoice itself."""
    ledger = await life.stage.store.ledger(life.row.invoice)
    assert ledger
    return [(entry.kind, entry.id) for entry in ledger.order.entries if entry.kind is not Kind.INVOICE]


@pytest.mark.promise(9)
@pytest.mark.req("S0-10")
async def test_a_payment_whose_webhook_is_lost_for_ever_is_healed_once(deaf_stage: Stage) -> None:
    life = await begin(deaf_stage, "SWEEP-1", ASO)
    payment = await pay_unheard(life)
    report = await sweep(deaf_stage)
    assert healed(report, "SWEEP-1") == [(payment, "applied")]
    assert await life.outcome() == "paid"
    assert (await about(deaf_stage, report)).department == "Billing"
    again = await sweep(deaf_stage)
    assert healed(again, "SWEEP-1") == []
    assert again.in_order >= report.payments_healed
    await the_webhook_comes_after_all(deaf_stage, payment)
    assert await money(life) == [(Kind.PAYMENT, payment)]
    assert await deaf_stage.store.credits(life.account) == ()
    assert await deaf_stage.store.tickets(life.account) == ()


async def the_webhook_comes_after_all(own: Stage, payment: str) -> None:
    hooks = (await own.companies.payments.books()).hooks
    (event,) = [hook.id for hook in hooks if hook.charge == payment and hook.type == "payment_intent.succeeded"]
    await own.companies.payments.resend(event)

    async def handled() -> bool:
        kept = await own.store.event("stripe", event)
        return kept is not None and bool(kept.outcome)

    await until_true(handled)


@pytest.mark.promise(9)
@pytest.mark.req("S2-11")
async def test_late_money_for_closed_void_and_unknown_invoices_ends_once(deaf_stage: Stage) -> None:
    life = await begin(deaf_stage, "SWEEP-2", ASO)
    await life.signal()
    assert await life.outcome() == "paid"
    void = await begin(deaf_stage, "SWEEP-2V", ASO, account=life.account)
    await void.update("void", Void(reason="a mistake"))
    assert await void.outcome() == "void"
    late = await pay_unheard(life)
    for_void = await pay_unheard(life, 500, "SWEEP-2V")
    unknown = await pay_unheard(life, 700, "SWEEP-NEVER")
    no_invoice = await pay_unheard(life, 900, "")
    report = await sweep(deaf_stage)
    assert healed(report, "SWEEP-2") == [(late, "credited")]
    assert healed(report, "SWEEP-2V") == [(for_void, "credited")]
    assert healed(report, "SWEEP-NEVER") == [(unknown, "parked")]
    assert healed(report, "") == [(no_invoice, "parked")]
    again = await sweep(deaf_stage)
    assert [healed(again, invoice) for invoice in ("SWEEP-2", "SWEEP-2V", "SWEEP-NEVER", "")] == [[], [], [], []]
    credits_ = {each.id: str(each.amount) for each in await deaf_stage.store.credits(life.account)}
    assert credits_.pop(f"SWEEP-2:{late}") == "USD 19.99"
    assert credits_.pop(f"SWEEP-2V:{for_void}") == "USD 5.00"
    assert credits_ == {}
    nobodys = {each.id: str(each.amount) for each in await deaf_stage.store.credits("unmatched")}
    assert nobodys[f"SWEEP-NEVER:{unknown}"] == "USD 7.00", "it pays nothing until a person decides"
    assert nobodys[f"unmatched:{no_invoice}"] == "USD 9.00"


@pytest.mark.promise(9)
async def test_a_refund_and_a_dispute_that_nobody_was_told_of_open_the_case_again(deaf_stage: Stage) -> None:
    payments = deaf_stage.companies.payments
    life = await begin(deaf_stage, "SWEEP-3", ASO)
    payment = await pay_unheard(life)
    await sweep(deaf_stage)
    assert await life.outcome() == "paid"
    await payments.script(life.account, "webhook:lost", 3)
    refund = await payments.refund(payment, 500)
    dispute = await payments.dispute(payment, 1000)
    report = await sweep(deaf_stage)
    assert [each for each, _ in healed(report, "SWEEP-3")] == [refund, dispute]
    assert report.reversals_healed == 2
    case = await until(life, lambda case: case.balance.minor == 1500)
    assert [(e.kind, e.id) for e in case.entries[1:]] == [
        (Kind.PAYMENT, payment),
        (Kind.REVERSAL, refund),
        (Kind.CHARGEBACK, dispute),
    ]
    await payments.close_dispute(dispute, "won")
    report = await sweep(deaf_stage)
    assert healed(report, "SWEEP-3") == [(f"{dispute}:won", "noted")]
    case = await until(life, lambda case: case.balance.minor == 500)
    assert [entry.id for entry in case.entries].count(f"{dispute}:won") == 1
    assert healed(await sweep(deaf_stage), "SWEEP-3") == []


@pytest.mark.promise(9)
async def test_a_payment_and_its_refund_both_unheard_of_come_in_their_turn(deaf_stage: Stage) -> None:
    life = await begin(deaf_stage, "SWEEP-4", ASO)
    payment = await pay_unheard(life, times=2)
    refund = await deaf_stage.companies.payments.refund(payment)
    report = await sweep(deaf_stage)
    assert [each for each, _ in healed(report, "SWEEP-4")] == [payment, refund]
    case = await until(life, lambda case: len(case.entries) == 3)
    assert [(e.kind, e.id) for e in case.entries[1:]] == [(Kind.PAYMENT, payment), (Kind.REVERSAL, refund)]
    assert case.balance.minor == 1999


async def test_another_amount_in_our_books_is_told_and_changes_nothing(deaf_stage: Stage) -> None:
    life = await begin(deaf_stage, "SWEEP-5", ASO)
    payment = await pay_unheard(life)
    await life.signal("USD 10.00", payment)  # a person entered it, and mistyped
    await until(life, lambda case: case.balance.minor == 999)
    report = await sweep(deaf_stage)
    (wrong,) = [each for each in report.mismatches if each.invoice == "SWEEP-5"]
    assert (wrong.id, str(wrong.ours), str(wrong.theirs)) == (payment, "USD 10.00", "USD 19.99")
    assert healed(report, "SWEEP-5") == []
    ticket = await about(deaf_stage, report)
    assert "1 mismatch" in ticket.subject
    assert f"SWEEP-5 · {payment} · ours USD 10.00, theirs USD 19.99" in ticket.body
    assert (await life.case()).balance.minor == 999
    await life.update("void", Void(reason="the test is over"))


async def test_our_own_charges_are_in_order_and_one_that_the_company_never_saw_is_told(deaf_stage: Stage) -> None:
    life = await begin(deaf_stage, "SWEEP-6", ASO)
    day = life.moment(0, 0)
    await life.to_day(1)
    assert await life.outcome() == "paid"
    unseen = Attempt(
        key="SWEEP-6:charge:9",
        invoice="SWEEP-6",
        account=life.account,
        amount=life.payment().amount,
        at=day,
        outcome="charged",
        payment="pi_that_never_was",
    )
    await deaf_stage.store.put_attempt(unseen)
    order = SweepOrder(since=day - timedelta(hours=1), until=day + timedelta(hours=1))
    name = sweep_id(day + timedelta(hours=1))
    report = await (await deaf_stage.connect()).execute_workflow(Sweep.run, order, id=name, task_queue=QUEUE)
    assert (report.charges, report.payments, report.in_order) == (2, 1, 2)
    assert [(each.invoice, each.id) for each in report.unknown] == [("SWEEP-6", "pi_that_never_was")]
    assert report.healed == ()
    ticket = await about(deaf_stage, report)
    assert ticket.subject == f"Sweep of {day:%Y-%m-%d}: 1 charge unknown to the gateway"
    assert await life.charged() == [1999]


@pytest.mark.promise(9)
@pytest.mark.req("S0-10")
async def test_the_schedule_is_there_once_and_its_run_heals_what_webhooks_did_not_tell(deaf_stage: Stage) -> None:
    """Around a maintenance window: some events came, some twice, most never; then comes the set hour."""
    client = await deaf_stage.connect()
    await deaf_stage.worker.stop()
    await deaf_stage.start_worker()
    await until_true(lambda: only_schedule(client))
    words = ("webhook:lost", "webhook:doubled", "ok", "webhook:lost", "webhook:late:0.2", "webhook:lost")
    lives = [await begin(deaf_stage, f"SWEEP-7-{n}", ASO) for n in range(len(words))]
    paid: list[str] = []
    for word, life in zip(words, lives, strict=True):
        await deaf_stage.companies.payments.script(life.account, word)
        number = life.row.invoice
        paid.append(await deaf_stage.companies.payments.pay_directly(life.account, 1999, "USD", number))
    before = datetime.now(UTC)
    schedule = client.get_schedule_handle(SWEEP)
    await until_true(lambda: a_second_after(before))  # the window ends where the trigger's second begins
    await schedule.trigger()
    assert [await life.outcome() for life in lives] == ["paid"] * len(lives)
    for payment, life in zip(paid, lives, strict=True):
        assert await money(life) == [(Kind.PAYMENT, payment)]
        assert await deaf_stage.store.credits(life.account) == ()
    report = await client.get_workflow_handle_for(Sweep.run, await started(client, before)).result()
    assert {each.id for each in report.healed} >= {paid[n] for n, word in enumerate(words) if word == "webhook:lost"}


async def only_schedule(client: Client) -> bool:
    return [each.id async for each in await client.list_schedules()].count(SWEEP) == 1


async def a_second_after(at: datetime) -> bool:
    return datetime.now(UTC) > at + timedelta(seconds=1)


UNHEARD = 60


@pytest.mark.promise(9)
@pytest.mark.req("S0-10")
async def test_a_worker_that_is_killed_while_it_heals_counts_nothing_twice_and_forgets_nothing() -> None:
    async with stage() as own:
        lives = [await begin(own, f"SWEEP-KILL-{n}", ASO) for n in range(4)]
        paid = [await pay_unheard(life) for life in lives]
        nobodys = [await pay_unheard(lives[0], 100 + n, "") for n in range(UNHEARD)]
        sweeping_now = await start_sweep(own)
        done = await _some_credited(own, "unmatched")
        await own.worker.kill()
        assert done < UNHEARD, "it was to die in the middle"
        await own.start_worker()
        report = await asyncio.wait_for(sweeping_now.result(), PATIENCE)
        assert [await life.outcome() for life in lives] == ["paid"] * len(lives)
        for life, payment in zip(lives, paid, strict=True):
            assert await money(life) == [(Kind.PAYMENT, payment)]
        credits_ = await own.store.credits("unmatched")
        assert sorted(each.id for each in credits_) == sorted(f"unmatched:{payment}" for payment in nobodys)
        assert sum(each.amount.minor for each in credits_) == sum(100 + n for n in range(UNHEARD))
        assert sorted(each.id for each in report.healed) == sorted([*paid, *nobodys]), "also what the dead one healed"
        assert len(await own.store.tickets("")) == UNHEARD + 1, "one each, and the sweep's"


async def _some_credited(own: Stage, account: str) -> int:
    async with asyncio.timeout(PATIENCE):
        while not (done := len(await own.store.credits(account))):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.005)
    return done
