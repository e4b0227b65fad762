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
    from dunning import intake
    from dunning.case import Case
    from dunning.facts import MethodChanged, Payment, Reversal

PAYMENT_RECEIVED = "payment_received"
PAYMENT_REVERSED = "payment_reversed"
METHOD_CHANGED = "method_changed"

_READERS: dict[str, tuple[type[BaseModel], Callable[[Case, Any], Case], Callable[[Case, Any], str]]] = {
    PAYMENT_RECEIVED: (Payment, intake.paid, lambda _case, payment: intake.payment_refused(payment)),
    PAYMENT_REVERSED: (Reversal, intake.reversed_, intake.reversal_refused),
    METHOD_CHANGED: (MethodChanged, intake.method_changed, lambda _case, _fact: ""),
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
            return record(case, fact)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it must not be lost nor stop the case
        return intake.unreadable(case, name, _text(values), now)
    return intake.unreadable(case, name, _text(values), now)


def _text(values: Sequence[RawValue]) -> str:
    return " | ".join(raw.payload.data.decode("utf-8", "replace") for raw in values) or "(no payload)"
