"""A card that ends before the next charge: its owner is told in time, and nobody is charged with a card that is over.

The case looks at what is on file when the invoice goes out, and long before that once when it is opened. A card that
ends before the charge is told of so many days before its end as the policy says; the gateway is looked at once more for
each notice, and a card that was replaced or renewed meanwhile is not told of. The notice is the account's: however many
invoices wait for that card, each notice goes out once (`dunning.notices.card_ends`).
"""

from datetime import date, datetime, timedelta

from dunning.calendar import instant, local
from dunning.case.case import Case
from dunning.case.catch_up import with_done
from dunning.case.decisions import Perform, Step, Wait, follow_up
from dunning.case.facts import CardOnFile
from dunning.case.results import Looked
from dunning.case.update import changed
from dunning.level import Level
from dunning.policy.plan import Action, Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read, step

LOOK = "look"
"""What a look is about that tells nobody anything."""


def next_charge(case: Case) -> Milestone | None:
    """The charge for which the card has to last; None when there is none, or nobody is told of cards."""
    if not case.plan.expiry_notices or case.paid_up or case.lapsed or case.level is Level.DELETED:
        return None
    left = (m for m in case.plan.milestones if m.action is Action.CHARGE and m.name not in case.steps_done)
    return next(left, None)


def before_waiting(case: Case, now: datetime, wait: Wait) -> Step:
    """What is to be done about the card while the case has nothing else to do; else the wait itself, or less of it."""
    charge = next_charge(case)
    if charge is None or (case.moved_in and now < case.moved_in.begins):
        return wait
    if _to_look(case, charge, now):
        return Perform(follow_up(step(StepKind.CARD, LOOK, case.method_changes), now), "will the card last?")
    card = case.card
    if card is None or card.ends is None or card.ends >= case.today(case.when(charge)):
        return wait
    why = f"the card ends on {card.ends}, before the next charge"
    left = _left(case, card.ends)
    due = [days for days in left if _at(case, charge, card.ends, days) <= now]
    if due:
        return Perform(follow_up(_notice(card.ends, due[-1]), now, case.plan.expiry_notice), why)
    at = _at(case, charge, card.ends, left[0]) if left else None
    if at is None or (wait.until and wait.until <= at):
        return wait
    return Wait(at, _notice(card.ends, left[0]), why)


def _to_look(case: Case, charge: Milestone, now: datetime) -> bool:
    """The invoice's own look comes early enough, unless the charge is far away, or the gateway was."""
    if case.card_unknown:
        return True
    far = case.today(now) + timedelta(days=max(case.plan.expiry_notices)) < case.today(case.when(charge))
    return far and step(StepKind.CARD, LOOK, case.method_changes) not in case.steps_done


def _left(case: Case, ends: date) -> list[int]:
    """The notices that are left, the earliest first: none of an earlier day once a later one went out."""
    names = (read(name) for name in case.steps_done)
    told = [int(name.ids[1]) for name in names if name.kind is StepKind.CARD and name.ids[0] == str(ends)]
    return sorted((days for days in case.plan.expiry_notices if all(days < each for each in told)), reverse=True)


def _notice(ends: date, days: int) -> str:
    return step(StepKind.CARD, ends, days)


def _at(case: Case, charge: Milestone, ends: date, days: int) -> datetime:
    hour = local(charge.at, case.plan.zone).time()
    return instant(ends - timedelta(days=days), hour, case.plan.zone)


def looked(case: Case, milestone: Milestone, result: Looked, now: datetime) -> Case:
    """What is on file now."""
    case = with_done(case, milestone, now, result.kind, "told" if result.told else "nobody had to be told")
    return changed(case, card=result.card, card_unknown=False)


def seen(case: Case, card: CardOnFile | None, *, unknown: bool) -> Case:
    """What the look brought that goes with the invoice."""
    if card is None and not unknown:
        return case
    return changed(case, card=card or case.card, card_unknown=unknown)
