"""Money that somebody told of without a signature: a hint (`dunning.signatures`). It moves no ledger.

The gateway is asked what it has for the invoice, and that counts. What it does not know waits for a person; nothing
happens to the customer for a day, once a case, or whoever can send one would pause it for ever.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dunning.case.case import Case, Hint
from dunning.case.facts import Payment, PaymentNews, Restored, Reversal
from dunning.case.ledger import MONEY_IN, find
from dunning.case.update import changed, one_fact
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step

MOST = 10
"""So many hints of a case are kept; more of them would only be more of the same."""
PAUSE = timedelta(days=1)
HintOf = Payment | PaymentNews | Reversal | Restored


@one_fact
def hinted(case: Case, name: str, fact: HintOf, now: datetime) -> Case:
    """The case with the hint that the message of that name is; the same again changes nothing."""
    hint = _hint(name, fact, now)
    known = any((each.name, each.id) == (hint.name, hint.id) for each in case.hints)
    if known or len(case.hints) >= MOST or (hint.payment and find(case.entries, hint.payment, MONEY_IN)):
        return case
    return changed(case, hints=(*case.hints, hint))


def _hint(name: str, fact: HintOf, now: datetime) -> Hint:
    match fact:
        case Payment():
            return Hint(at=now, name=name, id=fact.id, payment=fact.id, said=str(fact.amount))
        case PaymentNews():
            return Hint(at=now, name=name, id=fact.payment, payment=fact.payment)
        case Reversal() | Restored():
            return Hint(at=now, name=name, id=fact.id, said=str(fact.amount))


def about_hints(case: Case) -> Iterator[tuple[str, str]]:
    """The gateway is asked about each of money that came; a person hears of what it does not know.

    Nobody waits for the gateway once all is paid: then a person looks at it at once.
    """
    for place, hint in enumerate(case.hints):
        ask = step(StepKind.HINT, place)
        if hint.payment and find(case.entries, hint.payment, MONEY_IN):
            continue
        if hint.payment and not case.paid_up and ask not in case.steps_done:
            yield ask, ""
        else:
            yield step(StepKind.UNSIGNED, place), ""


def paused_until(case: Case) -> datetime | None:
    """Until when nothing happens to the customer, for the first money that nobody knows; None: there is none."""
    unknown = (each for each in case.hints if each.payment and not find(case.entries, each.payment, MONEY_IN))
    return next((each.at + PAUSE for each in unknown), None)
