"""A subscription as the tests of its rules have it."""

from datetime import UTC, date, datetime, time
from typing import Any

from dunning.line import Line
from dunning.money import Money
from dunning.subscriptions.schedule import anchored
from dunning.subscriptions.subscription import Lead, Subscription, Terms

WHO: dict[str, Any] = {"by": "ana", "reason": "the customer asked"}
LEAD = Lead(days=-10, hour=time(9), zone="UTC")


def lines(*amounts: str) -> tuple[Line, ...]:
    return tuple(Line(text=f"line {place}", amount=Money.parse(amount)) for place, amount in enumerate(amounts))


def subscription(anchor: date = date(2027, 1, 31), period: str = "monthly", **more: Any) -> Subscription:
    values: dict[str, Any] = {
        "id": "web",
        "account": "bakery",
        "terms": Terms(policy="a-small-orange", lines=lines("USD 19.99")),
        "schedule": anchored(anchor, period),
        "lead": LEAD,
        "began": anchor,
        "number": 0,
    }
    return Subscription(**{**values, **more})


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), UTC)
