"""From a step to the order that its activity gets: only what the hand needs, with the workflow's own time."""

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

from dunning.calendar import shifted
from dunning.case import Case
from dunning.ledger import Entry, Kind, find
from dunning.money import Money
from dunning.orders import (
    ChargeOrder,
    CloseOrder,
    DeleteOrder,
    MoveDueOrder,
    NoticeOrder,
    Order,
    RefundOrder,
    ReinstateOrder,
    RestrictOrder,
    TicketOrder,
)
from dunning.plan import CONSEQUENCES, LEVEL_OF, Action, Milestone
from dunning.record import days_late


def order_for(case: Case, milestone: Milestone, now: datetime) -> Order:
    """The order for a step. Raises KeyError for one that needs no activity (a fee, a credit)."""
    return _BUILDERS[milestone.action](case, milestone, now)


def reinstate_order(case: Case, now: datetime) -> ReinstateOrder:
    """The order to lift this invoice's hold."""
    return ReinstateOrder(
        invoice=case.invoice.number,
        account=case.invoice.account,
        step="reinstate",
        at=now,
        today=case.today(now),
        rule=case.plan.rule,
        renews=case.invoice.renews,
    )


class _Head(TypedDict):
    invoice: str
    account: str
    step: str
    at: datetime


def _head(case: Case, milestone: Milestone, now: datetime) -> _Head:
    """What every order says."""
    return {"invoice": case.invoice.number, "account": case.invoice.account, "step": milestone.name, "at": now}


def _charge(case: Case, milestone: Milestone, now: datetime) -> Order:
    return ChargeOrder(
        **_head(case, milestone, now),
        amount=case.invoice.amount if case.paid_up else case.balance,
        ask_only=case.paid_up,
    )


def _refund(case: Case, milestone: Milestone, now: datetime) -> Order:
    payment = next(p for p in case.payments if milestone.name == f"refund:{p.id}")
    return RefundOrder(
        **_head(case, milestone, now),
        payment=payment.id,
        amount=min(-case.balance, payment.amount, key=lambda money: money.minor),
    )


def _notice(case: Case, milestone: Milestone, now: datetime) -> Order:
    payment = _payment_told(case, milestone)
    coming = _coming(case, milestone)
    return NoticeOrder(
        **_head(case, milestone, now),
        title=milestone.notice,
        policy=case.plan.policy,
        zone=case.plan.zone,
        due=case.invoice.due,
        balance=case.balance,
        next_action=coming.action.value if coming else "",
        next_at=_comes_at(case, milestone, coming, now) if coming else None,
        amount=payment.amount if payment else None,
        happened_at=payment.at if payment else now,
        detail=payment.id if payment else _failure(case, milestone),
        level=case.level,
    )


def _comes_at(case: Case, letter: Milestone, coming: Milestone, now: datetime) -> datetime:
    """When the next step comes once this letter is out: its lateness moves it, and a warning's interval begins now."""
    at = shifted(case.when(coming), days_late(case, letter, now), case.plan.zone)
    warning = case.plan.milestone(letter.name.split(":again:")[0].removesuffix(":told"))
    if warning and warning.warns and coming.action in CONSEQUENCES:
        at = max(at, now + (coming.at - warning.at))
    return max(at, now)


def _payment_told(case: Case, milestone: Milestone) -> Entry | None:
    return find(case.entries, milestone.name.removeprefix("confirm:"), (Kind.PAYMENT,))


def _failure(case: Case, milestone: Milestone) -> str:
    charge = milestone.name.removesuffix(":told")
    return next((a.message for a in case.attempts if a.step == charge), "")


def _coming(case: Case, milestone: Milestone) -> Milestone | None:
    """What happens to the customer next if nothing is paid: the next step that is more than a letter."""
    if case.paid_up or case.lapsed:
        return None
    todo = (m for m in case.plan.milestones if m.name not in case.steps_done and m.name != milestone.name)
    return next((m for m in todo if m.action not in (Action.NOTIFY, Action.ISSUE)), None)


def _restrict(case: Case, milestone: Milestone, now: datetime) -> Order:
    return RestrictOrder(
        **_head(case, milestone, now),
        level=LEVEL_OF[milestone.action],
        held=case.level,
        services=milestone.services,
        voids=milestone.voids,
    )


def _delete(case: Case, milestone: Milestone, now: datetime) -> Order:
    return DeleteOrder(
        **_head(case, milestone, now),
        services=milestone.services,
        backups=milestone.action is Action.DELETE_BACKUPS,
    )


def _move_due(case: Case, milestone: Milestone, now: datetime) -> Order:
    return MoveDueOrder(**_head(case, milestone, now), due=case.invoice.due)


def _ticket(case: Case, milestone: Milestone, now: datetime) -> Order:
    subject, body = _words_for_staff(case, milestone)
    credit_id, credit = _credit(case, milestone)
    return TicketOrder(
        **_head(case, milestone, now),
        subject=subject,
        body=body,
        credit_id=credit_id,
        credit=credit,
    )


def _credit(case: Case, milestone: Milestone) -> tuple[str, Money | None]:
    """Money that the ticket is about: parked, or parked and taken back.

    The id holds the invoice's number, because the payments of two invoices may have the same id.
    """
    parked = find(case.entries, milestone.name.removeprefix("parked:"), (Kind.PARKED,))
    if parked:
        return f"{case.invoice.number}:{parked.id}", parked.amount
    back = find(case.entries, milestone.name.removeprefix("taken-back:"), (Kind.REVERSAL,))
    return (f"{case.invoice.number}:back:{back.id}", -back.amount) if back else ("", None)


def _words_for_staff(case: Case, milestone: Milestone) -> tuple[str, str]:
    number, name = case.invoice.number, milestone.name
    if name.startswith("parked:"):
        entry = find(case.entries, name.removeprefix("parked:"), (Kind.PARKED,))
        note, amount = (entry.note, entry.amount) if entry else ("", "")
        return f"Payment for {number} parked as credit", f"{amount} arrived and was kept as credit: {note}."
    if name.startswith("unreadable:"):
        message = case.unreadable[int(name.removeprefix("unreadable:"))]
        return (
            f"Unreadable {message.signal} for {number}",
            (
                f"A {message.signal} message could not be decoded. Find the payment at its processor and enter it with "
                f"`starter.py pay {number}`. What came: {message.text}"
            ),
        )
    if name.startswith("taken-back:"):
        return f"A payment kept as credit for {number} was taken back", "The credit was taken off the account again."
    if name.endswith(":undelivered"):
        return f"No address took a notice for {number}", f"Step {name}: ask the customer for another address."
    return f"{number} was paid after its services were deleted", "Restore the services or give the money back."


def _close(case: Case, milestone: Milestone, now: datetime) -> Order:
    return CloseOrder(
        **_head(case, milestone, now),
        outcome=case.outcome,
        policy=case.plan.policy,
        due=case.invoice.due,
        entries=case.entries,
        balance=case.balance,
        level=case.level,
    )


_BUILDERS: dict[Action, Callable[[Case, Milestone, datetime], Order]] = {
    Action.ISSUE: _notice,
    Action.NOTIFY: _notice,
    Action.CHARGE: _charge,
    Action.REFUND: _refund,
    Action.WARN_ADMINS: _restrict,
    Action.LOCK: _restrict,
    Action.SUSPEND: _restrict,
    Action.DEACTIVATE: _restrict,
    Action.DELETE: _delete,
    Action.DELETE_BACKUPS: _delete,
    Action.MOVE_DUE: _move_due,
    Action.TICKET: _ticket,
    Action.CLOSE: _close,
}
