"""The processors of the machine, for work that is nothing but counting."""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol, TypeVar

Part = TypeVar("Part")
Done = TypeVar("Done")


class Cores(Protocol):
    """Whoever spreads work over them."""

    def spread(self, work: Callable[[Part], Done], parts: Sequence[Part]) -> AsyncGenerator[Done]:
        """Each part's result as it is there, in no order. `work`, its part and its result travel between processes."""
        ...
