"""Invoices for the operations to work on: each just waits, because its first step lies in the future."""

from datetime import timedelta
from typing import Any

from composition import Composition, now
from dunning.money import Money
from operations.invoices.new_invoice import NewInvoice
from operations.invoices.open_invoice import Opening

ASO = "a-small-orange"


def new(number: str, **more: Any) -> NewInvoice:
    due = (now() + timedelta(days=60)).date()
    values = {"invoice": number, "account": f"of-{number}", "amount": "USD 19.99", "due": due, "policy": ASO}
    return NewInvoice.model_validate({**values, **more})


async def opened(made: Composition, number: str, **more: Any) -> Opening:
    wanted = new(number, **more)
    return await made.open_invoice.open(wanted, made.check_invoice.check(wanted))


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")
