"""What comes in. Signals: none is lost, not even one that cannot be decoded or whose name is misspelled.

The SDK drops a signal whose payload does not fit its handler, and one for an unknown name waits for ever. So one
dynamic handler takes them all as raw values, and what it cannot read is recorded and becomes a Billing ticket. Of an
update the caller hears what was wrong.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from workflows.trust import signature_of

with workflow.unsafe.imports_passed_through():
    from dunning.case.case import Case
    from dunning.rules import updates
    from dunning.rules.signals import READERS, Sender, taken
    from dunning.signatures import NOT_SIGNED, UNSIGNED, Trust
    from dunning.wire import Wire

MODELS = {name: reader.model for name, reader in READERS.items()}


def received(case: Case, name: str, values: Sequence[RawValue], trust: Trust, now: datetime) -> Case:
    """The case with the signal's fact, or with a note of what could not be read."""
    try:
        fact = fact_of(MODELS, name, values)
        if fact:
            signature = signature_of(values) if trust == "signed" else None
            return taken(case, name, fact, Sender(trust, signature.id if signature else "", text(values)), now)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it must not be lost nor stop the case
        return updates.unreadable(case, name, text(values), now)
    return updates.unreadable(case, name, text(values), now)


def fact_of(models: Mapping[str, type[Wire]], name: str, values: Sequence[RawValue]) -> Wire | None:
    """What was sent under that name; None when it is nothing. Raises what the converter does for anything else.

    A second value is its signature.
    """
    model = models[name]
    raw, *_signature = values
    if len(_signature) > 1:
        return None
    fact = workflow.payload_converter().from_payload(raw.payload, model)
    # The converter ignores the type for null and raw bytes.
    return fact if isinstance(fact, model) else None


def text(values: Sequence[RawValue]) -> str:
    """What came, for people."""
    return " | ".join(raw.payload.data.decode("utf-8", "replace") for raw in values) or "(no payload)"


def read_update(models: Mapping[str, type[Wire]], name: str, values: Sequence[RawValue]) -> Wire:
    """What an update says. Raises ApplicationError for what says nothing, or nothing that can be read."""
    if name not in models:
        refuse(f"there is no update {name!r}; there are: {', '.join(models)}")
    try:
        fact = fact_of(models, name, values)
    except Exception as error:  # noqa: BLE001 - the converter raises what it likes
        msg = f"it cannot be read as {models[name].__name__}: {error}"
        raise ApplicationError(msg, type="Refused") from None
    if fact is None:
        raise ApplicationError("it says nothing", type="Refused")
    return fact


def refuse(reason: str) -> None:
    """Raises ApplicationError with the reason, if there is one."""
    if reason:
        raise ApplicationError(reason, type=NOT_SIGNED if reason == UNSIGNED else "Refused")


def update_id() -> str:
    """The id of the update that is handled; empty outside of one."""
    update = workflow.current_update_info()
    return update.id if update else ""
