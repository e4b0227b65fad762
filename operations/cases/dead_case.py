"""A case that the server has ended though its invoice is open: what is meant for it waits until it is recovered."""

from dunning.policy.invoice_number import typed
from dunning.ports.cases import FORGOTTEN, Cases, DeadCaseError


async def wait_for_recovery(cases: Cases, invoice: str) -> None:
    """Raises DeadCaseError if the server has ended this invoice's case: then what is brought stays where it is kept."""
    how = await cases.died(invoice)
    if how and how != FORGOTTEN:
        command = f"starter.py recover {typed(invoice)}"
        raise DeadCaseError(f"the server has ended the case of {invoice} ({how}): `{command}` lets it go on")
