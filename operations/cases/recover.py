"""Letting a case go on that the server ended before its time: terminated, failed, timed out, or forgotten.

It goes on from what it knew: from its own history while the server keeps that, else from the snapshot in the table of
open cases, whichever knows more. What was given since, and what it may not have heard, is in the inbox: all of that is
brought to it once more, and each fact counts once, by its id. The gateway is asked before anything costs the customer.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from dunning.case.case import Case, going_on
from dunning.case.facts import Recovery
from dunning.explain.temporal_ui import shown
from dunning.ports.cases import Cases, NoCaseError
from dunning.ports.inbox import Inbox
from dunning.ports.invoices import Invoices
from dunning.ports.open_cases import OpenCases
from dunning.ports.outages import OutageError
from dunning.records.open_case import OpenCase
from dunning.rules.machine import decide
from dunning.rules.merged import owned
from dunning.rules.updates import recovered
from operations.cases.last_seen import last_seen
from operations.errors import NoSuchInvoiceError, RefusedError

SLOW = timedelta(seconds=5)
"""Who needs longer may have been frozen while another life of the case was told more, and ended, too."""


class RecoveryRecords(Inbox, Invoices, OpenCases, Protocol):
    """What is known of a case outside of it."""


class Recovered(NamedTuple):
    """What became of it: how the case had ended, and how many kept messages are brought to it once more.

    `already`: the same person had it recovered for the same reason before, and it runs.
    """

    invoice: str
    how: str
    told_again: int
    already: bool = False


class RecoverCases:
    """`clock` is the wall's. Safe to repeat, and by two at once: a case runs once."""

    def __init__(self, store: RecoveryRecords, cases: Cases, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._cases = cases
        self._clock = clock

    async def dead(self) -> tuple[OpenCase, ...]:
        """The rows of cases that are known to be dead: the hourly check has found them."""
        return tuple(row for row in await self._store.open_cases(self._clock()) if row.died)

    async def recover(self, invoice: str, *, by: str, reason: str) -> Recovered:
        """Let it go on, in a new generation. Raises RefusedError when it is not dead, or nothing is known of it."""
        how = await self._died(invoice)
        if not how:
            return await self._before(invoice, by, reason)
        now = self._clock()
        generation = await self._store.new_generation(invoice)
        case = await self._known(invoice)
        alive = recovered(case, Recovery(at=now, how=how, by=by, reason=reason))
        # First: while something waits for it, the case charges nobody and restricts nobody.
        again = await self._store.wait_again(invoice)
        if not await self._cases.start(going_on(alive, generation), shown(alive, decide(alive, now)), dead=True):
            raise RefusedError("its case runs by now: somebody else has recovered it", about=invoice)
        if self._clock() - now > SLOW:
            again = max(again, await self._store.wait_again(invoice))
        return Recovered(invoice, how, again)

    async def _died(self, invoice: str) -> str:
        known = await self._store.invoice(invoice)
        if known is None:
            raise NoSuchInvoiceError(invoice)
        closed = await self._store.ledger(invoice)
        if known.status == "closed":
            outcome = closed.outcome if closed else "closed"
            raise RefusedError(
                f"its case came to its own end, as {outcome}: there is nothing to recover", about=invoice
            )
        return await self._cases.died(invoice)

    async def _before(self, invoice: str, by: str, reason: str) -> Recovered:
        """What the same words did before to a case that runs. Raises RefusedError when it was never asked for."""
        case = await self._cases.ask(invoice)
        last = case.recoveries[-1] if case.recoveries else None
        if last is None or (last.by, last.reason) != (by.strip(), reason.strip()):
            raise RefusedError("its case runs: there is nothing to recover", about=invoice)
        return Recovered(invoice, last.how, 0, already=True)

    async def _known(self, invoice: str) -> Case:
        """The case as its history has it, or its row, whichever knows more. Raises RefusedError."""
        found = [case for case in (await self._from_history(invoice), await self._from_row(invoice)) if case]
        if not found:
            raise RefusedError(
                "neither the server nor the table of open cases knows its case: give `start` its row once more",
                about=invoice,
            )
        case, known = max(found, key=lambda case: case.revision), await self._store.invoice(invoice)
        return owned(case, known.account, known.pays_for) if known else case

    async def _from_history(self, invoice: str) -> Case | None:
        """None when the server keeps it no more, or when no worker can read it."""
        try:
            return await self._cases.ask(invoice)
        except (NoCaseError, OutageError):
            return None

    async def _from_row(self, invoice: str) -> Case | None:
        return last_seen(await self._store.open_case(invoice))
