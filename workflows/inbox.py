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
    from dunning import names
    from dunning.case.case import Case
    from dunning.case.facts import Bounced, MethodChanged, Payment, PaymentNews, Reconsider, Restored, Reversal
    from dunning.notices import bounced
    from dunning.rules import deferrals, money_in, updates

READERS: dict[str, tuple[type[BaseModel], Callable[[Case, Any, datetime], Case], Callable[[Case, Any], str]]] = {
    names.PAYMENT_RECEIVED: (
        Payment,
        lambda case, payment, _now: money_in.paid(case, payment),
        lambda _case, payment: updates.payment_refused(payment),
    ),
    names.PAYMENT_REVERSED: (Reversal, money_in.reversed_, updates.reversal_refused),
    names.PAYMENT_RESTORED: (
        Restored,
        lambda case, fact, _now: money_in.restored(case, fact),
        updates.restored_refused,
    ),
    names.PAYMENT_NEWS: (PaymentNews, money_in.stirred, lambda _case, _fact: ""),
    names.METHOD_CHANGED: (
        MethodChanged,
        lambda case, fact, _now: updates.method_changed(case, fact),
        lambda _case, _fact: "",
    ),
    names.NOTICE_BOUNCED: (Bounced, bounced.bounced, lambda _case, _fact: ""),
    names.RECONSIDER: (Reconsider, deferrals.reconsidered, lambda _case, _fact: ""),
}
"""For each signal: what it carries, how it is recorded, and why it cannot be."""


def received(case: Case, name: str, values: Sequence[RawValue], now: datetime) -> Case:
    """The case with the signal's fact, or with a note of what could not be read."""
    try:
        model, record, refuse = READERS[name]
        (raw,) = values
        fact = workflow.payload_converter().from_payload(raw.payload, model)
        # The converter ignores the type for null and raw bytes.
        if isinstance(fact, model) and not refuse(case, fact):
            return record(case, fact, now)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it must not be lost nor stop the case
        return updates.unreadable(case, name, _text(values), now)
    return updates.unreadable(case, name, _text(values), now)


def _text(values: Sequence[RawValue]) -> str:
    return " | ".join(raw.payload.data.decode("utf-8", "replace") for raw in values) or "(no payload)"
