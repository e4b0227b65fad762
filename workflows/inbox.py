"""Signals: none is lost, not even one that cannot be decoded or whose name is misspelled.

The SDK drops a signal whose payload does not fit its handler, and one for an unknown name waits for ever. So one
dynamic handler takes them all as raw values, and what it cannot read is recorded and becomes a Billing ticket.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from dunning import names as doors
    from dunning.case.case import Case
    from dunning.case.facts import Bounced, MethodChanged, Payment, PaymentNews, Reconsider, Restored, Reversal
    from dunning.notices import bounced
    from dunning.rules import money_in as receiving
    from dunning.rules import put_off as reconsidering
    from dunning.rules import updates as intake

_READERS: dict[str, tuple[type[BaseModel], Callable[[Case, Any, datetime], Case], Callable[[Case, Any], str]]] = {
    doors.PAYMENT_RECEIVED: (
        Payment,
        lambda case, payment, _now: receiving.paid(case, payment),
        lambda _case, payment: intake.payment_refused(payment),
    ),
    doors.PAYMENT_REVERSED: (Reversal, receiving.reversed_, intake.reversal_refused),
    doors.PAYMENT_RESTORED: (
        Restored,
        lambda case, fact, _now: receiving.restored(case, fact),
        intake.restored_refused,
    ),
    doors.PAYMENT_NEWS: (PaymentNews, receiving.stirred, lambda _case, _fact: ""),
    doors.METHOD_CHANGED: (
        MethodChanged,
        lambda case, fact, _now: intake.method_changed(case, fact),
        lambda _case, _fact: "",
    ),
    doors.NOTICE_BOUNCED: (Bounced, bounced.bounced, lambda _case, _fact: ""),
    doors.RECONSIDER: (Reconsider, reconsidering.reconsidered, lambda _case, _fact: ""),
}
"""For each signal: what it carries, how it is recorded, and why it cannot be."""


def received(case: Case, name: str, values: Sequence[RawValue], now: datetime) -> Case:
    """The case with the signal's fact, or with a note of what could not be read."""
    try:
        model, record, refuse = _READERS[name]
        (raw,) = values
        fact = workflow.payload_converter().from_payload(raw.payload, model)
        # The converter ignores the type for null and raw bytes.
        if isinstance(fact, model) and not refuse(case, fact):
            return record(case, fact, now)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it must not be lost nor stop the case
        return intake.unreadable(case, name, _text(values), now)
    return intake.unreadable(case, name, _text(values), now)


def _text(values: Sequence[RawValue]) -> str:
    return " | ".join(raw.payload.data.decode("utf-8", "replace") for raw in values) or "(no payload)"
