"""What time it is for an order that is tried again."""

from datetime import datetime

from temporalio import activity

from dunning.case.orders import Order


def at_this_try(order: Order) -> datetime:
    """When this try is, by the workflow's own clock: it may have waited in a queue, or for a company, for hours."""
    info = activity.info()
    return order.at + (info.started_time - info.scheduled_time)
