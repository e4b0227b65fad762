"""A maintenance window as a notice tells of it."""

from dunning.wire import Instant, Wire


class Closure(Wire):
    """From `since` to before `until` (UTC) nobody can pay at the portal; `zone` is the one in which that was said."""

    since: Instant
    until: Instant
    zone: str
    reason: str = ""
