"""Whoever reaches Temporal does not own the money: what nobody signed is a hint, or nothing."""

import asyncio
import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from adapters.temporal.cases import TemporalCases
from adapters.temporal.signing import Signer
from dunning import names
from dunning.case.facts import (
    Approval,
    DueDateChange,
    Exemption,
    MethodChanged,
    Payment,
    Promise,
    Undo,
    UseCredit,
    Void,
    Waiver,
)
from dunning.money import Money
from dunning.ports.outages import OutageError
from dunning.rules.hints import MOST
from dunning.subscriptions.subscription import Cancel
from sandbox.stage.stage import FACTS_SECRET, Stage, stage
from sandbox.stage.temporal_server import temporal_program
from sandbox.story.play import at_rest
from tests.server.playing import Playing, begin
from tests.server.subscriptions import playing as subscriptions

ASO, COURTESY = "a-small-orange", "courtesy-5-10-35"
NOW = datetime.now(UTC)
TODAY = NOW.date()
UNSIGNED: dict[str, Any] = {
    names.VOID: Void(reason="billed twice", by="eve"),
    names.WAIVE: Waiver(entry="invoice", by="eve"),
    names.PROMISE: Promise(until=TODAY + timedelta(days=9), by="eve"),
    names.APPROVE: Approval(milestone="terminate", by="eve"),
    names.UNDO: Undo(id="u-1", since=NOW - timedelta(days=1), until=NOW, by="eve", reason="-"),
    names.EXEMPT: Exemption(until=TODAY + timedelta(days=30), number=1, by="eve", reason="-"),
    names.CHANGE_DUE_DATE: DueDateChange(due=TODAY + timedelta(days=300), by="eve"),
    names.USE_CREDIT: UseCredit(id="c-1", by="eve", reason="-"),
}

SAY_NO_FIRST = (names.APPROVE, names.USE_CREDIT, names.UNDO)
"""Their validators have another reason."""


async def sent(playing: Playing, name: str, *args: Any) -> None:
    await playing.handle.signal(name, args=args)


async def refused(playing: Playing, name: str, args: list[Any], update: str) -> str:
    with pytest.raises(WorkflowUpdateFailedError) as no:
        await playing.handle.execute_update(name, args=args, id=update)  # pyright: ignore[reportUnknownMemberType]
    return str(no.value.cause)


