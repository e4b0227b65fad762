"""The connection to Temporal of a process that is there before Temporal is: the portal keeps webhooks all the same."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from adapters.temporal.client import connect, warn_if_unprotected
from dunning.ports.outages import PATIENCE, OutageError

_FIRST, _LONGEST = 0.5, 30.0
log = structlog.stdlib.get_logger("reprieve.temporal")


class Connection:
    """Call it for the client; it raises OutageError until Temporal has answered once.

    After that the SDK itself connects again whenever it has to; a call waits for that for `patience` seconds.
    """

    def __init__(self, patience: float = PATIENCE, converter: DataConverter = pydantic_data_converter) -> None:
        self._converter = converter
        self._client: Client | None = None
        self._patience = patience
        self._there, self._wanted = asyncio.Event(), asyncio.Event()

    def __call__(self) -> Client:
        """The client."""
        if self._client is None:
            raise OutageError("Temporal has not answered yet; check TEMPORAL_ADDRESS")
        return self._client

    async def there(self) -> None:
        """Returns once Temporal has answered. Raises OutageError when it has not within the patience."""
        self._wanted.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._there.wait()
        self()

    async def connect(self) -> None:
        """Returns when Temporal has answered, however long that takes."""
        pause = _FIRST
        while True:
            try:
                self._client = await connect(self._patience, converter=self._converter)
                warn_if_unprotected()
            except Exception as error:  # noqa: BLE001 - a wrong setting of the SDK comes in many shapes
                log.warning(
                    "Temporal does not answer; check TEMPORAL_ADDRESS", error=f"{type(error).__name__}: {error}"
                )
                self._wanted.clear()
                with suppress(TimeoutError):  # who waits for it has no time for pauses
                    await asyncio.wait_for(self._wanted.wait(), pause)
                pause = min(pause * 2, _LONGEST)
            else:
                self._there.set()
                return

    async def check(self) -> None:
        """Raises what the SDK raises, or OutageError, while Temporal does not answer."""
        await self().service_client.check_health(timeout=timedelta(seconds=2))
