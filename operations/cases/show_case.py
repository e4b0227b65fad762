"""Showing an invoice to staff, also one whose case the server has forgotten: as the table of open cases saw it last."""

from collections.abc import Callable
from datetime import datetime

from dunning.ports.cases import FORGOTTEN
from dunning.ports.open_cases import OpenCases
from dunning.ports.outages import StoreOutageError
from dunning.rules.machine import decide
from dunning.windows.shut import Shut
from operations.cases.last_seen import last_seen
from operations.cases.look import CaseView, Look, present
from operations.errors import NoCaseAtAllError
from operations.windows.shut import ShutFrom


class ShowCase:
    """For people who look. `clock` is the wall's."""

    def __init__(self, look: Look, table: OpenCases, shut: ShutFrom, clock: Callable[[], datetime]) -> None:
        self._look = look
        self._table = table
        self._shut = shut
        self._clock = clock

    async def show(self, invoice: str) -> CaseView:
        """The case, with `died` FORGOTTEN when only its row is left. Raises what `Look.show` raises."""
        found = await self._found(invoice)
        return found._replace(shut=await self._known(found.at))

    async def _known(self, at: datetime) -> Shut | None:
        """A case is shown though the store is away."""
        try:
            return await self._shut(at)
        except StoreOutageError:
            return None

    async def _found(self, invoice: str) -> CaseView:
        try:
            return await self._look.show(invoice)
        except NoCaseAtAllError:
            case = last_seen(await self._table.open_case(invoice))
            if case is None:
                raise
        at = present(case, self._clock())
        return CaseView(case, at, decide(case, at), FORGOTTEN)
