"""When steps to come will wait: the guards' own rule, asked by whoever names a date that is still to come."""

from datetime import datetime, timedelta
from typing import NamedTuple

from dunning.policy.plan import DELETIONS, LEVEL_OF, Action, Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read
from dunning.windows.can_they_pay import charge_waits, consequence_waits
from dunning.windows.window import Window


class Shut(NamedTuple):
    """All that is set now and puts steps off: the windows, and how long before one nobody is restricted any more.

    `operations.windows.shut` reads it from the store; `until` is what `dunning.rules.upcoming` asks.
    """

    windows: tuple[Window, ...] = ()
    lead: timedelta = timedelta(0)

    def until(self, step: Milestone, at: datetime) -> datetime | None:
        """When a step comes that would come at `at` (UTC), for `upcoming`; None: then.

        A late fee and a notice wait for no window, and what a chargeback brings at once does not either.
        """
        if step.action is Action.CHARGE:
            found = charge_waits(at, self.windows)
        elif _restricts(step) and read(step.name).kind is not StepKind.CHARGEBACK:
            found = consequence_waits(at, self.windows, self.lead)
        else:
            found = None
        return found.until if found else None


def _restricts(step: Milestone) -> bool:
    return step.action in DELETIONS or step.action in LEVEL_OF


ALWAYS_OPEN = Shut()
"""Nothing puts anything off."""
