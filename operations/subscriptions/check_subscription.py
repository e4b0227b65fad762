"""Checking a subscription before it is begun: its dates, and all that an invoice's check looks at."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol

from dunning.policy.file import Policy
from operations.errors import RefusedError
from operations.invoices.new_invoice import NewInvoice
from operations.invoices.written import YEARS, in_window
from operations.subscriptions.new_subscription import NewSubscription


class ChecksInvoices(Protocol):
    """`operations.invoices.check_invoice.CheckInvoice`."""

    def check(self, new: NewInvoice) -> Policy:
        """Its policy. Raises RefusedError."""
        ...


class CheckSubscription:
    """Asks neither the store nor Temporal. `clock` is the wall's."""

    def __init__(self, invoices: ChecksInvoices, clock: Callable[[], datetime]) -> None:
        self._invoices = invoices
        self._clock = clock

    def check(self, new: NewSubscription) -> Policy:
        """Its policy. Raises RefusedError."""
        today = self._clock().date()
        near("renews_on", new.renews_on, today)
        if new.anchor and (new.anchor > new.renews_on or today.year - new.anchor.year > 10 * YEARS):
            raise RefusedError(f"{new.anchor} has to be before {new.renews_on}, the first renewal", field="anchor")
        new.schedule()
        return self._invoices.check(new.invoice())


def not_past(new: NewSubscription, today: date) -> None:
    """Raises RefusedError for one that would begin with several invoices at once. One that is known has begun."""
    schedule, first = new.schedule(), new.renews_on
    if (second := schedule.renewal(schedule.first_from(first) + 1)) < today:
        reason = (
            f"the renewals of {first}, {second} and all since are past, and their invoices would be opened at once: "
            "open those of them that nobody has billed with `start`, and name the first renewal after them"
        )
        raise RefusedError(reason, field="renews_on")


def near(field: str, day: date, today: date) -> None:
    """Raises RefusedError for a date that is a slip."""
    if not in_window(day, today):
        raise RefusedError(f"{day} is more than {YEARS} years away; is it a slip?", field=field)
