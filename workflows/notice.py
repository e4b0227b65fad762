"""A notice outside of any case: one order, tried until a mail server takes it or every address has refused for good."""

from datetime import timedelta

from temporalio import workflow

from workflows.calls import BOOKS, FOR_EVER, NOTIFY, call, stop

with workflow.unsafe.imports_passed_through():
    from activities.notices.open_ticket import OpenTicket
    from dunning import names
    from dunning.case.orders import NoticeOrder
    from dunning.case.results import NoticeResult, Undelivered
    from dunning.tickets.mail import nobody_reached


@workflow.defn(name=names.NOTICE)
class Notice:
    """Started with the id `dunning.names.notice_id(order.step)`, so that the same notice is never sent twice."""

    @workflow.run
    async def run(self, order: NoticeOrder) -> NoticeResult:
        """Returns what became of it. What no address takes becomes a ticket: a person has to reach the customer."""
        result: NoticeResult = await call(NOTIFY, order, f"{order.title}: {order.account}", stop)
        if isinstance(result, Undelivered):
            await _ask_a_person(order, result)
        return result


async def _ask_a_person(order: NoticeOrder, result: Undelivered) -> None:
    ticket = nobody_reached(order, result.reason, workflow.now())
    await workflow.execute_activity_method(
        OpenTicket.open_ticket,
        ticket,
        task_queue=workflow.info().task_queue + BOOKS,
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=FOR_EVER,
        summary=ticket.subject,
    )
