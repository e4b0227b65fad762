"""An invoice's whole life in memory, by the rules alone: it gives every notice on the way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dunning.case.case import Case
from dunning.case.decisions import Conclude, Finish, Perform, Step, Wait
from dunning.case.facts import Approval
from dunning.case.orders import NoticeOrder
from dunning.case.results import Deleted, Reinstated, Result
from dunning.case.state import missing_approvals
from dunning.level import Level
from dunning.policy.plan import DELETIONS, Action, Milestone
from dunning.rules.assumed import assumed
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded, reinstated
from dunning.rules.updates import approved

Fact = Callable[[Case, datetime], Case]
_MOST_STEPS = 300


@dataclass
class SampleLife:
    """One invoice's life under its plan. `facts` come at their instants; `charge` is what each attempt ends in.

    `held`: other holds that the account has.
    """

    case: Case
    now: datetime
    facts: list[tuple[datetime, Fact]]
    charge: Result
    held: tuple[str, ...] = ()

    def notices(self) -> Iterator[NoticeOrder]:
        """Live, and give every notice on the way."""
        for _ in range(_MOST_STEPS):
            step = decide(self.case, self.now)
            if isinstance(step, Wait | Finish) and not self._waited(step.until if isinstance(step, Wait) else None):
                return
            if isinstance(step, Perform) and step.milestone.action is not Action.CREDIT:
                order = order_for(self.case, step.milestone, self.now)
                if isinstance(order, NoticeOrder) and order.title:
                    yield order
            self.case = self._after(step)
        raise AssertionError(f"{self.case.plan.policy}: a sample invoice does not come to an end")

    def _waited(self, until: datetime | None) -> bool:
        """Let the time pass, until the next fact at most; people agree when they are asked. False: nothing comes."""
        coming = self.case.next_milestone
        if coming and self.now >= self.case.when(coming) and missing_approvals(self.case, coming):
            agreed = Approval(milestone=coming.name, by=f"person {len(self.case.approvals) + 1}")
            self.case = approved(self.case, agreed)
            return True
        if self.facts and (until is None or self.facts[0][0] <= until):
            at, fact = self.facts.pop(0)
            self.now = max(self.now, at)
            self.case = fact(self.case, self.now)
            return True
        self.now = max(self.now, until or self.now)
        return until is not None

    def _after(self, step: Step) -> Case:
        if isinstance(step, Wait | Finish):
            return self.case
        if isinstance(step, Conclude):
            return recorded(self.case, step.milestone, step.result, self.now)
        if isinstance(step, Perform):
            return recorded(self.case, step.milestone, self._result(step.milestone), self.now)
        level = Level.SUSPENDED if self.held else Level.ACTIVE
        return reinstated(self.case, Reinstated(level=level, remaining=self.held), self.now)

    def _result(self, milestone: Milestone) -> Result:
        """As `upcoming` assumes it, but for how charges end, and that there are back-ups of what is deleted."""
        if milestone.action is Action.CHARGE:
            return self.charge
        if milestone.action in DELETIONS:
            return Deleted(services=("website",), backups=True)
        return assumed(self.case, milestone)
