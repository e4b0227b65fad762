"""An invoice's whole life in memory, by the rules alone, and the sample life that gives every notice on the way."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dunning.calendar import shifted
from dunning.case.case import Case
from dunning.case.decisions import Conclude, Finish, Perform, Reinstate, Step, Wait
from dunning.case.facts import Approval
from dunning.case.orders import NoticeOrder
from dunning.case.results import Deferred, Deleted, Reinstated, Result, Undelivered
from dunning.case.state import missing_approvals
from dunning.level import Level
from dunning.policy.plan import DELETIONS, EXEMPTED, WRITTEN, Action, Milestone
from dunning.rules.assumed import assumed
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded, reinstated
from dunning.rules.updates import approved

Fact = Callable[[Case, datetime], Case]
MOST_STEPS = 400
"""No life takes more: who decides more often runs in circles."""


@dataclass
class PaperLife(ABC):
    """A case on a clock of its own. What kind of life it is says how time passes, and what its steps end in."""

    case: Case
    now: datetime

    @abstractmethod
    def passed(self, step: Wait | Finish) -> bool:
        """Let time pass, and what comes with it. False: nothing comes any more, and the life is over."""

    @abstractmethod
    def answer(self, step: Perform | Reinstate) -> Result:
        """What the step ends in; meanwhile the clock may go on, and facts may arrive."""

    def decisions(self) -> Iterator[Step]:
        """Live, and give each decision before anything is made of it. Raises AssertionError for a life without end."""
        for _ in range(MOST_STEPS):
            step = decide(self.case, self.now)
            yield step
            if not isinstance(step, Wait | Finish):
                self._do(step)
            elif not self.passed(step):
                return
        raise AssertionError(f"{self.case.plan.policy}: no end after {MOST_STEPS} decisions")

    def _do(self, step: Perform | Reinstate | Conclude) -> None:
        result = step.result if isinstance(step, Conclude) else self.answer(step)
        if not isinstance(step, Reinstate):
            self.case = recorded(self.case, step.milestone, result, self.now)
        elif isinstance(result, Reinstated):
            self.case = reinstated(self.case, result, self.now)


@dataclass
class SampleLife(PaperLife):
    """One invoice's life under its plan. `facts` come at their instants; `charge` is what each attempt ends in.

    `held`: other holds that the account has. `lost` are notices that reach nobody, each once.
    `portal_was_down` before the first consequence.
    """

    facts: list[tuple[datetime, Fact]]
    charge: Result
    held: tuple[str, ...] = ()
    lost: set[str] = field(default_factory=set[str])
    portal_was_down: bool = False

    def notices(self) -> Iterator[NoticeOrder]:
        """Live, and give every notice on the way."""
        for step in self.decisions():
            if isinstance(step, Perform) and step.milestone.action not in WRITTEN:
                order = order_for(self.case, step.milestone, self.now)
                if isinstance(order, NoticeOrder) and order.title:
                    yield order

    def passed(self, step: Wait | Finish) -> bool:
        """Until the next fact at most; people agree when they are asked."""
        until = step.until if isinstance(step, Wait) else None
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

    def answer(self, step: Perform | Reinstate) -> Result:
        """As `upcoming` assumes it, but for how charges end, and that there are back-ups of what is deleted."""
        if isinstance(step, Reinstate):
            return Reinstated(level=Level.SUSPENDED if self.held else Level.ACTIVE, remaining=self.held)
        return self._result(step.milestone)

    def _result(self, milestone: Milestone) -> Result:
        if milestone.action is Action.CHARGE:
            return self.charge
        if self.portal_was_down and milestone.action in EXEMPTED:
            self.portal_was_down = False
            return Deferred(until=shifted(self.now, 1, self.case.plan.zone), reason="the portal", outage_days=1)
        if milestone.action in DELETIONS:
            return Deleted(services=("website",), backups=True)
        if milestone.name in self.lost:
            self.lost.discard(milestone.name)
            return Undelivered(notice=milestone.name, reason="no such mailbox")
        return assumed(self.case, milestone)
