"""What becomes of each text when a customer is erased: what tax law needs stays, and no name, address or word.

One line a model, and each of its texts in it: whoever adds a field decides here.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel

from dunning.case.announced import Announced
from dunning.case.case import (
    Answered,
    Attempted,
    Case,
    Decided,
    Deferral,
    Done,
    Followed,
    Hint,
    Refusal,
    UndoneRun,
    Unreadable,
)
from dunning.case.facts import Approval, Bounced, CardOnFile, GiveBack, Recovery, Restored, Reversal, Undo, UseCredit
from dunning.case.ledger import Entry
from dunning.case.orders import CloseOrder
from dunning.coverage import NONE
from dunning.keeping.words import ERASED, Words
from dunning.line import Line
from dunning.money import Money
from dunning.policy.plan import Invoice, Milestone, Plan, Restoration, TakenBack
from dunning.subscriptions.schedule import Schedule
from dunning.subscriptions.subscription import Lead, NotOpened, Subscription, Terms, Told

M = TypeVar("M", bound=BaseModel)


class Rule(StrEnum):
    """What becomes of a text."""

    KEEP = "stays: a number, an id of ours or a company's, a date, a word of ours"
    SCRUB = "stays without the words by which the customer is known: a person of ours may have written them"
    ERASE = "`erased`, if it says anything"
    EMPTY = "empty"
    NO_SERVICE = "names none: so it will never be about a service that comes later"


def _kept(*names: str, **others: Rule) -> Mapping[str, Rule]:
    return {**dict.fromkeys(names, Rule.KEEP), **others}


_DECIDES = {"by": Rule.SCRUB, "reason": Rule.ERASE}
TEXTS: dict[type[BaseModel], Mapping[str, Rule]] = {
    CloseOrder: _kept("invoice", "account", "step", snapshot=Rule.EMPTY),
    Case: _kept("reconsidered", "grace_of", voided=Rule.ERASE, remaining_holds=Rule.EMPTY, heard=Rule.EMPTY),
    Invoice: _kept("number", "account", "renews", customer=Rule.ERASE, pays_for=Rule.NO_SERVICE),
    Line: {"text": Rule.ERASE},
    Money: _kept("currency"),
    Plan: _kept("policy", "version", "zone", "payment_notice", "expiry_notice", "repeated_warning", "only_in_hours_of"),
    Milestone: _kept("name", "notice", "notice_failed", "notice_no_method", "services", "warns_of"),
    TakenBack: _kept("notice"),
    Restoration: _kept("notice"),
    Entry: _kept("id", "of", note=Rule.ERASE),
    Done: _kept("step", "notice", detail=Rule.SCRUB, proof=Rule.ERASE),
    Announced: _kept("step"),
    Attempted: _kept("step", "payment", message=Rule.ERASE),
    Approval: _kept("milestone", by=Rule.SCRUB),
    Deferral: _kept("step", "waits_for", reason=Rule.ERASE),
    Refusal: _kept("step", reason=Rule.ERASE, left_out=Rule.ERASE),
    CardOnFile: {"id": Rule.EMPTY, "last4": Rule.EMPTY},
    Unreadable: _kept("signal", text=Rule.ERASE),
    Hint: _kept("name", id=Rule.ERASE, payment=Rule.ERASE, said=Rule.ERASE),
    Followed: _kept("policy", "version"),
    UndoneRun: _kept("steps", "entries", "pending", "charges", deletions=Rule.SCRUB),
    Undo: _kept("id", **_DECIDES),
    Bounced: _kept("notice", "step", "reason"),
    UseCredit: _kept("id", **_DECIDES),
    GiveBack: _kept("id", "payment", **_DECIDES),
    Answered: _kept("update"),
    Recovery: _kept("how", **_DECIDES),
    Decided: _kept("what", **_DECIDES),
    Subscription: _kept("id", "account"),
    Terms: _kept("policy", pays_for=Rule.NO_SERVICE),
    Schedule: _kept("period"),
    Lead: _kept("zone"),
    NotOpened: {"reason": Rule.ERASE},
    Told: {"text": Rule.ERASE},
    Reversal: _kept("id", "payment", reason=Rule.ERASE),
    Restored: _kept("id", "reversal"),
}
"""The texts of closed books, subscriptions, and news of money that was taken back."""


def text_without(rule: Rule, value: Any, words: Words) -> Any:
    """A text, or several, as the rule leaves it."""
    match rule:
        case Rule.KEEP:
            return value
        case Rule.EMPTY:
            return type(value)()
        case Rule.NO_SERVICE:
            return type(value)([NONE])
        case Rule.ERASE:
            return _each(value, lambda text: ERASED if text else text)
        case Rule.SCRUB:
            return _each(value, words.taken_from)


def _each(value: Any, change: Callable[[str], str]) -> Any:
    return change(value) if isinstance(value, str) else type(value)([change(each) for each in value])


def without(model: M, words: Words) -> M:
    """A model as it is kept once its customer is erased."""
    rules = TEXTS.get(type(model), {})
    return model.model_copy(update={name: _part(value, rules.get(name), words) for name, value in model})


def _part(value: Any, rule: Rule | None, words: Words) -> Any:
    if rule:
        return text_without(rule, value, words)
    if isinstance(value, BaseModel):
        return without(value, words)
    if isinstance(value, tuple):
        return tuple(_part(each, None, words) for each in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return value
