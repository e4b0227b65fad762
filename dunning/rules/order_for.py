"""From a step to the order that its activity gets: only what that activity needs, with the workflow's own time."""

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

from dunning.case.case import Case
from dunning.case.decisions import reinstatement
from dunning.case.ledger import MONEY_IN, standing, total
from dunning.case.orders import (
    AskOrder,
    CardOrder,
    ChargeOrder,
    CloseOrder,
    CreditOrder,
    DeleteOrder,
    LoosenOrder,
    MoveDueOrder,
    NoticeOrder,
    Order,
    RefundOrder,
    ReinstateOrder,
    ReopenOrder,
    RestrictOrder,
    Told,
)
from dunning.coverage import Coverage
from dunning.notices.deletion_terms import restoring
from dunning.notices.warnings import delivered_before, missed
from dunning.payments.awaited import awaits
from dunning.payments.cards import LOOK, next_charge
from dunning.payments.goodwill import asked_by
from dunning.payments.open_credit import credit_wanted
from dunning.payments.refusals import next_attempt
from dunning.payments.taken_back import heard
from dunning.policy.plan import LEVEL_OF, Action, Awaits, Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import in_turn, read
from dunning.rules.deadlines import deadline
from dunning.rules.deferrals import waited_out
from dunning.rules.notice_facts import (
    failure,
    fees_today,
    in_digest,
    money_told,
    put_off_by_outage,
    rest_carried,
    told_at,
    untried,
)
from dunning.rules.promises import loosened_to
from dunning.rules.time_ahead import time_ahead
from dunning.rules.upcoming import nothing_waits
from dunning.services.hold_reasons import Category, category
from dunning.tickets.case_tickets import case_ticket


def order_for(case: Case, milestone: Milestone, now: datetime) -> Order:
    """The order for a step. Raises KeyError for one that needs no activity (a fee, a credit)."""
    return BUILDERS[milestone.action](case, milestone, now)


def reinstate_order(case: Case, now: datetime) -> ReinstateOrder:
    """The order to lift this invoice's hold."""
    return ReinstateOrder(
        invoice=case.invoice.number,
        account=case.invoice.account,
        step=reinstatement(case),
        at=now,
        generation=case.generation,
        number=case.revision,
        today=case.today(now),
        rule=case.plan.rule,
        renews=case.invoice.renews,
        covers=_covers(case),
    )


class _Head(TypedDict):
    invoice: str
    account: str
    step: str
    at: datetime
    generation: int
    number: int
    awaits: Awaits | None


def _head(case: Case, milestone: Milestone, now: datetime) -> _Head:
    """What every order says. A step that comes again after it was undone is another one to its activity."""
    before = sum(done.undone and done.step == milestone.name for done in case.done)
    name = in_turn(milestone.name, before + 1)
    return {
        "invoice": case.invoice.number,
        "account": case.invoice.account,
        "step": name,
        "at": now,
        "generation": case.generation,
        "number": case.revision,
        "awaits": awaits(case, milestone),
    }


def known_money(case: Case) -> tuple[str, ...]:
    """The ids of all money that the case has, or has on its way.

    A payment that was declined is none of them: it may be paid after all.
    """
    counted = [entry.id for entry in case.entries if entry.kind in MONEY_IN]
    return tuple(dict.fromkeys([*counted, *(a.payment for a in case.attempts if a.payment and a.ask_at)]))


def _taken_back(case: Case) -> tuple[str, ...]:
    """A dispute that was won is money, too: of which the case has not heard it, that may be told."""
    return tuple(entry.id for entry in standing(case.entries))


def _warnings(case: Case, milestone: Milestone) -> tuple[str, ...] | None:
    """The notices that warned of a step that needs a warning; None for one that needs none."""
    if case.plan.unwarned or _is_chargeback(milestone):
        return None
    return tuple(warned.done.detail for warned in delivered_before(case, milestone))


def _is_chargeback(milestone: Milestone) -> bool:
    """Fraud is suspected then, and nobody is warned of that."""
    return read(milestone.name).kind is StepKind.CHARGEBACK


def _charge(case: Case, milestone: Milestone, now: datetime) -> Order:
    name = read(milestone.name)
    underway = name.kind is StepKind.UNDERWAY
    return ChargeOrder(
        **_head(case, milestone, now),
        amount=case.invoice.amount if case.paid_up else case.balance,
        ask_only=case.paid_up or underway,
        payment=name.id if underway else "",
        attempt=next_attempt(case, milestone.name),
        today=case.today(now),
        known=known_money(case),
        taken_back=_taken_back(case),
        heard=heard(case.entries),
    )


def _ask(case: Case, milestone: Milestone, now: datetime) -> Order:
    return AskOrder(**_head(case, milestone, now), known=known_money(case))


def _refund(case: Case, milestone: Milestone, now: datetime) -> Order:
    if asked := asked_by(case, milestone):
        return RefundOrder(**_head(case, milestone, now), payment=asked.payment, amount=asked.amount)
    payment = next(p for p in case.payments if p.id == read(milestone.name).id)
    return RefundOrder(
        **_head(case, milestone, now),
        payment=payment.id,
        amount=min(-case.balance, payment.amount, key=lambda money: money.minor),
    )


