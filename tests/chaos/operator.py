"""What a person types that is a slip, or no slip: it is refused first, and parked or kept waiting with --force."""

from dunning.case.facts import Payment, Reversal
from dunning.money import Money
from operations.errors import RefusedError
from operations.money.payments import Taken
from tests.chaos.doors import drawn_amount, usd
from tests.chaos.drawn import Act
from tests.chaos.life import Life
from tests.chaos.told import BankPayment

A_SLIP = 0.2
"""That share of it was one: nobody goes on with --force."""


async def pays_in_another_currency(life: Life, act: Act) -> None:
    """`pay` in euros, which no invoice is in. Typed twice it says the same."""
    number, payment = await _drawn(life, act, "EUR")
    fact = Payment(id=payment.id, amount=_euros(payment.minor), at=await life.now(number), method="typed")

    async def take(*, force: bool) -> Taken:
        return await life.persist(lambda: life.made.payments.take(number, fact, force=force))

    try:
        first = await take(force=False)
    except RefusedError as error:
        if _noted_as_slip(life, act, payment.id, error):
            return
        life.told.bank.append(payment)
        first = await take(force=True)
    else:  # whoever could have said the invoice's currency did not answer
        life.told.bank.append(payment)
    payment.told = True
    life.told.done.append(f"{number}: {payment.id} of {fact.amount} by command ({first.outcome})")
    if act.twice:
        again = await take(force=True)
        if (again.first or again.outcome) != first.outcome:
            life.told.wrong.append(f"{payment.id} was answered {first.outcome}, and then {again}")


async def takes_back_what_nobody_knows(life: Life, act: Act) -> None:
    """`reverse` of a payment that no books have. It may come later, or never."""
    number, payment = await _drawn(life, act, "USD")
    payment.back = f"back-{payment.id}"
    at = await life.now(number)
    fact = Reversal(id=payment.back, payment=payment.id, amount=usd(payment.minor), at=at, reason="drawn")
    try:
        await life.persist(lambda: life.made.payments.reverse(number, fact))
    except RefusedError as error:
        if _noted_as_slip(life, act, payment.back, error):
            return
    else:  # whoever could have said that there is no such payment did not answer
        life.told.unchecked += 1
    life.told.bank.append(payment)
    for _ in range(2 if act.twice else 1):
        outcome = await life.persist(lambda: life.made.payments.reverse(number, fact, force=True))
        life.told.done.append(f"{number}: {payment.back} of {fact.amount} by command ({outcome.outcome})")


async def _drawn(life: Life, act: Act, currency: str) -> tuple[str, BankPayment]:
    number = life.numbers[act.invoice]
    minor, _ = await drawn_amount(life, act)
    return number, BankPayment(f"typed-{life.account}-{act.day}-{act.pick:.6f}", number, minor, currency)


def _noted_as_slip(life: Life, act: Act, money: str, error: RefusedError) -> bool:
    """Whether it is left at that."""
    life.told.done.append(f"{money}: refused, {error.reason}")
    if act.pick < A_SLIP:
        life.told.slips.add(money)
    return act.pick < A_SLIP


def _euros(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")
