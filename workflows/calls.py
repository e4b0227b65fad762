"""How each activity is called: queue, timeouts, retries, priority. The one place for all of them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.notices.open_ticket import OpenTicket
    from activities.notices.send_notice import SendNotice
    from activities.payments.ask_for_money import AskForMoney
    from activities.payments.cards import LookAtCard
    from activities.payments.charge import ChargeInvoice
    from activities.payments.close_books import CloseBooks
    from activities.payments.move_due_date import MoveDueDate
    from activities.payments.refund import RefundPayment
    from activities.payments.reopen_books import ReopenBooks
    from activities.payments.use_credit import UseCredit
    from activities.services.deactivate import Deactivate
    from activities.services.delete_service import DeleteService
    from activities.services.loosen import Loosen
    from activities.services.reinstate import ReinstateAccount
    from activities.services.restrict import Restrict
    from dunning.case.results import Abandoned
    from dunning.policy.plan import Action, Milestone

CHARGING, MAIL, PANEL, BOOKS = "-charging", "-mail", "-panel", ""
"""Suffixes of the task queues: one per company, so that a wave of one never delays another. Books use the main one."""

HEARTBEAT = timedelta(seconds=10)
"""A worker that died in a call is noticed after this long."""

FOR_EVER = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=5)
)
"""An outage is waited out, however long; each try is visible under Pending Activities."""


@dataclass(frozen=True)
class Call:
    """One activity. `patience` bounds one try; `priority` 1 goes first, 5 last."""

    method: Callable[[Any, Any], Awaitable[Any]]
    queue: str
    patience: timedelta
    priority: int = 3
    beats: bool = True


_MINUTES_2 = timedelta(minutes=2)
SECONDS_30 = timedelta(seconds=30)

REINSTATE = Call(ReinstateAccount.reinstate, PANEL, timedelta(minutes=5), priority=1)
_CHARGE = Call(ChargeInvoice.charge, CHARGING, _MINUTES_2)
NOTIFY = Call(SendNotice.send_notice, MAIL, _MINUTES_2)
_RESTRICT = Call(Restrict.restrict, PANEL, timedelta(minutes=5))
_DELETE = Call(DeleteService.delete_service, PANEL, timedelta(minutes=10), priority=5)

CALLS: dict[Action, Call | None] = {
    Action.ISSUE: NOTIFY,
    Action.NOTIFY: NOTIFY,
    Action.CHARGE: _CHARGE,
    Action.LATE_FEE: Call(AskForMoney.ask_for_money, CHARGING, _MINUTES_2),
    Action.REFUND: Call(RefundPayment.refund, CHARGING, _MINUTES_2),
    Action.WARN_ADMINS: _RESTRICT,
    Action.LOCK: _RESTRICT,
    Action.SUSPEND: _RESTRICT,
    Action.DEACTIVATE: Call(Deactivate.deactivate, PANEL, timedelta(minutes=5)),
    Action.LOOSEN: Call(Loosen.loosen, PANEL, timedelta(minutes=5), priority=1),
    Action.DELETE: _DELETE,
    Action.DELETE_BACKUPS: _DELETE,
    Action.MOVE_DUE: Call(MoveDueDate.move_due_date, BOOKS, SECONDS_30, beats=False),
    Action.REOPEN: Call(ReopenBooks.reopen_books, BOOKS, SECONDS_30, beats=False),
    Action.ASK: Call(AskForMoney.ask_for_money, CHARGING, _MINUTES_2),
    Action.CARD: Call(LookAtCard.look_at_card, CHARGING, _MINUTES_2, priority=5),
    Action.USE_CREDIT: Call(UseCredit.use_credit, BOOKS, SECONDS_30, beats=False),
    Action.TICKET: Call(OpenTicket.open_ticket, BOOKS, SECONDS_30, beats=False),
    Action.CLOSE: Call(CloseBooks.close_books, BOOKS, SECONDS_30, beats=False),
    Action.REINSTATE: REINSTATE,
    Action.CREDIT: None,
    Action.CARRY: None,
}
"""The activity behind each step; None for one that is written into the ledger and no more."""


def call_for(milestone: Milestone) -> Call | None:
    """The activity behind a step; None for one that is only written down: a credit, an invoice without a mail."""
    if milestone.action is Action.ISSUE and not milestone.notice:
        return None
    return CALLS[milestone.action]


async def call(
    what: Call,
    order: object,
    summary: str,
    cancelled: Callable[[], None],
    overtaken: Callable[[], bool] = lambda: False,
) -> Any:
    """Run one activity for the invoice's workflow; Abandoned when it was overtaken before a try succeeded.

    A try that is under way is never cut off: its result counts. Only further tries are dropped. Who asks the server to
    cancel the workflow drops nothing: `cancelled` takes note of it.
    """
    doing = workflow.start_activity_method(
        what.method,
        order,
        task_queue=workflow.info().task_queue + what.queue,
        start_to_close_timeout=what.patience,
        heartbeat_timeout=HEARTBEAT if what.beats else None,
        retry_policy=FOR_EVER,
        priority=Priority(priority_key=what.priority),
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        summary=summary,
    )
    await until(lambda: doing.done() or overtaken(), cancelled)
    if doing.done():
        return await doing
    doing.cancel()
    await until(doing.done, cancelled)
    try:
        return await doing
    except (ActivityError, asyncio.CancelledError):  # before the first try, between two, or the last one failed
        return Abandoned()


def stop() -> None:
    """What the cancellation of a workflow means to whoever may be cancelled. Raises CancelledError."""
    raise asyncio.CancelledError


async def until(condition: Callable[[], bool], cancelled: Callable[[], None]) -> None:
    """Wait for it, whoever asks the server meanwhile to cancel the workflow; the server tells so once a run."""
    while not condition():
        try:
            await workflow.wait_condition(condition)
        except asyncio.CancelledError:
            cancelled()
