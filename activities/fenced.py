"""What an activity answers when a newer order of its case has written: nothing happened."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

import structlog

from dunning.case.orders import Order
from dunning.case.results import Overtaken
from dunning.ports.fences import OvertakenError

log = structlog.stdlib.get_logger("reprieve.activities")
Self = TypeVar("Self")
Given = TypeVar("Given", bound=Order)


def fenced(method: Callable[[Self, Given], Awaitable[Any]]) -> Callable[[Self, Given], Awaitable[Any]]:
    """Answer Overtaken for OvertakenError (`dunning.case.fence`). Whoever was frozen answers it to nobody."""

    @wraps(method)
    async def answered(self: Self, order: Given) -> Any:
        try:
            return await method(self, order)
        except OvertakenError as error:
            log.warning("an old order did nothing", invoice=order.invoice, step=order.step)
            return Overtaken(generation=error.generation)

    return answered
