"""The road ahead of a customer who does not pay: what a notice lists, step by step."""

import operator
from datetime import timedelta

from pydantic import Field

from dunning.money import Money
from dunning.policy.plan import Action
from dunning.wire import Instant, Wire

AT_ONCE = timedelta(hours=1)
"""What comes within this time comes together with the notice."""


class Ahead(Wire):
    """One step of the road ahead: what happens to the customer, when at the earliest, and what it costs.

    `agreed`: people have yet to agree to it, or to a step before it, so it may come later. `asked` as in `Announced`.
    """

    step: str
    action: Action
    at: Instant
    fee: Money | None = None
    agreed: bool = True
    asked: Instant | None = Field(default=None, exclude_if=operator.not_)
