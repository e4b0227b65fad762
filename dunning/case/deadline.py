"""Until when a customer can keep a consequence from coming, and since when they have known of it."""

import operator

from pydantic import Field

from dunning.wire import Instant, Wire


class Deadline(Wire):
    """From `since` to `at` (UTC) the customer could pay, so that it does not come.

    `since` is the first warning that counts, or what happened to them after it; `at` is when the step was asked for
    first; the plan has it at `planned`, before a notice named a later day. `moved` are the days by which outages have
    moved the invoice's other steps. `zone` is the plan's; `hours_of` is the department in whose open hours alone it
    may come, empty: at any hour. `named` is the last day that a notice named, before which it does not come.
    """

    since: Instant
    at: Instant
    planned: Instant
    moved: int
    zone: str
    named: Instant | None = Field(default=None, exclude_if=operator.not_)
    hours_of: str = Field(default="", exclude_if=operator.not_)
