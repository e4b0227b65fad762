"""A typed client of the gateway's control interface: how tests, demo and rehearsal make it fail, and read its books."""

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter

from sandbox.control.client import Control
from sandbox.control.routes import WhoRequest
from sandbox.payments.books import Charge, PaymentBooks
from sandbox.payments.control.requests import (
    CloseRequest,
    CustomerRequest,
    CycleRequest,
    DirectRequest,
    DisputeRequest,
    DropRequest,
    FailRequest,
    MethodRequest,
    Named,
    PageRequest,
    RefundRequest,
    SettleRequest,
    SubscribeRequest,
)
from sandbox.payments.webhooks.send import SECRET, Subscription

_IDS = TypeAdapter(list[str])


class Payments(Control[PaymentBooks]):
    """The gateway's. A `payment` is a PaymentIntent's id or an attempt's key; amounts are minor units."""

    async def settle(self, key: str, outcome: str = "succeeded", at: datetime | None = None) -> Charge:
        """End a debit in transit: it `succeeded`, or came back under a code such as `debit_returned`."""
        body = SettleRequest(key=key, outcome=outcome, at=at)
        return Charge.model_validate_json(await self.post("/control/settle", body))

    async def webhook(self, url: str, secret: str = SECRET, pause: float = 0.05) -> None:
        """Where events go from now on, signed by `secret`; an empty address means nowhere.

        What is not answered by 2xx is sent again after `pause` seconds, then after twice as long, and so on.
        """
        await self.post("/control/webhook", Subscription(url=url, secret=secret, pause=pause))

    async def untaken(self) -> list[str]:
        """The ids of the events that nobody has taken, oldest first."""
        return _IDS.validate_json(await self._get("/control/untaken"))

    async def resend(self, event: str) -> None:
        """Send an event once more, whatever became of it."""
        await self.post("/control/resend", Named(id=event))

    async def customer(self, account: str, method: str = "pm_card_visa") -> str:
        """The id of the account's customer; made on first sight, with that test method as default, or none if empty."""
        return await self._named("/control/customer", CustomerRequest(account=account, method=method))

    async def use_method(self, account: str, method: str, at: datetime | None = None, *, expires: str = "") -> str:
        """A new default method for the account's customer; empty takes the old one from the file. Returns its id.

        `expires` is a card's month, such as `2027-03`.
        """
        body = MethodRequest(account=account, method=method, at=at, expires=expires)
        return await self._named("/control/method", body)

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

    async def subscribes(
        self, account: str, subscription: str, anchor: datetime, ends: datetime, amount: int = 1999, **more: Any
    ) -> None:
        """A subscription that the company runs, or what became of it; see `SubscribeRequest`."""
        told = {"account": account, "id": subscription, "anchor": anchor, "ends": ends, "amount": amount, **more}
        await self.post("/control/subscription", SubscribeRequest.model_validate(told))

    async def bills(self, subscription: str, at: datetime, **more: Any) -> str:
        """Its period ends, or what failed is tried again: the id of the payment; see `CycleRequest`."""
        told = {"subscription": subscription, "at": at, **more}
        return await self._named("/control/cycle", CycleRequest.model_validate(told))

    async def subscription(self, name: str) -> dict[str, Any]:
        """One of them, as the API shows it."""
        return json.loads(await self._get(f"/control/subscription/{name}"))

    async def drop(self, share: float, seed: int = 0) -> None:
        """That share of confirmed PaymentIntents loses its answer, after the money moved."""
        await self.post("/control/drop", DropRequest(share=share, seed=seed))

    async def forget_keys(self) -> None:
        """Make all idempotency keys older than a day: they are free again."""
        await self.post("/control/forget_keys", WhoRequest())

    async def _named(self, path: str, body: BaseModel) -> str:
        return Named.model_validate_json(await self.post(path, body)).id