def _notice(case: Case, milestone: Milestone, now: datetime) -> Order:
    money = money_told(case, milestone)
    return NoticeOrder(
        **_head(case, milestone, now),
        title=milestone.notice,
        policy=case.plan.policy,
        zone=case.plan.zone,
        due=case.invoice.due,
        balance=case.balance,
        **time_ahead(case, milestone, now, nothing_waits),
        missed_at=missed(case, milestone),
        fees_today=fees_today(case, now),
        lapsed=case.lapsed,
        carried=rest_carried(case),
        amount=total(money) if money else None,
        happened_at=money[-1].at if money else told_at(case, milestone) or now,
        detail=money[0].id if len(money) == 1 else failure(case, milestone),
        untried=not money and untried(case, milestone),
        payments=tuple(Told(id=each.id, amount=each.amount, at=each.at) for each in money[1:] and money),
        level=case.level,
        **restoring(case, milestone),
        covers=_suspended(case),
        lines=case.invoice.lines if milestone.action is Action.ISSUE else (),
        digest=in_digest(case, milestone),
        moved_days=moved.moved_days if (moved := put_off_by_outage(case, milestone)) else 0,
        look=milestone.action is Action.ISSUE and next_charge(case) is not None,
        remaining=tuple(s for s in case.remaining_holds if case.paid_up and category(s) is not Category.NON_PAYMENT),
    )


def _covers(case: Case, milestone: Milestone | None = None) -> Coverage:
    """The services that the invoice pays for; of these, the kinds that a step touches."""
    return Coverage(services=case.invoice.pays_for, kinds=milestone.services if milestone else ())


def _suspended(case: Case) -> Coverage:
    """The services that the plan suspends."""
    return _covers(case, next((m for m in case.plan.milestones if m.action is Action.SUSPEND), None))


def _restrict(case: Case, milestone: Milestone, now: datetime) -> Order:
    return RestrictOrder(
        **_head(case, milestone, now),
        level=LEVEL_OF[milestone.action],
        held=case.level,
        covers=_covers(case, milestone),
        reason="chargeback" if _is_chargeback(milestone) else "non-payment",
        voids=milestone.voids,
        today=case.today(now),
        known=known_money(case),
        taken_back=_taken_back(case),
        heard=heard(case.entries),
        warnings=_warnings(case, milestone),
        waited_out=waited_out(case, milestone.name, now),
        deadline=None if _is_chargeback(milestone) else deadline(case, milestone, now),
    )


def _loosen(case: Case, milestone: Milestone, now: datetime) -> Order:
    level = loosened_to(case, milestone)
    covers = _covers(case, next((m for m in case.plan.milestones if LEVEL_OF.get(m.action) is level), None))
    return LoosenOrder(**_head(case, milestone, now), level=level, held=case.level, covers=covers)


def _delete(case: Case, milestone: Milestone, now: datetime) -> Order:
    return DeleteOrder(
        **_head(case, milestone, now),
        covers=_covers(case, milestone),
        backups=milestone.action is Action.DELETE_BACKUPS,
        today=case.today(now),
        known=known_money(case),
        taken_back=_taken_back(case),
        heard=heard(case.entries),
        warnings=_warnings(case, milestone),
        waited_out=waited_out(case, milestone.name, now),
        deadline=None if _is_chargeback(milestone) else deadline(case, milestone, now),
    )


def _reopen(case: Case, milestone: Milestone, now: datetime) -> Order:
    return ReopenOrder(**_head(case, milestone, now), entries=case.entries)


def _use_credit(case: Case, milestone: Milestone, now: datetime) -> Order:
    return CreditOrder(**_head(case, milestone, now), amount=credit_wanted(case, milestone))


def _card(case: Case, milestone: Milestone, now: datetime) -> Order:
    about, days = read(milestone.name).ids
    return CardOrder(
        **_head(case, milestone, now),
        card=None if about == LOOK else case.card,
        days=0 if about == LOOK else int(days),
        title=milestone.notice,
        policy=case.plan.policy,
        zone=case.plan.zone,
        due=case.invoice.due,
        today=case.today(now),
        balance=case.balance,
    )


def _move_due(case: Case, milestone: Milestone, now: datetime) -> Order:
    return MoveDueOrder(**_head(case, milestone, now), due=case.invoice.due)


def _ticket(case: Case, milestone: Milestone, now: datetime) -> Order:
    return case_ticket(case, milestone.name, Order(**_head(case, milestone, now)))


def _close(case: Case, milestone: Milestone, now: datetime) -> Order:
    return CloseOrder(**_head(case, milestone, now), case=case, outcome=case.outcome)


BUILDERS: dict[Action, Callable[[Case, Milestone, datetime], Order]] = {
    Action.ISSUE: _notice,
    Action.NOTIFY: _notice,
    Action.CHARGE: _charge,
    Action.LATE_FEE: _ask,
    Action.REFUND: _refund,
    Action.WARN_ADMINS: _restrict,
    Action.LOCK: _restrict,
    Action.SUSPEND: _restrict,
    Action.DEACTIVATE: _restrict,
    Action.LOOSEN: _loosen,
    Action.DELETE: _delete,
    Action.DELETE_BACKUPS: _delete,
    Action.MOVE_DUE: _move_due,
    Action.CARD: _card,
    Action.ASK: _ask,
    Action.REOPEN: _reopen,
    Action.USE_CREDIT: _use_credit,
    Action.TICKET: _ticket,
    Action.CLOSE: _close,
    Action.REINSTATE: lambda case, _, now: reinstate_order(case, now),
}
"""For every step that needs an activity."""
