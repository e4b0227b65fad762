"""The connection to Temporal, for a door that is open before Temporal is there: webhooks are kept all the same."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog
from temporalio.client import Client

from adapters.temporal import client as temporal
from dunning.case.case import Case
from dunning.ports import companies as ports
from dunning.ports.outages import OutageError
from dunning.records.inbox import News, Outcome

_FIRST, _LONGEST = 0.5, 30.0
log = structlog.stdlib.get_logger("reprieve.portal")


class LateCases:
    """`dunning.ports.companies.Cases` from the moment on when Temporal has answered once; OutageError until then.

    After that the SDK itself connects again whenever it has to.
    """

    def __init__(self, made: Callable[[Client], ports.Cases]) -> None:
        self._made = made
        self._client: Client | None = None
        self._cases: ports.Cases | None = None

    async def connect(self) -> None:
        """Returns when Temporal has answered, however long that takes."""
        pause = _FIRST
        while True:
            try:
                self._client = await temporal.connect()
            except Exception as error:  # noqa: BLE001 - a wrong setting of the SDK comes in many shapes
                log.warning(
                    "Temporal does not answer; check TEMPORAL_ADDRESS", error=f"{type(error).__name__}: {error}"
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST)
            else:
                self._cases = self._made(self._client)
                return

    async def check(self) -> None:
        """Raises what the SDK raises, or OutageError, while Temporal does not answer."""
        if self._client is None:
            raise _away()
        await self._client.service_client.check_health(timeout=timedelta(seconds=2))

    async def deliver(self, news: News) -> Outcome:
        """See `dunning.ports.companies.Cases`."""
        return await self._connected().deliver(news)

    async def case(self, invoice: str) -> Case | None:
        """See `dunning.ports.companies.Cases`."""
        return await self._connected().case(invoice)

    def _connected(self) -> ports.Cases:
        if self._cases is None:
            raise _away()
        return self._cases


def _away() -> OutageError:
    return OutageError("Temporal has not answered yet; check TEMPORAL_ADDRESS")
