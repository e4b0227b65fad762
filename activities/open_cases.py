"""The table of open cases hears of every activity: the case as it will be once the result is recorded.

One place for all activities, in the worker and around them, so that none can forget it. What is written is for people
to look at; nothing here holds up an activity, or fails it.
"""

import time
from datetime import timedelta
from typing import Any

import structlog
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from dunning.case.orders import Order
from dunning.case.snapshot import unpacked
from dunning.explain.open_cases import after, row_of
from dunning.ports.open_cases import NotesOpenCases
from dunning.records.open_case import OpenCase

log = structlog.stdlib.get_logger("reprieve.worker")


class KeepsOpenCases(Interceptor):
    """For the worker's `interceptors`."""

    def __init__(self, table: NotesOpenCases) -> None:
        self._table = table

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Stand around every activity."""
        return _Around(next, self._table)


class _Around(ActivityInboundInterceptor):
    def __init__(self, inner: ActivityInboundInterceptor, table: NotesOpenCases) -> None:
        super().__init__(inner)
        self._table = table

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        began = time.monotonic()
        result = await super().execute_activity(input)
        order = input.args[0] if input.args else None
        if isinstance(order, Order) and order.snapshot:
            self._note(order, result, timedelta(seconds=time.monotonic() - began))
        return result

    def _note(self, order: Order, result: Any, took: timedelta) -> None:
        try:
            case, now = unpacked(order.snapshot), order.at + _until_this_try() + took
            row = row_of(after(case, order.at, result, now), now)
        except Exception as error:  # noqa: BLE001 - the activity has done its work, whatever is wrong here
            log.warning("no row for the table of open cases", invoice=order.invoice, error=type(error).__name__)
            return

        def of_both(there: OpenCase) -> OpenCase | None:
            """A payment may have come, and been written, while the activity was busy."""
            try:
                known = unpacked(there.snapshot)
            except ValueError:  # too long, or of another version of ours: the hourly check writes it
                return None
            return row_of(after(case, order.at, result, now, known=known), now)

        if row:  # a case that is over was taken out of the table with its books
            self._table.note(row, of_both)


def _until_this_try() -> timedelta:
    """On the case's own clock, which may be a virtual one: earlier tries may have failed for days."""
    info = activity.info()
    return info.started_time - info.scheduled_time
