"""How people and programs of a life bring money and news of it: which amounts, and the door of other processors."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from standardwebhooks import Webhook

from dunning.money import Money
from sandbox.stage.stage import PAYMENTS_SECRET
from tests.chaos.drawn import Act
from tests.chaos.life import Life
from tests.chaos.told import BankPayment

TICKS = timedelta(seconds=1)


async def bank_payment(life: Life, number: str, minor: int, currency: str, *, twice: bool) -> None:
    """Money comes by another processor; `twice`: it is told of under two ids of events."""
    payment = BankPayment(f"bank-{life.account}-{len(life.told.bank)}", number, minor, currency)
    life.told.bank.append(payment)
    await tell_payment(life, payment)
    if twice:
        await tell_payment(life, payment, "again-")


async def tell_payment(life: Life, payment: BankPayment, event: str = "") -> None:
    """Say that the money came. `event` begins the id of the event."""
    data = {"invoice": payment.invoice, "id": payment.id, **money_of(payment)}
    answer = await say(life, f"{event}{payment.id}", "payment.received", data)
    payment.told = True
    left = answer.get("balance", {}).get("amount_minor")
    life.told.done.append(f"{payment.invoice}: {payment.minor} {payment.currency} by bank ({answer['outcome']})")
    # A payment that is parked pays for nothing: the invoice was void, and its services may go all the same.
    if left is not None and left <= 0 and answer["outcome"] != "parked":
        life.told.owes_nothing(payment.invoice, datetime.now(UTC))


def money_of(payment: BankPayment) -> dict[str, Any]:
    """As an event writes it."""
    return {"amount_minor": payment.minor, "currency": payment.currency}


async def say(life: Life, event: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """A signed webhook of another processor, as often as it takes until it is kept."""
    at = await life.now(data["invoice"])
    text = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data})

    async def post() -> httpx2.Response:
        now = datetime.now(UTC)
        headers = {
            "webhook-id": event,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(PAYMENTS_SECRET).sign(event, now, text),
        }
        url = f"http://{life.world.links['portal'].address}/webhooks/payments"
        async with httpx2.AsyncClient(trust_env=False, timeout=10, verify=False) as http:  # loopback has no TLS
            answer = await http.post(url, content=text, headers=headers)
        if answer.status_code >= 500:
            raise httpx2.ConnectError(f"HTTP {answer.status_code}")
        return answer

    answer = await life.persist(post)
    assert answer.is_success, answer.text
    return answer.json()


async def drawn_amount(life: Life, act: Act) -> tuple[int, str]:
    """Minor units and currency of what is paid, by what is owed now."""
    number = life.numbers[act.invoice]
    owed = max((await life.case(number)).balance.minor, 0)
    whole = life.drawn.invoices[act.invoice].minor
    match act.share:
        case "right":
            return owed or whole, "USD"
        case "part":
            return max(1, round((owed or whole) * max(0.1, act.pick))), "USD"
        case "too much":
            return (owed or whole) + 700, "USD"
        case "wrong currency":
            return owed or whole, "EUR"
        case "whole":
            return whole, "USD"
        case "all but some cents":
            return max(1, (owed or whole) - 1 - int(act.pick * 49)), "USD"


def usd(minor: int) -> Money:
    """So many cents."""
    return Money(minor=minor, currency="USD")


async def clocks(life: Life) -> dict[str, datetime]:
    """The latest time that was seen in each of its cases: a closed one that goes on has a clock that begins anew."""
    for number in life.numbers:
        now = await life.now(number)
        life.told.clocks[number] = max(now, life.told.clocks.get(number, now))
    return dict(life.told.clocks)


async def latest(life: Life) -> datetime:
    """The latest of its cases' clocks: a bank lives on after an invoice is closed."""
    return max((await clocks(life)).values()) + TICKS
