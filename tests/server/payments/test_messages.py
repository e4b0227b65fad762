"""Signals and updates at the real server: heard, answered, counted once, and never lost."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from dunning.case.facts import Approval, DueDateChange, MethodChanged, Promise, Reversal, Void, Waiver
from dunning.money import Money
from dunning.names import METHOD_CHANGED, PAYMENT_RECEIVED, PAYMENT_REVERSED
from dunning.ports.cases import UPDATES
from sandbox.stage.stage import Stage
from sandbox.story.play import at_rest
from tests.server.playing import Playing, begin

ASO, COURTESY = "a-small-orange", "courtesy-5-10-35"


async def refusal(playing: Playing, update: str, fact: object) -> str:
    with pytest.raises(WorkflowUpdateFailedError) as error:
        await playing.update(update, fact)
    cause = error.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "Refused"
    return str(cause.message)


@pytest.mark.promise(9)
async def test_pay_answers_and_answers_the_same_for_the_same_payment_even_after_the_end(a_stage: Stage) -> None:
    playing = await begin(a_stage, "MSG-pay", ASO)
    payment = playing.payment("USD 5.00", "p-1")
    first = await playing.update("pay", payment, "p-1")
    again = await playing.update("pay", payment, "p-1")
    assert first == again
    assert (first["outcome"], first["balance"]["minor"]) == ("applied", 1499)
    by_another_road = await playing.update("pay", payment, "other-update-id")
    assert (by_another_road["outcome"], by_another_road["balance"]["minor"]) == ("already counted", 1499)
    await playing.update("pay", playing.payment("USD 14.99", "p-2"), "p-2")
    await playing.to_day(-9)
    assert await playing.outcome() == "paid"
    assert await playing.update("pay", payment, "p-1") == first
    with pytest.raises(RPCError, match="already completed"):
        await playing.update("pay", playing.payment("USD 1.00", "p-3"), "p-3")


@pytest.mark.promise(9)
async def test_signals_that_cannot_be_read_become_billing_tickets(a_stage: Stage) -> None:
    playing = await begin(a_stage, "MSG-unreadable", ASO)
    say, handle = playing.say, playing.handle
    await say("payment_received", {"id": "x", "amount": "nineteen"})
    await handle.signal("payment_received")
    await handle.signal("payment_received", args=["id-1", 1999, "USD"])
    await say("payment_recieved", playing.payment())
    await say("payment_received", playing.payment("USD -5.00", "negative"))
    await say("payment_received", None)
    await say("payment_received", b"raw bytes")
    await say(
        "payment_received", {"id": "zero", "amount": {"minor": 1, "currency": "USD"}, "at": "0001-01-01T00:00:00Z"}
    )
    await say(
        "payment_received", {"id": "much", "amount": {"minor": 10**25, "currency": "USD"}, "at": "2026-12-01T00:00:00Z"}
    )
    await say(
        "payment_reversed",
        {"id": "r", "payment": "x", "amount": {"minor": 5, "currency": "JPY"}, "at": "2026-12-01T00:00:00Z"},
    )
    await playing.to_day(-10)
    tickets = await a_stage.store.tickets(playing.account)
    assert len(tickets) == 10
    assert {ticket.department for ticket in tickets} == {"Billing"}
    words = " ".join(ticket.body for ticket in tickets)
    for part in ("nineteen", "(no payload)", "id-1", f"pay-{playing.row.invoice}", "negative", "raw bytes", "zero"):
        assert part in words
    case = await playing.case()
    assert case.balance.minor == 1999


@pytest.mark.promise(9)
async def test_a_signal_with_no_worker_up_is_kept(open_stage: Stage) -> None:
    """The signal is durable at the server; the worker only reads it later."""
    playing = await begin(open_stage, "MSG-durable", ASO)
    await open_stage.worker.stop()
    try:
        for _ in range(2):
            await playing.send(PAYMENT_RECEIVED, playing.payment())
    finally:
        await open_stage.start_worker()
    await playing.to_day(-9)
    assert await playing.outcome() == "paid"
    assert [e.amount.minor for e in (await playing.case()).payments] == [1999]


@pytest.mark.promise(9)
async def test_foreign_money_and_excess_end_as_credit_and_ticket(a_stage: Stage) -> None:
    playing = await begin(a_stage, "MSG-odd", ASO)
    parked = await playing.update("pay", playing.payment("EUR 19.99", "p-eur"), "p-eur")
    assert parked["outcome"] == "parked"
    await playing.signal("USD 30.00", "p-usd")
    await playing.to_day(-9)
    assert await playing.outcome() == "paid"
    credited = {c.id: str(c.amount) for c in await a_stage.store.credits(playing.account)}
    assert credited == {f"{playing.row.invoice}:p-eur": "EUR 19.99", f"{playing.row.invoice}:credit:3": "USD 10.01"}
    assert [t.subject for t in await a_stage.store.tickets(playing.account)] == [
        f"Payment for {playing.row.invoice} parked as credit"
    ]


async def test_updates_are_refused_with_a_reason_for_people(a_stage: Stage) -> None:
    playing = await begin(a_stage, "MSG-refused", COURTESY)
    today = datetime.now(UTC).date()
    assert "the amount must be positive" in await refusal(playing, "pay", playing.payment("USD 0"))
    assert "is already past" in await refusal(playing, "promise_to_pay", Promise(until=today - timedelta(days=3)))
    assert "there is no charge 'fee'; " in (await refusal(playing, "waive", Waiver(entry="fee"))).replace(
        "'fee' on this invoice", "'fee'"
    )
    assert "milestones that do: terminate" in await refusal(playing, "approve", Approval(milestone="suspend", by="ana"))
    early = await refusal(playing, "approve", Approval(milestone="terminate", by="ana"))
    assert "cannot be decided yet: 'issue' comes first" in early
    change = DueDateChange(due=playing.row.due)
    assert "is the due date already" in await refusal(playing, "change_due_date", change)
    far = today + timedelta(days=3000)
    assert "is too far ahead" in await refusal(playing, "promise_to_pay", Promise(until=far))
    assert "is too far ahead" in await refusal(playing, "change_due_date", DueDateChange(due=far))
    for name in UPDATES.values():  # `null`, as another language's client may send it
        with pytest.raises(WorkflowUpdateFailedError):
            await playing.update(name, None)
    events = len((await playing.handle.fetch_history()).events)
    await refusal(playing, "change_due_date", change)
    assert len((await playing.handle.fetch_history()).events) == events, "a refusal leaves no event"


async def test_promise_void_waive_and_due_date_change_what_happens(a_stage: Stage) -> None:
    promised = await begin(a_stage, "MSG-promise", ASO, decline=1)
    await promised.to_day(9)
    await promised.update("promise_to_pay", Promise(until=promised.row.due + timedelta(days=20), by="ana"))
    await promised.to_day(20)
    assert await promised.levels() == []
    await promised.to_day(21)
    assert await promised.levels() == ["suspended"]

    moved = await begin(a_stage, "MSG-due", ASO, decline=1)
    await moved.update("change_due_date", DueDateChange(due=moved.row.due + timedelta(days=5)))
    await moved.to_day(14)
    assert await moved.levels() == []
    known = await a_stage.store.invoice(moved.row.invoice)
    assert known is not None
    assert known.due == moved.row.due + timedelta(days=5)
    await moved.to_day(15)
    assert await moved.levels() == ["suspended"]
    await moved.update("void", Void(reason="billed twice", by="ana"))
    assert await moved.outcome() == "void"
    assert await moved.levels() == ["suspended", "active"]

    waived = await begin(a_stage, "MSG-waive", ASO, decline=1)
    await waived.to_day(1)
    await waived.update("waive", Waiver(entry="invoice", reason="goodwill", by="ana"))
    assert await waived.outcome() == "waived"


async def test_a_reversal_and_a_changed_method_are_facts(a_stage: Stage) -> None:
    playing = await begin(a_stage, "MSG-reversal", ASO, decline=1)
    await playing.to_day(1)
    now = datetime.now(UTC)
    await playing.signal("USD 10.00", "p-1")
    reversal = Reversal(id="r-1", payment="p-1", amount=Money.parse("USD 10.00"), at=now)
    await playing.say(PAYMENT_REVERSED, reversal)
    await playing.say(PAYMENT_REVERSED, reversal)
    await playing.say(METHOD_CHANGED, MethodChanged(at=now))
    await at_rest(playing.handle)
    case = await playing.case()
    assert case.balance.minor == 1999
    assert case.method_changed_at == now
