"""Invoices under the shipped policies."""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from adapters.settings.policies import load_policy
from dunning.case.case import Case, Opened
from dunning.case.facts import Approval, MethodChanged, Payment, PaymentNews, Restored, Reversal
from dunning.money import Money
from dunning.policy.file import Policy
from dunning.policy.plan import Invoice
from dunning.policy.timeline import plan_for
from dunning.rules.money_in import paid, restored, reversed_, stirred
from dunning.rules.updates import approved, method_changed
from tests.dunning.life import Fact, Waking

FOLDER = Path(__file__).parent.parent.parent / "policies"
DUE = date(2026, 12, 1)
PRICE = Money.parse("USD 19.99")


@cache
def policy(name: str) -> Policy:
    return load_policy(name, FOLDER)


def opened(name: str, amount: Money = PRICE, due: date = DUE, **more: object) -> Opened:
    invoice = Invoice.model_validate(
        {"number": "INV-1042", "account": "bakery", "customer": "Example Bakery", "amount": amount, "due": due, **more}
    )
    return Opened(invoice=invoice, plan=plan_for(policy(name), invoice), reach="outside", generation=1)


def before_issue(case: Opened) -> datetime:
    return case.plan.milestones[0].at - timedelta(days=1)


def at(case: Opened, day: int, *, minutes: int = 0) -> datetime:
    """The policy's hour on that day from the due date, plus some minutes."""
    first = case.plan.milestones[0]
    return first.at + timedelta(days=day - first.day, minutes=minutes)


def pays(amount: str = "USD 19.99", payment: str = "p-1") -> Fact:
    money = Money.parse(amount)
    return lambda case, now: paid(case, Payment(id=payment, amount=money, at=now))


def approves(milestone: str, by: str = "ana") -> Fact:
    return lambda case, _now: approved(case, Approval(milestone=milestone, by=by))


def takes_back(
    amount: str = "USD 19.99", payment: str = "p-1", reversal: str = "r-1", *, chargeback: bool = False
) -> Fact:
    """The payment went back to the payer, or in part."""
    money = Money.parse(amount)

    def fact(case: Case, now: datetime) -> Case:
        back = Reversal(id=reversal, payment=payment, amount=money, at=now, chargeback=chargeback)
        return reversed_(case, back, now)

    return Waking(payment, fact)


def gives_again(amount: str = "USD 19.99", reversal: str = "r-1") -> Fact:
    """The dispute was won."""
    money = Money.parse(amount)
    return Waking(
        reversal,
        lambda case, now: restored(case, Restored(id=f"{reversal}:won", reversal=reversal, amount=money, at=now)),
    )


def new_card(case: Case, now: datetime) -> Case:
    """Another payment method is on file."""
    return method_changed(case, MethodChanged(at=now))


def sends_money(payment: str = "d-1") -> Fact:
    """The customer began a bank debit on the pay page."""
    return lambda case, now: stirred(case, PaymentNews(payment=payment, at=now, started=True), now)
