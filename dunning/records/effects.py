"""What services were brought to: what a panel shows, what is seen from outside, what the breaker counts."""

from typing import Literal, NamedTuple

from dunning.level import Level
from dunning.wire import Instant, Wire

Counted = Literal["suspend", "delete"]
"""What the breaker counts, each on its own."""
Decision = Literal["allowed", "kept"]
"""What a person decides about what it stopped."""


class Consequence(Wire):
    """A suspension or deletion as the breaker saw it. `key` is the order's; `at` the workflow's own time.

    `status`: admitted (it may happen), deferred (it waits for a person), allowed (a person lets it happen), kept (a
    person decided against it for now). `incident` is the key of the first one that was deferred with it. `decided_by`
    and `decided_why` are that person's name and reason.
    """

    key: str
    account: str
    invoice: str
    action: Counted
    at: Instant
    status: Literal["admitted", "deferred"] | Decision
    incident: str = ""
    decided_by: str = ""
    decided_why: str = ""


class Ruling(NamedTuple):
    """What a person decides about what the breaker stopped, who that is, and why."""

    status: Decision
    by: str
    reason: str


class ProbeResult(Wire):
    """What a service looks like from outside. `shows`: running, restricted (a notice in its place), gone, or unclear.

    `detail` is for people: `HTTP 200 at https://bakery.example/`. `gone`: nobody answers, or it is not known there.
    """

    shows: Literal["running", "restricted", "gone", "unclear"]
    detail: str


class PanelState(Wire):
    """What a panel shows of a service.

    `tag` is the reason of its restriction: empty when it shows none, None when the panel keeps no reasons. `locked`:
    only the panel's root may lift it. `backups`: whether the panel holds back-ups of it; None: it cannot say.
    """

    level: Level
    tag: str | None = ""
    locked: bool = False
    backups: bool | None = None


class Effect(Wire):
    """What a service was brought to last: `wanted`, by which holds, what its panel showed, and what was seen outside.

    `proof` is the outside look in words; empty when nothing is looked at. `at` is when that was so. `adopted` is the
    reason that another system had left at the panel, and that is as good as ours; None: there is none.
    """

    account: str
    service: str
    wanted: Level
    shown: Level
    tag: str = ""
    proof: str = ""
    adopted: str | None = None
    at: Instant
