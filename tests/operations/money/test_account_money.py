"""All ledgers of an account together: no cent appears, none disappears, and nobody is suspended beside their credit."""

from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dunning.money import Money
from tests.dunning.examples import at, opened
from tests.operations.money.test_count_money import worlds
from tests.operations.paper_account import AccountWorld, usd

ASO, COURTESY = "a-small-orange", "courtesy-5-10-35"
START = at(opened(ASO), -12)
NAMES = count()
SHARES = ("exact", "exact", "exact", "part", "over", "over", "all but some cents", "euros")
KINDS = (
    "pays", "pays", "pays", "pays", "taken back", "taken back", "taken back", "comes again", "comes again", "refund",
    "refund", "waiver", "given back as credit", "void", "credit added", "credit paid out", "credit used", "card",
    "days pass", "opens", "nobody acts",
)  # fmt: skip


class Deed(NamedTuple):
    """Something that happens to an invoice. `pick` chooses among what is there; `twice`: it is told twice."""

    kind: str
    invoice: int
    pick: int
    share: str
    twice: bool


DEEDS = st.builds(
    Deed,
    st.sampled_from(KINDS),
    st.integers(0, 2),
    st.integers(0, 7),
    st.sampled_from(SHARES),
    st.booleans(),
)
INVOICES = st.lists(
    st.tuples(st.sampled_from((ASO, COURTESY)), st.sampled_from((1000, 1999, 40))), min_size=2, max_size=3
)
CREDIT_TAKEN_BACK = [
    Deed("pays", 0, 0, "exact", twice=False),
    Deed("pays", 0, 0, "exact", twice=True),
    Deed("taken back", 0, 1, "exact", twice=True),
]
"""An invoice is paid, money comes once more and is credit, and goes again."""
A_REST_CARRIED = [
    Deed("days pass", 0, 5, "exact", twice=False),
    Deed("opens", 1, 0, "exact", twice=True),
    Deed("nobody acts", 1, 0, "part", twice=True),
]
"""An invoice of 40 cents is due, and too little to be asked for: the next one has it, opened more than once."""
CREDIT_BESIDE_A_DEBT = [
    Deed("opens", 1, 0, "exact", twice=False),
    Deed("days pass", 0, 5, "exact", twice=False),
    Deed("credit added", 0, 4, "exact", twice=True),
]
"""Credit is added while an invoice is past due."""
MORE_CAME_AGAIN = [
    Deed("pays", 0, 0, "part", twice=False),
    Deed("taken back", 0, 0, "exact", twice=False),
    Deed("comes again", 0, 0, "over", twice=True),
]
"""A person enters that twice as much came again as was taken back."""


@pytest.mark.promise(9)
def test_no_cent_of_an_account_appears_or_disappears_whatever_people_and_banks_do(tmp_path: Path) -> None:
    with worlds(tmp_path) as (runner, store):

        @example(invoices=[(ASO, 1000), (ASO, 1999)], deeds=CREDIT_TAKEN_BACK)
        @example(invoices=[(ASO, 40), (ASO, 1000)], deeds=A_REST_CARRIED)
        @example(invoices=[(ASO, 1000), (ASO, 1999)], deeds=CREDIT_BESIDE_A_DEBT)
        @example(invoices=[(ASO, 1000), (ASO, 1999)], deeds=MORE_CAME_AGAIN)
        @given(invoices=INVOICES, deeds=st.lists(DEEDS, min_size=6, max_size=16))
        @settings(
            max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
        )
        def play(invoices: list[tuple[str, int]], deeds: list[Deed]) -> None:
            runner.run(_lived(AccountWorld(store, f"account-{next(NAMES)}", START), invoices, deeds))

        play()


async def _lived(world: AccountWorld, invoices: list[tuple[str, int]], deeds: list[Deed]) -> None:
    await world.open(0, *invoices[0])
    await world.cases.act()
    for place, deed in enumerate(deeds):
        number = world.number(deed.invoice % len(invoices))
        if deed.kind == "opens" or number not in world.cases.of:
            await world.open(deed.invoice % len(invoices), *invoices[deed.invoice % len(invoices)])
        told = _told(world, number, deed, f"d{place}")
        if told:
            for _ in range(1 + deed.twice):
                await told()
        if deed.kind != "nobody acts":
            await world.cases.act()
    await world.holds()


Told = Callable[[], Awaitable[None]]


def _told(world: AccountWorld, number: str, deed: Deed, id_: str) -> Told | None:  # noqa: PLR0911 - a table
    """What is told, once or twice: the same each time."""
    if deed.kind in ("taken back", "comes again", "refund"):
        return _of_money(world, deed, id_)
    amount = usd(100 + 300 * deed.pick)
    match deed.kind:
        case "pays" | "nobody acts":
            return partial(world.pays, number, id_, _share(world.balance(number), deed.share))
        case "waiver" | "given back as credit":
            part = None if deed.share == "exact" else amount
            return partial(world.waives, number, part, give_back=deed.kind != "waiver")
        case "void":
            return partial(world.voids, number)
        case "credit added":
            return partial(world.adds, id_, amount)
        case "credit paid out":
            return partial(world.pays_out, id_, amount)
        case "credit used":
            return partial(world.uses, number, id_, amount)
        case _:
            return partial(world.passes, 3 * deed.pick if deed.kind == "days pass" else 0, card=deed.kind == "card")


def _of_money(world: AccountWorld, deed: Deed, id_: str) -> Told | None:
    """What happens to money that came, or was taken back, before."""
    if deed.kind == "comes again":
        if not world.reversals:
            return None
        number, reversal = world.reversals[deed.pick % len(world.reversals)]
        return partial(world.gives_again, number, reversal, id_, _share(reversal.amount, deed.share))
    if not world.payments:
        return None
    number, payment = world.payments[deed.pick % len(world.payments)]
    do = world.takes_back if deed.kind == "taken back" else world.refunds
    return partial(do, number, payment, id_, _share(payment.amount, deed.share))


def _share(whole: Money, share: str) -> Money:
    """Of what is owed, or came; some amount where nothing is."""
    whole = whole if whole.minor > 0 else whole.model_copy(update={"minor": 500})
    match share:
        case "exact":
            return whole
        case "part":
            return whole.model_copy(update={"minor": whole.minor // 2 + 1})
        case "over":
            return whole + whole
        case "all but some cents":
            return whole.model_copy(update={"minor": max(1, whole.minor - 30)})
        case _:
            return Money(minor=300, currency="EUR")
