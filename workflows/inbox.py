"""Signals: none is lost, not even one that cannot be decoded or whose name is misspelled.

The SDK drops a signal whose payload does not fit its handler, and one for an unknown name waits for ever. So one
dynamic handler takes them all as raw values, and what it cannot read is recorded and becomes a Billing ticket.
"""

from collections.abc import Sequence
from datetime import datetime

from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from dunning.case.case import Case
    from dunning.rules import updates
    from dunning.rules.signals import READERS
    from dunning.rules.signed import signed


def received(case: Case, name: str, values: Sequence[RawValue], now: datetime) -> Case:
    """The case with the signal's fact, or with a note of what could not be read."""
    try:
        reader = READERS[name]
        (raw,) = values
        fact = workflow.payload_converter().from_payload(raw.payload, reader.model)
        # The converter ignores the type for null and raw bytes.
        if isinstance(fact, reader.model) and not reader.refused(case, fact):
            return signed(case, reader.record(case, fact, now), fact, now)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it must not be lost nor stop the case
        return updates.unreadable(case, name, _text(values), now)
    return updates.unreadable(case, name, _text(values), now)


def _text(values: Sequence[RawValue]) -> str:
    return " | ".join(raw.payload.data.decode("utf-8", "replace") for raw in values) or "(no payload)"
