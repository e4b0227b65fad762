"""The look at the way to pay, every few minutes: what is asked of it, and what it says."""

from dunning.wire import Instant, Wire

WORKFLOW = "OutageCheck"
"""The workflow's name, for whoever starts it without knowing its code."""


class LookOrder(Wire):
    """Look at all parts; `at` is when, for whoever has a clock of their own."""

    at: Instant | None = None


class LookReport(Wire):
    """What failed, each part with why; empty when all works. `closed`: a maintenance window is, so nobody looked."""

    failed: tuple[str, ...] = ()
    closed: bool = False

    @property
    def headline(self) -> str:
        """`all works`, or what does not."""
        return "a maintenance window: nobody looked" if self.closed else "; ".join(self.failed) or "all works"
