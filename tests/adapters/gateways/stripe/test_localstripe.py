"""A second opinion: the adapter against an emulator of Stripe that other people wrote, for what that one gets right.

Optional. `localstripe` is GPL-3, so it lives in a virtual environment of its own, which `make localstripe` makes. It
refuses parameters that every charge of ours has, knows no list of payments by customer, and forgets idempotency keys.
So the payments are made by the SDK here, and what we read of them is tested.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
import stripe
from pydantic import SecretStr

from adapters.gateways.stripe.calls import client
from adapters.gateways.stripe.gateway import StripeGateway
from dunning.case.orders import ChargeOrder, RefundOrder
from dunning.case.results import Charged, Declined, Refunded
from dunning.money import Money
from dunning.records.accounts import Account
from dunning.records.payments import Attempt

ROOT = Path(__file__).parents[4]
PROGRAM = next(
    (str(path) for path in [ROOT / ".venv-localstripe/bin/localstripe"] if path.exists()), shutil.which("localstripe")
)
KEY = SecretStr("sk_test_12345")
AT = datetime(2027, 3, 1, 12, tzinfo=UTC)
_NOWHERE = asyncio.subprocess.DEVNULL
CENTS = Money(minor=1099, currency="USD")

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="the program localstripe is not installed: `make localstripe` does it"
)


@dataclass
class Emulator:
    gateway: StripeGateway
    sdk: stripe.StripeClient


@pytest.fixture(scope="module")
async def emulator(
    unused_tcp_port_factory: Callable[[], int], tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Emulator]:
    port = unused_tcp_port_factory()
    # It keeps its state in one file of the folder for temporary files: another one for each instance.
    env = os.environ | {"TMPDIR": str(tmp_path_factory.mktemp("localstripe"))}
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM), "--port", str(port), "--from-scratch", stdout=_NOWHERE, stderr=_NOWHERE, env=env
    )
    url = f"http://127.0.0.1:{port}"
    gateway = StripeGateway(KEY, url, 5.0)
    http, sdk = client(KEY, url, 5.0)
    try:
        await until_up(url)
        yield Emulator(gateway, sdk)
    finally:
        await gateway.close()
        await http.close_async()
        process.terminate()
        await process.wait()


async def until_up(url: str) -> None:
    async with httpx2.AsyncClient(trust_env=False) as http, asyncio.timeout(10):
        while True:
            try:
                await http.get(url)
            except httpx2.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


async def customer(emulator: Emulator, number: str) -> tuple[Account, str]:
    """An account whose card is on file, and the card."""
    made = await emulator.sdk.v1.customers.create_async({"metadata": {"account": "A-1"}})
    method = await emulator.sdk.v1.payment_methods.create_async(
        {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123"}}
    )
    await emulator.sdk.v1.payment_methods.attach_async(method.id, {"customer": made.id})
    await emulator.sdk.v1.customers.update_async(made.id, {"invoice_settings": {"default_payment_method": method.id}})
    return Account(id="A-1", name="Example", payer=made.id), method.id


def order(invoice: str) -> ChargeOrder:
    return ChargeOrder(invoice=invoice, account="A-1", step="charge", at=AT, amount=CENTS)


async def paid(emulator: Emulator, account: Account, method: str, charge: ChargeOrder) -> Attempt:
    intent = await emulator.sdk.v1.payment_intents.create_async(
        {
            "amount": charge.amount.minor,
            "currency": "usd",
            "customer": account.payer,
            "payment_method": method,
            "confirm": True,
            "off_session": True,
            "metadata": {"invoice": charge.invoice, "attempt": charge.key},
        }
    )
    return Attempt(
        key=charge.key,
        invoice=charge.invoice,
        account=account.id,
        amount=charge.amount,
        at=charge.at,
        payer=account.payer,
        method=method,
        payment=intent.id,
    )


async def test_the_default_card_is_the_method(emulator: Emulator):
    account, card = await customer(emulator, "4242424242424242")
    method = await emulator.gateway.method(account)
    assert method is not None
    assert (method.id, method.payer, method.kind, method.network) == (card, account.payer, "card", "visa")
    assert method.label == "Visa ending 4242"


async def test_a_payment_is_found_and_asked_about(emulator: Emulator):
    account, card = await customer(emulator, "4242424242424242")
    charge = order("INV-1")
    attempt = await paid(emulator, account, card, charge)
    found = await emulator.gateway.find(charge, attempt)
    assert isinstance(found, Charged)
    assert (found.payment, found.amount, found.at) == (attempt.payment, CENTS, AT)
    assert await emulator.gateway.ask(charge.model_copy(update={"payment": attempt.payment})) == found


async def test_a_card_that_fails_when_it_is_charged_is_a_decline(emulator: Emulator):
    account, card = await customer(emulator, "4000000000000341")
    charge = order("INV-2")
    attempt = await paid(emulator, account, card, charge)
    found = await emulator.gateway.find(charge, attempt)
    assert isinstance(found, Declined)
    assert (found.code, found.payment, found.final) == ("card_declined", attempt.payment, False)
    assert found.message


async def test_a_refund_happens_once(emulator: Emulator):
    """It forgets keys at once, as Stripe does after a day: the refund is looked for first."""
    account, card = await customer(emulator, "4242424242424242")
    attempt = await paid(emulator, account, card, order("INV-3"))
    refund = RefundOrder(
        invoice="INV-3",
        account="A-1",
        step="refund",
        at=AT,
        payment=attempt.payment,
        amount=Money(minor=500, currency="USD"),
    )
    first = await emulator.gateway.refund(refund)
    assert isinstance(first, Refunded)
    assert first.amount == refund.amount
    assert await emulator.gateway.refund(refund) == first
