"""Whether what a signal or an update says was signed by us: the worker has the secrets, a workflow never does.

An update is checked by its validator. That runs once, when the update comes, and never when a history is replayed, so
it may ask what only the worker knows; what it turns away leaves no trace. (A local activity in an update's handler does
not survive a replay: the SDK's update machine fails the task, for ever.) A signal has no validator, so a local activity
checks it, whose answer stays in the history.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from activities.check_fact import CheckFact
    from dunning.signatures import UNSIGNED, Said, Signature, Trust, digest

Check = Callable[[Said], Trust]
_PATIENCE = timedelta(seconds=10)
_SIGNATURE: type[object] = Signature


_checks: list[Check] = []
"""What the validators of this process ask, last; none: nobody is believed."""


def check_with(check: Check) -> None:
    """From now on they ask that."""
    _checks.append(check)


async def trusted(name: str, values: Sequence[RawValue]) -> Trust:
    """For a signal: the first value by the signature that is the second."""
    said = _said(name, values, signature_of(values))
    return await workflow.execute_local_activity_method(CheckFact.check_fact, said, start_to_close_timeout=_PATIENCE)


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
