"""A maintenance window as a notice tells of it."""

from datetime import date

from dunning.wire import Instant, Wire


class Closure(Wire):
    """From `since` to before `until` (UTC) nobody can pay at the portal; `zone` is the one in which that was said.

    `also` are further zones to tell it in, `write_to` the addresses that people answer at meanwhile. `pay_by`: who has
    a bill near it is asked to pay until that day is over.
    """

    since: Instant
    until: Instant
    zone: str
    reason: str = ""
    also: tuple[str, ...] = ()
    write_to: tuple[str, ...] = ()
    pay_by: date | None = None
