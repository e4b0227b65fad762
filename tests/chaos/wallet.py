"""What people do about the card that is charged."""

from tests.chaos.doors import clocks, latest
from tests.chaos.drawn import Act
from tests.chaos.life import Life
from tests.chaos.on_file import FAR, month_end

CARD, FAILING_CARD = "pm_card_visa", "pm_card_chargeCustomerFail"
MONTHS = 3
"""A card that ends does so with this month or one of the next."""


async def card(life: Life, act: Act) -> None:
    """Another card is on file from now on, or the one that was there is not."""
    at, payments = await latest(life), life.world.stage.companies.payments
    before = await clocks(life)
    if act.kind == "no card":
        await life.attempt(act.kind, lambda: payments.use_method(life.account, "", at))
        life.told.cards.taken(before, await latest(life))
        return
    ends = month_end(at.date(), int(act.pick * MONTHS)) if act.kind == "card that ends" else FAR
    method = FAILING_CARD if act.kind == "card that declines" else CARD
    put = lambda: payments.use_method(life.account, method, at, expires=f"{ends:%Y-%m}")  # noqa: E731
    await life.attempt(f"{act.kind}, until {ends}", put)
    life.told.cards.put(ends, before, await latest(life))
