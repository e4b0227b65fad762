"""The typed client of the control desks: how tests, demo and rehearsal make companies fail, and read their books."""

import asyncio
from datetime import datetime
from types import TracebackType
from typing import Generic, Literal, Self, TypeVar

import httpx2
from pydantic import BaseModel, TypeAdapter

from sandbox.books import (
    Addresses,
    Charge,
    Held,
    MailBooks,
    PanelBooks,
    PanelService,
    PaymentBooks,
    ServiceLevel,
    WebBooks,
)
from sandbox.desk import ScriptRequest, WhoRequest
from sandbox.payments.desk.requests import (
    CloseRequest,
    CustomerRequest,
    DirectRequest,
    DisputeRequest,
    DropRequest,
    FailRequest,
    MethodRequest,
    Named,
    PageRequest,
    RefundRequest,
    SettleRequest,
)
from sandbox.payments.webhooks.send import SECRET, Subscription

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
    """The gateway's desk. A `payment` is a PaymentIntent's id or an attempt's key; amounts are minor units."""

    async def settle(self, key: str, outcome: str = "succeeded", at: datetime | None = None) -> Charge:
        """End a debit in transit: it `succeeded`, or came back under a code such as `debit_returned`."""
        body = SettleRequest(key=key, outcome=outcome, at=at)
        return Charge.model_validate_json(await self.post("/control/settle", body))

    async def webhook(self, url: str, secret: str = SECRET, pause: float = 0.05) -> None:
        """Where events go from now on, signed by `secret`; an empty address means nowhere.

        What is not answered by 2xx is sent again after `pause` seconds, then after twice as long, and so on.
        """
        await self.post("/control/webhook", Subscription(url=url, secret=secret, pause=pause))

    async def resend(self, event: str) -> None:
        """Send an event once more, whatever became of it."""
        await self.post("/control/resend", Named(id=event))

    async def customer(self, account: str, method: str = "pm_card_visa") -> str:
        """The id of the account's customer; made on first sight, with that test method as default, or none if empty."""
        return await self._named("/control/customer", CustomerRequest(account=account, method=method))

    async def use_method(self, account: str, method: str, at: datetime | None = None) -> str:
        """A new default method for the account's customer; empty takes the old one from the file. Returns its id."""
        return await self._named("/control/method", MethodRequest(account=account, method=method, at=at))

    async def pay_session(self, session_id: str, card: str = "pm_card_visa", at: datetime | None = None) -> str:
        """A person completes a Checkout page. Returns the id of the payment, or of the SetupIntent.

        Raises httpx2.HTTPStatusError (402) when the bank says no; the page can be tried again.
        """
        return await self._named("/control/pay_session", PageRequest(session=session_id, card=card, at=at))

    async def pay_directly(
        self,
        account: str,
        amount: int,
        currency: str,
        invoice: str = "",
        at: datetime | None = None,
        *,
        method: str = "pm_card_visa",
    ) -> str:
        """A person pays elsewhere, e.g. by a payment link; without an invoice, the payment carries no metadata."""
        body = DirectRequest(account=account, amount=amount, currency=currency, invoice=invoice, at=at, method=method)
        return await self._named("/control/pay_directly", body)

    async def refund(self, payment: str, amount: int | None = None, at: datetime | None = None) -> str:
        """A person gives money back at the dashboard: all that is left, or so much. Returns the refund's id."""
        return await self._named("/control/refund", RefundRequest(payment=payment, amount=amount, at=at))

    async def fail_refund(self, refund: str, at: datetime | None = None) -> None:
        """A refund fails: the payer's bank sends the money back to us."""
        await self.post("/control/fail_refund", FailRequest(refund=refund, at=at))

    async def dispute(
        self, payment: str, amount: int | None = None, reason: str = "fraudulent", at: datetime | None = None
    ) -> str:
        """The payer's bank takes the money, or so much of it. Returns the dispute's id. A debit's is lost at once."""
        body = DisputeRequest(payment=payment, amount=amount, reason=reason, at=at)
        return await self._named("/control/dispute", body)

    async def close_dispute(self, dispute: str, status: Literal["won", "lost"], at: datetime | None = None) -> None:
        """A dispute is decided: what is won comes back."""
        await self.post("/control/close_dispute", CloseRequest(dispute=dispute, status=status, at=at))

    async def drop(self, share: float, seed: int = 0) -> None:
        """That share of confirmed PaymentIntents loses its answer, after the money moved."""
        await self.post("/control/drop", DropRequest(share=share, seed=seed))

    async def forget_keys(self) -> None:
        """Make all idempotency keys older than a day: they are free again."""
        await self.post("/control/forget_keys", WhoRequest())

    async def _named(self, path: str, body: BaseModel) -> str:
        return Named.model_validate_json(await self.post(path, body)).id


class Panel(Desk[PanelBooks]):
    """The control panel's desk."""

    async def put(
        self, user: str, level: ServiceLevel = "active", tag: str = "", *, backups: bool = True, locked: bool = False
    ) -> None:
        """Bring a user's service into being, or into this state, as a person at the panel would."""
        wanted = PanelService(user=user, level=level, tag=tag, backups=backups, locked=locked)
        await self.post("/control/service", wanted)


class Sandbox:
    """All desks; an async context manager that closes them."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self.payments = Payments(addresses.payments, PaymentBooks)
        self.panel = Panel(addresses.panel, PanelBooks)
        self.mail = Desk(addresses.mail, MailBooks)
        self.web = Desk(addresses.web, WebBooks)

    async def forget(self) -> None:
        """Drop all scripts everywhere and let go what they hold."""
        await asyncio.gather(self.payments.forget(), self.panel.forget(), self.mail.forget(), self.web.forget())

    async def close(self) -> None:
        """Close the connections."""
        await asyncio.gather(self.payments.close(), self.panel.close(), self.mail.close(), self.web.close())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
