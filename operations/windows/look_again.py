"""Cases whose steps waited for what is not so any more look again."""

from collections.abc import Iterable

from dunning.case.facts import Reconsider
from dunning.ports.cases import Cases, NoCaseError
from dunning.windows.window import PutOff
from operations.concurrency import a_few


async def look_again(cases: Cases, rows: Iterable[PutOff], by: str) -> int:
    """How many were told; a closed case needs not hear of it. Raises OutageError when not every case was told."""
    return sum(await a_few(_told(cases, row, by) for row in rows))


async def _told(cases: Cases, row: PutOff, by: str) -> bool:
    try:
        await cases.signal(row.invoice, Reconsider(step=row.step, by=by))
    except NoCaseError:
        return False
    return True
