"""What each signal carries, how its fact is recorded, and why it cannot be. Updates are in `dunning.rules.asked`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from dunning import names
from dunning.case.case import Case
from dunning.case.facts import (
    Bounced,
    CreditAvailable,
    GiveBack,
    MethodChanged,
    Payment,
    PaymentNews,
    Reconsider,
    Restored,
    Reversal,
)
from dunning.case.update import one_fact
from dunning.notices import bounced
from dunning.payments import goodwill, open_credit
from dunning.rules import deferrals, money_in, updates
from dunning.rules.hints import HintOf, hinted
from dunning.rules.signed import signed
from dunning.signatures import Trust
from dunning.wire import Wire


class Sender(NamedTuple):
    """Who sent a signal, as far as it matters: whether it is believed, its signature's id (if any), what it said."""

    trust: Trust
    id: str = ""
    text: str = ""


@dataclass(frozen=True)
class Reader:
    """How one signal is taken: its model, how the case takes note of it at an instant, and why it does not."""

    model: type[Wire]
    record: Callable[[Case, Any, datetime], Case]
    refused: Callable[[Case, Any], str] = lambda _case, _fact: ""


READERS: dict[str, Reader] = {
    names.PAYMENT_RECEIVED: Reader(
        Payment,
        lambda case, payment, _now: money_in.paid(case, payment),
        lambda _case, payment: updates.payment_refused(payment),
    ),
    names.PAYMENT_REVERSED: Reader(Reversal, money_in.reversed_, updates.reversal_refused),
    names.PAYMENT_RESTORED: Reader(
        Restored, lambda case, fact, _now: money_in.restored(case, fact), updates.restored_refused
    ),
    names.PAYMENT_NEWS: Reader(PaymentNews, money_in.stirred),
    names.METHOD_CHANGED: Reader(MethodChanged, lambda case, fact, _now: updates.method_changed(case, fact)),
    names.NOTICE_BOUNCED: Reader(Bounced, bounced.bounced),
    names.CREDIT_AVAILABLE: Reader(CreditAvailable, lambda case, fact, _now: open_credit.heard_of_credit(case, fact)),
    names.GIVE_BACK: Reader(
        GiveBack, lambda case, fact, _now: goodwill.asked_back(case, fact), goodwill.give_back_refused
    ),
    names.RECONSIDER: Reader(Reconsider, deferrals.reconsidered),
}
"""By the signal's name."""


@one_fact
def taken(case: Case, name: str, fact: Wire, by: Sender, now: datetime) -> Case:
    """The case with the signal's fact, if whoever sent it is believed; a note of what cannot be taken otherwise."""
    reader = READERS[name]
    if by.trust == "unsigned":
        if isinstance(fact, HintOf):
            return hinted(case, name, fact, now)
        return updates.unreadable(case, name, f"it has no signature of ours, so it does not count: {by.text}", now)
    if by.id and by.id in case.heard:
        return case
    if reader.refused(case, fact):
        return updates.unreadable(case, name, by.text, now)
    return updates.heard(case, signed(case, reader.record(case, fact, now), fact, now), by.id)
