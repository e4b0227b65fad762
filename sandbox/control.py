"""The typed client of the control desks: how tests, demo and rehearsal make companies fail, and read their books."""

import asyncio
from datetime import datetime
from types import TracebackType
from typing import Generic, Self, TypeVar

import httpx2
from pydantic import BaseModel, TypeAdapter

from sandbox.books import Addresses, Charge, Held, MailBooks, PanelBooks, PanelService, PaymentBooks, ServiceLevel
from sandbox.desk import ScriptRequest, WhoRequest
from sandbox.payments import SettleRequest
from sandbox.webhooks import Subscription

Books = TypeVar("Books", bound=BaseModel)
_HELD = TypeAdapter(list[Held])


class Desk(Generic[Books]):
    """One company's control desk."""

    def __init__(self, url: str, books: type[Books]) -> None:
        # The companies live on this machine: no proxy of the environment is meant for them.
        self._http = httpx2.AsyncClient(base_url=url, timeout=10, trust_env=False)
        self._books = books

    async def script(self, who: str, behaviour: str, times: int | None = 1) -> None:
        """Queue a behaviour; `times=None` means until it is forgotten."""
        await self.post("/control/script", ScriptRequest(who=who, behaviour=behaviour, times=times))

    async def release(self, who: str | None = None) -> None:
        """Let what is held go on; without a name, everything."""
        await self.post("/control/release", WhoRequest(who=who))

    async def forget(self, who: str | None = None) -> None:
        """Drop scripts and let go what they hold; without a name, all. The books stay."""
        await self.post("/control/forget", WhoRequest(who=who))

    async def held(self) -> list[Held]:
        """What waits now for a release."""
        return _HELD.validate_json(await self._get("/control/held"))

    async def until_held(self, who: str, timeout: float = 10) -> Held:  # noqa: ASYNC109 - a test's patience
        """Wait until something of `who` is held. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while True:
                for held in await self.held():
                    if held.who == who:
                        return held
                await asyncio.sleep(0.01)

    async def books(self) -> Books:
        """All that the company knows."""
        return self._books.model_validate_json(await self._get("/control/books"))

    async def post(self, path: str, body: BaseModel) -> bytes:
        """Call the desk. Raises httpx2.HTTPStatusError when it refuses, e.g. a behaviour it does not know."""
        answer = await self._http.post(path, content=body.model_dump_json())
        return answer.raise_for_status().content

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _get(self, path: str) -> bytes:
        return (await self._http.get(path)).raise_for_status().content


class Payments(Desk[PaymentBooks]):
    """The payment company's desk."""

    async def settle(self, key: str, outcome: str = "succeeded", at: datetime | None = None) -> Charge:
        """End a debit in transit: it `succeeded`, or came back under a code such as `debit_returned`."""
        body = SettleRequest(key=key, outcome=outcome, at=at)
        return Charge.model_validate_json(await self.post("/control/settle", body))

    async def webhook(self, url: str) -> None:
        """Where events go from now on; empty means nowhere."""
        await self.post("/control/webhook", Subscription(url=url))


class Panel(Desk[PanelBooks]):
    """The control panel's desk."""

    async def put(self, user: str, level: ServiceLevel = "active", tag: str = "", *, backups: bool = True) -> None:
        """Bring a user's service into being, or into this state, as a person at the panel would."""
        await self.post("/control/service", PanelService(user=user, level=level, tag=tag, backups=backups))


class Sandbox:
    """All three desks; an async context manager that closes them."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self.payments = Payments(addresses.payments, PaymentBooks)
        self.panel = Panel(addresses.panel, PanelBooks)
        self.mail = Desk(addresses.mail, MailBooks)

    async def forget(self) -> None:
        """Drop all scripts everywhere and let go what they hold."""
        await asyncio.gather(self.payments.forget(), self.panel.forget(), self.mail.forget())

    async def close(self) -> None:
        """Close the connections."""
        await asyncio.gather(self.payments.close(), self.panel.close(), self.mail.close())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
