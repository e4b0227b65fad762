"""The account's credit pays an invoice that is open already: what it hears of credit, and when it uses it.

A case is only told that there is credit. How much, and that no cent of it is used twice, the store says when the case
asks for it (`adapters.store.money.payments.take_credit`). Whoever tells goes by the due dates
(`operations.money.spread_credit`).
"""

from datetime import datetime

from dunning.calendar import instant, local
from dunning.case.case import Case
from dunning.case.decisions import Perform, Step, Wait, follow_up
from dunning.case.facts import CreditAvailable, UseCredit
from dunning.case.update import changed, one_fact
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import Action, Milestone, OpenCredit
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read, step


@one_fact
def heard_of_credit(case: Case, fact: CreditAvailable) -> Case:
    """Credit grew, or is there still. What was used up before is no news."""
    known = fact.lines == case.credit_lines or has_used_credit(case, fact.lines)
    return case if known else changed(case, credit_lines=fact.lines)


@one_fact
def credit_asked(case: Case, use: UseCredit) -> Case:
    """A person has credit pay for it, now."""
    return changed(case, credit_asked=(*case.credit_asked, use))


def credit_refused(case: Case, use: UseCredit) -> str:
    """Why credit cannot be asked to pay for it."""
    if any(each.id == use.id for each in case.credit_asked):
        return f"{use.id!r} was asked for before; its step is {_asked_step(use)}"
    if not _payable(case):
        return "nothing is payable on this invoice"
    if use.most is None:
        return ""
    if use.most.currency != case.balance.currency:
        return f"{use.most} does not pay for an invoice in {case.balance.currency}"
    return "" if use.most.minor > 0 else f"{use.most} is not positive"


def with_open_credit(case: Case, now: datetime) -> Step | None:
    """What a person asked for, at once; what the case was told of, when the policy lets it."""
    if not _payable(case) or case.in_transit:
        return None
    for asked in case.credit_asked:
        if _asked_step(asked) not in case.steps_done:
            return Perform(follow_up(_asked_step(asked), now), "a person has the account's credit pay for it")
    if not _waits(case) or now < _from(case):
        return None
    return Perform(follow_up(_step_of(case.credit_lines), now), "the account has credit, and something is owed")


def until_credit_may_pay(case: Case, now: datetime, found: Step) -> Step:
    """What the case does otherwise; a wait ends when the credit that it was told of may pay."""
    if not isinstance(found, Wait) or not _payable(case) or case.in_transit or not _waits(case):
        return found
    since = _from(case)
    if since <= now or (found.until and found.until <= since):
        return found
    return Wait(since, "use credit", "the account has credit, which pays for it when it is due")


def takes_credit(case: Case) -> bool:
    """Whether the account's credit may pay for it without a person, now or when it is due."""
    return case.plan.open_credit is not OpenCredit.NEVER and case.level is not Level.DELETED and _payable(case)


def has_used_credit(case: Case, lines: int) -> bool:
    """Whether it was told of it, and has taken what there was for it."""
    return _step_of(lines) in case.steps_done


def uses_it_by(case: Case, now: datetime) -> bool:
    """Whether it uses credit at once when it is told of some at `now`, or at its own time, should that be later.

    While money is on its way, it waits for that.
    """
    now = max((now, *(done.at for done in case.done[-1:])))
    return now >= _from(case) and not case.in_transit


def credit_wanted(case: Case, milestone: Milestone) -> Money:
    """How much of the credit a step asks for."""
    name = read(milestone.name)
    asked = (a.most for a in case.credit_asked if name.kind is StepKind.USE_CREDIT_ASKED and a.id == name.id)
    return min((case.balance, *(most for most in asked if most)), key=lambda money: money.minor)


def _payable(case: Case) -> bool:
    return case.balance.minor > 0 and not (case.lapsed or case.voided or case.renewed)


def _waits(case: Case) -> bool:
    heard = case.credit_lines and not has_used_credit(case, case.credit_lines)
    return bool(heard) and takes_credit(case)


def _from(case: Case) -> datetime:
    """From then on: a charge asks only for what is left."""
    return case.opened_at if case.plan.open_credit is OpenCredit.AT_ONCE else due_from(case)


def due_from(case: Case) -> datetime:
    """When something is first asked for: at the policy's hour of the due date, or at a charge that comes earlier."""
    hour = local(case.plan.milestones[0].at, case.plan.zone).time()
    due = instant(case.invoice.due, hour, case.plan.zone)
    charges = (case.when(m) for m in case.plan.milestones if m.action is Action.CHARGE)
    return min((due, *charges))


def _step_of(lines: int) -> str:
    return step(StepKind.USE_OPEN_CREDIT, lines)


def _asked_step(use: UseCredit) -> str:
    return step(StepKind.USE_CREDIT_ASKED, use.id)
