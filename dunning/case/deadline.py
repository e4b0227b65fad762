"""Until when a customer can keep a consequence from coming, and since when they have known of it."""

from dunning.wire import Instant, Wire


class Deadline(Wire):
    """From `since` to `at` (UTC) the customer could pay, so that it does not come.

    `since` is the first warning that counts, or what happened to them after it; `at` is when the step was asked for
    first. `moved` are the days by which outages have moved the invoice's other steps. `zone` is the plan's.
    """

    since: Instant
    at: Instant
    moved: int
    zone: str
