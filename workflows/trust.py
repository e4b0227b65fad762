"""Whether what a signal or an update says was signed by us: the worker has the secrets, a workflow never does.

An update is checked by its validator. That runs once, when the update comes, and never when a history is replayed, so
it may ask what only the worker knows; what it turns away leaves no trace. A signal has no validator, so an activity
checks it, whose answer stays in the history. It is no local one: those do not survive a replay in a handler, beside
an update or an activity that is cancelled (the SDK's state machines fail the task, for ever).
"""

from collections.abc import Callable, Sequence

from temporalio import workflow
from temporalio.common import Priority, RawValue

from workflows.calls import BOOKS, FOR_EVER, SECONDS_30, Call

with workflow.unsafe.imports_passed_through():
    from activities.check_fact import CheckFact
    from dunning.signatures import UNSIGNED, Said, Signature, Trust, digest

Check = Callable[[Said], Trust]
CHECK = Call(CheckFact.check_fact, BOOKS, SECONDS_30, priority=1, beats=False)
_SIGNATURE: type[object] = Signature


_checks: list[Check] = []
"""The check that validators use is the last one here; while there is none, every update is refused."""


def check_with(check: Check) -> None:
    """From now on they ask that."""
    _checks.append(check)


async def trusted(name: str, values: Sequence[RawValue]) -> Trust:
    """For a signal: the first value by the signature that is the second."""
    return await workflow.execute_activity_method(
        CHECK.method,
        _said(name, values, signature_of(values)),
        task_queue=workflow.info().task_queue + CHECK.queue,
        start_to_close_timeout=CHECK.patience,
        retry_policy=FOR_EVER,
        priority=Priority(priority_key=CHECK.priority),
        summary="checks who sent a signal",
    )


def unsigned_update(name: str, values: Sequence[RawValue], update: str) -> str:
    """For an update's validator: why it is not believed; empty when it is. The signature has the update's own id."""
    signature = signature_of(values)
    said = _said(name, values, signature if signature and signature.id == update else None)
    return "" if _checks and _checks[-1](said) != "unsigned" else UNSIGNED


def _said(name: str, values: Sequence[RawValue], signature: Signature | None) -> Said:
    info = workflow.info()
    return Said(
        namespace=info.namespace,
        workflow=info.workflow_id,
        name=name,
        body=digest(values[0].payload.data) if values else "",
        signature=signature,
    )


def signature_of(values: Sequence[RawValue]) -> Signature | None:
    """The second value; None when there is none, or it is none."""
    try:
        _, raw = values
        found = workflow.payload_converter().from_payload(raw.payload, _SIGNATURE)
    except Exception:  # noqa: BLE001 - whatever else it is, it is no signature
        return None
    return found if isinstance(found, Signature) else None  # the converter ignores the type for null and raw bytes
