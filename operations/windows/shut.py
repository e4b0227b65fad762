"""What is set now and puts steps off, read once for whoever names dates: a notice, a page, a list, a look ahead."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from dunning.ports.windows import Windows
from dunning.windows.can_they_pay import TO_PAY
from dunning.windows.shut import Shut

ShutFrom = Callable[[datetime], Awaitable[Shut]]
"""What may put anything off from that instant (UTC) on. Raises StoreOutageError."""


def shut_by(store: Windows, lead: timedelta) -> ShutFrom:
    """Read it from the store; `lead` is how long before a window nobody is restricted any more."""

    async def shut(now: datetime) -> Shut:
        return Shut(await store.windows(now - TO_PAY), lead)

    return shut
