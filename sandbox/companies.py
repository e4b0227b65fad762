"""All companies at once: where they listen, and a client of each one's control interface."""

import asyncio
from types import TracebackType
from typing import Any, Self

from pydantic import BaseModel

from sandbox.control.client import Control
from sandbox.mail.books import MailBooks
from sandbox.mail.client import Mail
from sandbox.panel.books import PanelBooks, WebBooks
from sandbox.panel.client import Panel
from sandbox.payments.books import PaymentBooks
from sandbox.payments.client import Payments
from sandbox.paypal.books import PayPalBooks
from sandbox.paypal.client import PayPalControl


class Addresses(BaseModel):
    """Where the companies listen. `smtp` is `host:port`, the others are URLs; a user's site is `<web>/<user>`."""

    payments: str
    panel: str
    smtp: str
    mail: str
    web: str
    paypal: str


class Sandbox:
    """A client of each control interface; an async context manager that closes them."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self.payments = Payments(addresses.payments, PaymentBooks)
        self.panel = Panel(addresses.panel, PanelBooks)
        self.mail = Mail(addresses.mail, MailBooks)
        self.web = Control(addresses.web, WebBooks)
        self.paypal = PayPalControl(addresses.paypal, PayPalBooks)

    async def forget(self) -> None:
        """Drop all scripts everywhere and release what they hold."""
        await asyncio.gather(*(each.forget() for each in self._all()))

    async def close(self) -> None:
        """Close the connections."""
        await asyncio.gather(*(each.close() for each in self._all()))

    def _all(self) -> tuple[Control[Any], ...]:
        return self.payments, self.panel, self.mail, self.web, self.paypal

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