async def test_the_temporal_program_pays_no_invoice(a_stage: Stage) -> None:
    """The attack as it was: one line in a shell."""
    playing = await begin(a_stage, "UNSIGNED-shell", ASO)
    payment = json.loads(playing.payment(payment="eve-1").model_dump_json())
    words = ["workflow", "signal", "--address", a_stage.server.address, "--workflow-id", playing.handle.id]
    words += ["--name", names.PAYMENT_RECEIVED, "--input", json.dumps(payment)]
    done = await asyncio.to_thread(subprocess.run, [temporal_program(), *words], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    await playing.to_day(-10)
    case = await playing.case()
    assert (case.balance.minor, [each.payment for each in case.hints]) == (1999, ["eve-1"])
    (ticket,) = await a_stage.store.tickets(playing.account)
    assert (ticket.kind, ticket.department) == ("money-unsigned", "Billing")
    assert "eve-1 of USD 19.99" in ticket.body


async def test_the_same_line_with_a_signature_pays(a_stage: Stage) -> None:
    """As docs/payments.md says it for programs in any language."""
    playing = await begin(a_stage, "UNSIGNED-signed", ASO)
    body = json.loads(playing.payment(payment="bank-1").model_dump_json())
    signer, client = Signer((FACTS_SECRET,)), playing.skipper.client
    _, signature = signer.signed(client, playing.handle.id, names.PAYMENT_RECEIVED, body).args
    text = json.dumps(body, separators=(",", ":"))
    words = ["workflow", "signal", "--address", a_stage.server.address, "--workflow-id", playing.handle.id]
    words += ["--name", names.PAYMENT_RECEIVED, "--input", text, "--input", signature.payload.data.decode()]
    done = await asyncio.to_thread(subprocess.run, [temporal_program(), *words], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    await playing.to_day(-9)
    assert await playing.outcome() == "paid"


async def test_what_the_gateway_knows_counts_though_nobody_signed(a_stage: Stage) -> None:
    playing = await begin(a_stage, "UNSIGNED-known", ASO)
    payment = await a_stage.companies.payments.pay_directly(playing.account, 1999, "usd", "UNSIGNED-known")
    await sent(playing, names.PAYMENT_RECEIVED, Payment(id=payment, amount=Money.parse("USD 19.99"), at=NOW))
    await playing.to_day(-9)
    assert await playing.outcome() == "paid"
    assert [entry.id for entry in (await playing.case()).payments] == [payment]
    assert not await a_stage.store.tickets(playing.account)


async def test_a_hint_about_what_is_paid_already_goes_to_a_person_at_once(a_stage: Stage) -> None:
    playing = await begin(a_stage, "UNSIGNED-late", ASO)
    await a_stage.companies.mail.script(playing.email, "hold")  # the receipt keeps it open
    await playing.signal()
    await a_stage.companies.mail.until_held(playing.email)
    await sent(playing, names.PAYMENT_RECEIVED, playing.payment(payment="eve-1"))
    await a_stage.companies.mail.forget(playing.email)
    await playing.to_day(-9)
    assert await playing.outcome() == "paid"
    assert [ticket.kind for ticket in await a_stage.store.tickets(playing.account)] == ["money-unsigned"]


async def test_nobody_is_suspended_for_a_day_once_and_then_as_ever(a_stage: Stage) -> None:
    playing = await begin(a_stage, "UNSIGNED-pause", ASO, decline=9)
    await playing.to_day(9, minutes=60)
    await sent(playing, names.PAYMENT_RECEIVED, playing.payment(payment="eve-1"))
    await playing.to_day(10, minutes=30)
    assert await playing.levels() == []
    await sent(playing, names.PAYMENT_RECEIVED, playing.payment(payment="eve-2"))
    await playing.to_day(10, minutes=90)
    assert (await playing.levels())[-1] == "suspended"


async def test_after_a_flood_of_it_ten_are_kept_and_the_case_goes_on(a_stage: Stage) -> None:
    playing = await begin(a_stage, "UNSIGNED-flood", ASO)
    flood = [playing.payment(payment=f"eve-{number}") for number in range(600)]
    await asyncio.gather(*(sent(playing, names.PAYMENT_RECEIVED, each) for each in flood))
    await playing.to_day(-8)  # the pause of a day is over
    case = await playing.case()
    assert (len(case.hints), case.balance.minor) == (MOST, 1999)
    assert "issue" in case.steps_done


@pytest.mark.parametrize("name", sorted(UNSIGNED))
async def test_no_decision_is_taken_that_nobody_signed(a_stage: Stage, name: str) -> None:
    playing = await begin(a_stage, f"UNSIGNED-{name}", COURTESY)
    before = await playing.case()
    fact = UNSIGNED[name]
    strange = Signer(("somebody-else's-secret-4567890abc",))
    client, workflow = playing.skipper.client, playing.handle.id
    good = a_stage.signer.signed(client, workflow, name, fact, "u-1")
    forged = strange.signed(client, workflow, name, fact, "u-2")
    other = a_stage.signer.signed(client, "invoice-UNSIGNED-other", name, fact, "u-3")
    renamed = a_stage.signer.signed(client, workflow, "another_name", fact, "u-4")
    for args, update in (
        ([fact], "u-0"),
        (good.args, "another-update"),
        (forged.args, forged.update),
        (other.args, other.update),
        (renamed.args, renamed.update),
        ([fact, {"id": "u-5"}], "u-5"),
        ([fact, good.args[1], good.args[1]], good.update),
    ):
        no = await refused(playing, name, list(args), update)
        assert "no signature of ours" in no or "it says nothing" in no or name in SAY_NO_FIRST, no
    assert await playing.case() == before


async def test_a_payment_under_another_signature_does_not_count_and_nobody_takes_its_place(a_stage: Stage) -> None:
    """Whoever guesses the id of a payment to come sends something under it first; that leaves no trace."""
    playing = await begin(a_stage, "UNSIGNED-pay", ASO)
    payment = playing.payment(payment="next-1")
    good = playing.signed(names.PAY, payment, "next-1")
    more = playing.payment("USD 0.01", "next-1")
    assert "no signature of ours" in await refused(playing, names.PAY, [more], "next-1")
    assert "no signature of ours" in await refused(playing, names.PAY, [more, good.args[1]], "next-1")
    assert (await playing.case()).balance.minor == 1999
    assert (await playing.update(names.PAY, payment, "next-1"))["outcome"] == "applied"


async def test_a_portal_with_another_secret_keeps_the_payment_until_the_settings_are_mended(a_stage: Stage) -> None:
    """Nothing that was accepted gets lost by a slip in the settings: it waits as in an outage."""
    playing = await begin(a_stage, "UNSIGNED-slip", ASO)
    client = playing.skipper.client
    wrong = TemporalCases(lambda: client, "reprieve", signer=Signer(("another-secret-than-the-worker's-01",)))
    with pytest.raises(OutageError, match=r"no signature of ours.*REPRIEVE_FACTS_SECRETS"):
        await wrong.tell("UNSIGNED-slip", playing.payment(), "slip-1")
    right = TemporalCases(lambda: client, "reprieve", signer=a_stage.signer)
    assert (await right.tell("UNSIGNED-slip", playing.payment(), "slip-1")).outcome == "applied"


async def test_a_signal_that_is_sent_again_word_for_word_changes_nothing(a_stage: Stage) -> None:
    playing = await begin(a_stage, "UNSIGNED-again", ASO)
    first = playing.signed(names.METHOD_CHANGED, MethodChanged(at=NOW)).args
    later = MethodChanged(at=NOW + timedelta(days=1))
    await sent(playing, names.METHOD_CHANGED, *first)
    await sent(playing, names.METHOD_CHANGED, *playing.signed(names.METHOD_CHANGED, later).args)
    await at_rest(playing.handle)
    before = await playing.case()
    await sent(playing, names.METHOD_CHANGED, *first)
    await at_rest(playing.handle)
    assert await playing.case() == before
    assert (before.method_changes, len(before.heard)) == (2, 2)


async def test_a_subscription_is_ended_by_nobody_without_a_signature(a_stage: Stage) -> None:
    monthly = await subscriptions.begin(a_stage, subscriptions.new("UNSIGNED-sub", TODAY + timedelta(days=30)))
    with pytest.raises(WorkflowUpdateFailedError) as no:
        await monthly.handle.execute_update(names.CANCEL, Cancel(when="now", by="eve", reason="-"))  # pyright: ignore[reportUnknownMemberType]
    assert "no signature of ours" in str(no.value.cause)
    assert (await monthly.truth()).ended == ""


async def test_where_nobody_else_reaches_temporal_all_is_believed() -> None:
    async with stage(settings={"REPRIEVE_UNSIGNED_FACTS": "accept", "REPRIEVE_FACTS_SECRETS": "[]"}) as own:
        playing = await begin(own, "OPEN-1", ASO)
        await sent(playing, names.PAYMENT_RECEIVED, playing.payment())
        await playing.to_day(-9)
        assert await playing.outcome() == "paid"
