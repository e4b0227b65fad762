"""What a notice announced to the customer, as it was written: the steps to come, each with its date and fee."""

import operator

from pydantic import Field

from dunning.money import Money
from dunning.wire import Instant, Wire


class Announced(Wire):
    """One consequence that was announced: not before `at`, and with no higher `fee` (None: with none).

    `asked`: outages had moved it to that day from the one on which it is asked for all the same: then they are counted.
    """

    step: str
    at: Instant
    fee: Money | None = None
    asked: Instant | None = Field(default=None, exclude_if=operator.not_)


class Announcement(Wire):
    """All that one notice warned of.

    `lines` is how many lines the ledger had, `due_changes` how often the due date had been moved, and `exemptions` how
    many were known, when it was written: once the invoice was settled after that, its due date moved, or another
    exemption moves the day that it names, it warns of nothing any more.
    """

    steps: tuple[Announced, ...]
    lines: int
    due_changes: int
    exemptions: int

    def of(self, step: str) -> Announced | None:
        """What was said of that step."""
        return next((each for each in self.steps if each.step == step), None)
