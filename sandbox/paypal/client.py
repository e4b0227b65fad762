"""A typed client of the control interface of the stand-in for PayPal."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from sandbox.control.client import Control
from sandbox.paypal.books import PayPalBooks, Sale, Subscription
from sandbox.paypal.company import Event
from sandbox.paypal.webhooks import Receiver


class _Nothing(BaseModel):
    """No words."""


class PayPalControl(Control[PayPalBooks]):
    """What a customer, and PayPal itself, do there."""

    async def subscribe(self, name: str, start: datetime, **more: Any) -> None:
        """A subscription, or what became of it."""
        await self.post("/control/subscription", Subscription.model_validate({"id": name, "start": start, **more}))

    async def pays(self, subscription: str, sale: str, at: datetime, **more: Any) -> None:
        """It takes money, or what it took is given back."""
        told = Sale.model_validate({"id": sale, "subscription": subscription, "at": at, **more})
        await self.post("/control/sale", told)

    async def again(self, sale: str) -> None:
        """The webhook about a payment is sent once more."""
        await self.post("/control/again", Event(sale=sale))

    async def webhook(self, url: str, webhook: str, here: str) -> None:
        """Webhooks go there from now on."""
        await self.post("/control/webhook", Receiver(url=url, webhook=webhook, here=here))

    async def revoke(self) -> None:
        """All tokens end."""
        await self.post("/control/revoke", _Nothing())

    async def authority(self) -> bytes:
        """The certificate of who is to be believed."""
        return await self._get("/control/authority")
