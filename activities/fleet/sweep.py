"""The daily sweep: compare the gateway's books with ours, and bring what is missing to its case."""

from collections.abc import Sequence
from typing import Protocol

from temporalio import activity

from activities.fleet.our_books import BookRecords, OurBooks
from activities.heartbeat import beating
from dunning.case.facts import Payment
from dunning.fleet import reconcile
from dunning.fleet.sweep import SHORT, Compared, CompareOrder, HealOrder, nothing
from dunning.fleet.sweep_report import COUNTED, SweepReport
from dunning.ports.companies import Gateway
from dunning.ports.inbox import Inbox
from dunning.ports.outages import OutageError
from dunning.ports.payments import Attempts
from dunning.records.inbox import News
from dunning.records.payments import Attempt
from operations.cases.look import CaseOf
from operations.concurrency import a_few
from operations.money.deliver_news import Deliver


class SweepRecords(BookRecords, Attempts, Inbox, Protocol):
    """Our books, what we charged, and what waits to be counted."""


MOST = 500
"""So much missing money fits into one answer; Temporal takes 2 MB at most."""
PATIENT = 6
"""Tries (about a minute) after which a case that does not answer is reported, and keeps the others waiting no more."""


class SweepBooks:
    """Comparing only reads. Healing goes the way of a webhook, so it is done once, however often it is tried.

    Either may be cut off and begun again, so a worker that stops does not wait for it. `most` bounds one answer.
    """

    def __init__(
        self, gateway: Gateway, store: SweepRecords, case_of: CaseOf, deliver: Deliver, most: int = MOST
    ) -> None:
        self._gateway = gateway
        self._store = store
        self._case_of = case_of
        self._deliver = deliver
        self._most = most

    @activity.defn(name="compare_books")
    async def compare(self, order: CompareOrder) -> Compared:
        """Both ways. Raises OutageError while the company cannot be reached, or a case does not answer yet."""
        async with beating():
            news = reconcile.once([each async for each in self._gateway.movements(order.since, order.until)])
            theirs = await self._theirs(order, news)
            if len(theirs.missing) > self._most and order.until - order.since > SHORT:
                return Compared(report=nothing(order), too_many=True)
            ours = await self._ours(order, {each.fact.id for each in news if isinstance(each.fact, Payment)})
        _be_patient(theirs.report)
        return Compared(report=theirs.report + ours, missing=reconcile.in_order(theirs.missing))

    @activity.defn(name="heal_books")
    async def heal(self, order: HealOrder) -> SweepReport:
        """Bring the news to their cases, those of one invoice one after the other.

        Raises OutageError while a case does not answer yet.
        """
        async with beating():
            told = await a_few(self._tell(order, group) for group in reconcile.by_invoice(order.news).items())
        report = sum(told, nothing(order))
        _be_patient(report)
        return report

    async def _theirs(self, order: CompareOrder, news: Sequence[News]) -> Compared:
        groups = reconcile.by_invoice(news).items()
        found = await a_few(self._compare(order, invoice, group) for invoice, group in groups)
        return sum(found, Compared(report=nothing(order)))

    async def _compare(self, order: CompareOrder, invoice: str, news: Sequence[News]) -> Compared:
        books = OurBooks(self._store, self._case_of, invoice)
        found = Compared(report=nothing(order))
        try:
            for each in news:
                found += reconcile.judged(order, each, await books.amount(each))
        except OutageError:
            return Compared(report=reconcile.unanswered(order, invoice))
        return found

    async def _ours(self, order: CompareOrder, theirs: set[str]) -> SweepReport:
        """Our charges that the company has not told of in that time: it is asked about each before anybody worries."""
        attempts = await self._store.charged_between(order.since, order.until)
        untold = [attempt for attempt in attempts if attempt.payment not in theirs]
        asked = await a_few(self._ask(order, attempt) for attempt in untold)
        waiting = len(await self._store.waiting(COUNTED))
        told = len(attempts) - len(untold)
        return sum(
            asked,
            nothing(order).model_copy(update={"charges": len(attempts), "in_order": told, "waiting": waiting}),
        )

    async def _ask(self, order: CompareOrder, attempt: Attempt) -> SweepReport:
        return reconcile.confirmed(order, attempt, await self._gateway.ask(reconcile.asking_about(attempt)))

    async def _tell(self, order: HealOrder, group: tuple[str, Sequence[News]]) -> SweepReport:
        invoice, news = group
        report = nothing(order)
        try:
            for each in news:
                report += reconcile.healed(order, each, (await self._deliver(each)).outcome)
        except OutageError:
            report += reconcile.unanswered(order, invoice)
        return report


def _be_patient(report: SweepReport) -> None:
    if report.unanswered and activity.info().attempt < PATIENT:
        names = ", ".join(report.silent[:3])
        raise OutageError(f"{report.unanswered} case(s) do not answer ({names}); asking again")
