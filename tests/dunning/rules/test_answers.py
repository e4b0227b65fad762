"""What the caller of an update hears, also when it comes again after the server has forgotten it."""

from datetime import datetime

from dunning.case.case import Case
from dunning.case.facts import Answer, Payment
from dunning.case.update import changed
from dunning.money import Money
from dunning.policy.plan import Excess
from dunning.rules.answers import REMEMBERED, answer_to_payment, answered_before, remembered
from dunning.rules.money_in import paid
from tests.dunning.evenings import ASO, moment
from tests.dunning.examples import PRICE, at, opened, takes_back

NOW = at(opened(ASO), 3)


def money(amount: str, payment: str = "p-1") -> Payment:
    return Payment(id=payment, amount=Money.parse(amount), at=NOW, method="visa 4242")


def answer(case: Case, payment: Payment, update: str = "", now: datetime = NOW) -> Answer:
    """As the update `pay` is answered, under the payment's own id or another one."""
    after = paid(case, payment, answered=True)
    return answer_to_payment(case, payment, after, now, update or payment.id)


def test_the_payer_hears_what_became_of_the_money() -> None:
    case, _ = moment(ASO, 2)
    assert answer(case, money("USD 5.00")) == Answer(
        outcome="applied", balance=Money.parse("USD 14.99"), state="overdue", counted=Money.parse("USD 5.00")
    )
    assert answer(case, money("USD 19.99")).state == "paid"
    assert answer(case, money("EUR 19.99")) == Answer(
        outcome="parked", balance=PRICE, state="overdue", counted=Money.parse("EUR 19.99")
    )


def test_who_owed_nothing_hears_what_the_policy_makes_of_it() -> None:
    case, _ = moment(ASO, 2)
    settled = paid(case, money("USD 19.99"))
    assert answer(settled, money("USD 5.00", "p-2")) == Answer(
        outcome="credited", balance=Money.parse("USD -5.00"), state="paid", counted=Money.parse("USD 5.00")
    )
    refunding = changed(settled, plan=case.plan.model_copy(update={"excess": Excess.REFUND}))
    assert answer(refunding, money("USD 5.00", "p-2")).outcome == "refunded"
    assert answer(refunding, money("EUR 5.00", "p-2")).outcome == "parked"
    assert answer(case, money("USD 25.00")).outcome == "applied", "something was owed, and is paid"


def test_money_that_no_update_brought_is_already_counted_for_the_first_that_does() -> None:
    case, _ = moment(ASO, 2)
    once = paid(case, money("USD 5.00"))
    heard = Answer(
        outcome="already counted", balance=Money.parse("USD 14.99"), state="overdue", counted=Money.parse("USD 5.00")
    )
    assert answer(once, money("USD 9.00")) == heard
    assert answer(paid(once, money("USD 9.00"), answered=True), money("USD 9.00")) == heard, "and for the second"


def test_the_same_update_hears_the_same_though_everything_changed_since() -> None:
    """A later run of the case, or the closed books: the server has forgotten the update, the ledger has not."""
    case, now = moment(ASO, 2)
    for first, word in ((money("USD 5.00"), "applied"), (money("EUR 5.00"), "parked")):
        later = takes_back("USD 5.00", first.id)(paid(case, first, answered=True), now)
        later = paid(later, money("USD 19.99", "p-2"), answered=True)
        again = answer(later, money("USD 9.99", first.id))
        assert (again.outcome, again.counted) == (word, first.amount)
        assert (again.balance, again.state) == (later.balance, answer(later, money("USD 1.00")).state), "as it is now"
    settled = paid(case, money("USD 19.99"))
    credited = paid(settled, money("USD 5.00", "p-2"), answered=True)
    owing = takes_back()(credited, now)
    assert answer(owing, money("USD 5.00", "p-2")).outcome == "credited"


def test_another_update_for_the_same_money_hears_that_it_is_counted() -> None:
    case, _ = moment(ASO, 2)
    once = paid(case, money("USD 5.00"), answered=True)
    assert answer(once, money("USD 5.00"), "by-hand").outcome == "already counted"


def test_of_decisions_the_latest_answers_are_remembered() -> None:
    case, _ = moment(ASO, 2)
    assert answered_before(case, "u-0") == ""
    for number in range(REMEMBERED + 1):
        case = remembered(case, case, f"u-{number}", "promised" if number % 2 else "waived")
    assert answered_before(case, "u-0") == ""
    assert answered_before(case, "u-1") == "promised"
    assert answered_before(case, f"u-{REMEMBERED}") == "waived"
    assert len(case.answered) == REMEMBERED
