"""The invoices' workflows, reached from outside by name: news are brought to the case that they concern.

Fits `dunning.ports.companies.Cases`. Portal, sweep and command line come this way, so that money takes one road.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Protocol

from pydantic import BaseModel
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal.late_money import Late, LateRecords
from dunning import names
from dunning.case.case import Case, going_on
from dunning.case.facts import Answer, MethodChanged
from dunning.case.orders import TicketOrder
from dunning.explain.temporal_ui import headline
from dunning.ports.accounts import Accounts
from dunning.ports.outages import OutageError
from dunning.ports.payments import Consents
from dunning.records.inbox import News, Outcome


class CaseRecords(LateRecords, Accounts, Consents, Protocol):
    """Whose case it is, and where money goes that has none."""


PATIENCE = timedelta(seconds=10)
_ABORTED = "aborted by closing workflow"


class Cases:
    """`queue` is the workflows' task queue: there a closed case starts again when its money moves once more."""

    def __init__(self, client: Client, store: CaseRecords, queue: str) -> None:
        self._client = client
        self._store = store
        self._queue = queue
        self._late = Late(store, self.wake)

    async def deliver(self, news: News) -> Outcome:
        """Bring news to the case that it concerns, whatever state that is in. Safe to repeat.

        Raises OutageError while Temporal, or every worker, is away.
        """
        account = await self._owner(news)
        if news.consent:
            await self._store.add_consent(news.consent.model_copy(update={"account": account}))
        if news.payment:
            return await self._pay(news, account)
        if news.method:
            return await self._method(account, news.method)
        for fact, signal, late in (
            (news.reversal, names.PAYMENT_REVERSED, self._late.reversal),
            (news.restored, names.PAYMENT_RESTORED, self._late.restored),
            (news.stirred, names.PAYMENT_NEWS, _ignored),
            (news.bounced, names.NOTICE_BOUNCED, _ignored),
        ):
            if fact:
                return await self._signal(news.invoice, signal, fact, account, late)
        return Outcome(outcome="noted" if news.consent else "ignored", invoice=news.invoice)

    async def case(self, invoice: str) -> Case | None:
        """All facts of an invoice's case, running or closed; None when there is none. Raises OutageError."""
        try:
            return await self._handle(invoice).query(names.CASE, result_type=Case, rpc_timeout=PATIENCE)
        except (RPCError, WorkflowQueryFailedError) as error:
            if not _is_gone(error):
                raise _away(error) from None
        closed = await self._store.ledger(invoice)
        return closed.order.case if closed else None

    async def wake(self, case: Case, signal: str, fact: BaseModel) -> None:
        """Start a closed case again where it ended, with a signal; a running one only gets the signal."""
        try:
            await self._client.start_workflow(
                names.WORKFLOW,
                going_on(case),
                id=names.workflow_id(case.invoice.number),
                task_queue=self._queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=headline(case.invoice),
                start_signal=signal,
                start_signal_args=[fact],
            )
        except RPCError as error:
            raise _away(error) from None

    async def _owner(self, news: News) -> str:
        """The account: by the invoice, as the news says, or by the payer. Who pays on our page is remembered."""
        invoice = await self._store.invoice(news.invoice) if news.invoice else None
        account = invoice.account if invoice else news.account
        if not account:
            return await self._store.account_of(news.payer) if news.payer else ""
        if news.payer and news.consent:
            await self._remember(account, news.payer)
        return account

    async def _remember(self, account: str, payer: str) -> None:
        try:
            known = await self._store.account(account)
        except LookupError:
            return
        if known.payer != payer:
            await self._store.put_account(known.model_copy(update={"payer": payer}))

    async def _pay(self, news: News, account: str) -> Outcome:
        payment = news.payment
        assert payment is not None
        if not news.invoice and not account:
            return Outcome(outcome="ignored")  # somebody else's business with the same gateway
        known = await self._store.invoice(news.invoice) if news.invoice else None
        if known is None:
            return Outcome(outcome=await self._late.payment(news.invoice, payment, account), invoice=news.invoice)
        try:
            answer: Answer = await self._handle(news.invoice).execute_update(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open
                names.PAY, payment, id=payment.id, result_type=Answer, rpc_timeout=PATIENCE
            )
        except WorkflowUpdateFailedError as error:
            return await self._refused(news, account, str(getattr(error.cause, "message", error.cause)))
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            if not _is_gone(error):
                raise _away(error) from None
            return Outcome(outcome=await self._late.payment(news.invoice, payment), invoice=news.invoice)
        return Outcome(outcome=answer.outcome, invoice=news.invoice, balance=answer.balance, state=answer.state)

    async def _refused(self, news: News, account: str, reason: str) -> Outcome:
        payment = news.payment
        assert payment is not None
        body = f"{payment.amount} ({payment.id}) cannot be counted: {reason}. Look at it at the gateway."
        ticket = TicketOrder(
            invoice=news.invoice,
            account=account,
            step=f"refused:{payment.id}",
            at=payment.at,
            subject=f"A payment for {news.invoice} was refused",
            body=body,
        )
        await self._store.open_ticket(ticket)
        return Outcome(outcome="refused", invoice=news.invoice)

    async def _method(self, account: str, fact: MethodChanged) -> Outcome:
        for invoice in await self._store.open_invoices(account) if account else ():
            await self._signal(invoice.number, names.METHOD_CHANGED, fact, account, _ignored)
        return Outcome(outcome="noted" if account else "ignored")

    async def _signal(
        self, invoice: str, signal: str, fact: BaseModel, account: str, late: Callable[..., Awaitable[str]]
    ) -> Outcome:
        if invoice:
            try:
                await self._handle(invoice).signal(signal, fact)
                return Outcome(outcome="noted", invoice=invoice)
            except RPCError as error:
                if not _is_gone(error):
                    raise _away(error) from None
        return Outcome(outcome=await late(invoice, fact, account), invoice=invoice)

    def _handle(self, invoice: str) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(names.workflow_id(invoice))


async def _ignored(invoice: str, fact: BaseModel, account: str) -> str:
    del invoice, fact, account
    return "ignored"


def _is_gone(error: Exception) -> bool:
    """Whether there is no open case. A namespace that is not there says nothing about the case."""
    if not isinstance(error, RPCError):
        return False
    missing = error.status is RPCStatusCode.NOT_FOUND and "namespace" not in error.message.lower()
    return missing or _ABORTED in error.message


def _away(error: Exception) -> OutageError:
    name = error.status.name if isinstance(error, RPCError) else type(error).__name__
    return OutageError(f"Temporal: {name}; is it up, and is a worker running?")
