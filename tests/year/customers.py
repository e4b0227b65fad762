"""Who has a subscription in the year: by which policy, on which day of the month, where, and how they pay."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from tests.chaos.drawn import DrawnLife, DrawnRenewals

Habit = Literal["by card", "late", "very late", "declines", "never"]
HABITS: tuple[Habit, ...] = (
    "by card", "late", "by card", "very late", "by card", "never", "by card", "declines", "by card", "late", "by card",
    "very late",
)  # fmt: skip
"""In turn. `late`: by bank, after the reminder; `very late`: once suspended; `declines`: a card does, then by bank."""
PAYS_ON: dict[Habit, int] = {"late": 6, "very late": 12, "declines": 8}
"""So many days after a due date they pay by bank."""
POLICIES = ("a-small-orange", "a-small-orange", "courtesy-5-10-35", "whmcs-default")
ZONES = ("", "America/New_York", "America/Los_Angeles", "Europe/Berlin", "Europe/London", "Australia/Sydney")


@dataclass(frozen=True)
class Customer:
    """One of them, as a life under no fire."""

    habit: Habit
    life: DrawnLife


def customers(count: int, seed: int) -> list[Customer]:
    """So many, the same for the same seed; their renewals are spread over all days of a month."""
    return [_customer(Random(f"{seed} {number}"), number) for number in range(count)]


def _customer(chance: Random, number: int) -> Customer:
    habit = HABITS[number % len(HABITS)]
    renews = DrawnRenewals(chance.choice(POLICIES), chance.choice((500, 1999, 4500)), number % 31, "monthly", ())
    card = {"by card": "pm_card_visa", "declines": "pm_card_chargeCustomerFail"}.get(habit, "")
    life = DrawnLife(
        seed=number, panel="sandbox", services=1, card=card, card_ends=None, mail="", invoices=(), acts=(), faults=(),
        renews=renews, zone=chance.choice(ZONES),
    )  # fmt: skip
    return Customer(habit, life)
