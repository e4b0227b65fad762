"""Money beyond the balance, where the policy refunds it instead of keeping it as credit."""

from datetime import datetime, timedelta

from dunning.case.case import Case, Opened
from dunning.case.decisions import Perform
from dunning.case.facts import Reversal
from dunning.case.ledger import Kind
from dunning.case.results import Declined, Noted
from dunning.money import Money
from dunning.policy.plan import Action, Excess
from dunning.rules.machine import decide
from dunning.rules.money_in import reversed_
from dunning.rules.record import recorded
from tests.dunning.evenings import ASO
from tests.dunning.examples import at, before_issue, opened, pays
from tests.dunning.life import Fact, Life, World, live


def refunding() -> Opened:
    start = opened(ASO)
    return start.model_copy(update={"plan": start.plan.model_copy(update={"excess": Excess.REFUND})})


def life_with(*facts: tuple[int, Fact]) -> Life:
    start = refunding()
    coming = [(at(start, day, minutes=30), fact) for day, fact in facts]
    return live(start, before_issue(start), coming, World(charges=["declined"]))


def refunds(life: Life) -> dict[str, str]:
    return {key: str(amount) for key, amount in life.refunded.items()}


def test_what_is_too_much_goes_back_at_once() -> None:
    life = life_with((1, pays("USD 25.00")))
    assert life.steps()[-3:] == ["confirm:p-1", "refund:p-1", "close:3"]
    assert refunds(life) == {"INV-1042:refund:p-1": "USD 5.01"}
    assert (life.outcome, life.case.balance) == ("paid", Money.zero("USD"))
    assert life.of(Action.REFUND)[0].decided == at(refunding(), 1, minutes=30)


def test_the_newest_payment_goes_back_first_and_the_older_one_only_for_the_rest() -> None:
    life = life_with((1, pays("USD 19.99")), (1, pays("USD 15.00", "p-2")))
    assert refunds(life) == {"INV-1042:refund:p-2": "USD 15.00"}
    life = life_with((1, pays("USD 25.00")), (1, pays("USD 3.00", "p-2")))
    assert refunds(life) == {"INV-1042:refund:p-2": "USD 3.00", "INV-1042:refund:p-1": "USD 5.01"}
    assert life.case.balance.minor == 0


def test_a_payment_that_the_bank_took_back_is_not_refunded_as_well() -> None:
    back: Fact = lambda case, now: reversed_(  # noqa: E731
        case, Reversal(id="r", payment="p-2", amount=Money.parse("USD 3.00"), at=now), now
    )
    life = life_with((1, pays("USD 25.00")), (1, pays("USD 3.00", "p-2")), (1, back))
    assert refunds(life) == {"INV-1042:refund:p-1": "USD 5.01"}
    assert life.case.balance.minor == 0


def test_what_no_refund_can_take_becomes_credit() -> None:
    start = refunding()
    now = at(start, -1)
    case = live(start, before_issue(start), world=World(charges=["declined"]), until=now).case
    for fact in (pays("USD 25.00"), pays("USD 3.00", "p-2")):
        case = fact(case, now)
    tried: list[str] = []
    for _ in range(4):
        name, case = _next(case, now)
        tried.append(name)
    assert tried == ["confirm:p-2", "refund:p-2", "refund:p-1", "credit:3"]
    assert [str(e.amount) for e in case.entries if e.kind is Kind.CREDIT] == ["USD 8.01"]
    assert case.balance.minor == 0


def _next(case: Case, now: datetime) -> tuple[str, Case]:
    """Do the next step at a company that refuses every refund."""
    step = decide(case, now)
    assert isinstance(step, Perform)
    assert step.milestone.at - now == timedelta(0)
    result = Declined(code="too_old") if step.milestone.action is Action.REFUND else Noted()
    return step.milestone.name, recorded(case, step.milestone, result, now)
