"""What people decide: the case says yes, or why not; where there is no case, the refusal says why there is none."""

from datetime import timedelta

import pytest

from composition import Composition
from dunning.case.facts import Approval, DueDateChange, Payment, Promise, Void, Waiver
from operations.decisions import Decision
from operations.errors import CaseRefusedError, NoSuchInvoiceError, RefusedError
from tests.operations.opening import now, opened, usd

TODAY = now().date()


async def test_each_decision_is_answered_by_the_case(made: Composition) -> None:
    await opened(made, "DECIDE-1")
    decide = made.decisions.decide
    assert (await decide("DECIDE-1", Promise(until=TODAY + timedelta(days=70)))).outcome == "promised"
    assert (await decide("DECIDE-1", DueDateChange(due=TODAY + timedelta(days=90)))).outcome == "changed"
    assert (await decide("DECIDE-1", Waiver(entry="invoice", by="ann"))).balance == usd(0)
    await opened(made, "DECIDE-2")
    assert (await decide("DECIDE-2", Void(reason="a mistake"))).state == "void"


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (Promise(until=TODAY - timedelta(days=5)), "is already past"),
        (Approval(milestone="delete", by="ann"), "'delete' cannot be decided yet"),
        (Waiver(entry="late-fee"), "there is no charge 'late-fee' on this invoice"),
    ],
)
async def test_a_refusal_has_the_case_s_own_reason(made: Composition, decision: Decision, reason: str) -> None:
    await opened(made, "DECIDE-3")
    with pytest.raises(CaseRefusedError) as refused:
        await made.decisions.decide("DECIDE-3", decision)
    assert reason in refused.value.reason
    assert str(refused.value) == f"DECIDE-3: refused: {refused.value.reason}"


async def test_without_a_case_the_reason_is_why_there_is_none(made: Composition) -> None:
    await opened(made, "DECIDE-4")
    await made.payments.take("DECIDE-4", Payment(id="decide-4", amount=usd(1999), at=now()))
    await made._client().get_workflow_handle("invoice-DECIDE-4").result()
    with pytest.raises(RefusedError, match="DECIDE-4: its case is closed as paid"):
        await made.decisions.decide("DECIDE-4", Void(reason="x"))
    known = await made.store.invoice("DECIDE-4")
    assert known
    await made.store.open_invoice(known.model_copy(update={"number": "DECIDE-4B", "status": "open"}))
    with pytest.raises(RefusedError, match="DECIDE-4B: it is in the store but has no case"):
        await made.decisions.decide("DECIDE-4B", Void(reason="x"))
    with pytest.raises(NoSuchInvoiceError, match="DECIDE-NONE: there is no such invoice"):
        await made.decisions.decide("DECIDE-NONE", Void(reason="x"))
