"""Moving open invoices to another policy, by a rule that is stated before: a quote first, then each case for itself."""

from collections.abc import Awaitable, Callable, Collection
from datetime import date, datetime
from typing import Literal, NamedTuple

from dunning.case.case import Case
from dunning.case.facts import Replan
from dunning.forecast.other_policy import Compared, compared, kinder
from dunning.policy.file import Policy
from dunning.ports.cases import Cases, NoCaseError
from dunning.records.inbox import Outcome
from dunning.rules.replan import plan_under
from dunning.windows.shut import Shut
from operations.cases.snapshots import Tick, untold
from operations.concurrency import a_few
from operations.errors import RefusedError
from operations.policies.difference import ComparePolicies, Difference
from operations.windows.shut import ShutFrom

Rule = Literal["old", "new", "kinder"]
"""What open invoices follow: the policy that they began with, the new one, or the new one where nothing gets worse."""
Decide = Callable[[str, Replan], Awaitable[Outcome]]


class Wanted(NamedTuple):
    """Which open invoices of `own` follow `other`, and by which rule.

    Those that are due on `due_from` or later, of any number or of these.
    """

    own: Policy
    other: Policy
    rule: Rule
    due_from: date | None = None
    invoices: Collection[str] = ()


class Quote(NamedTuple):
    """What it would mean: `moves` are the numbers that would be moved, `kept` how many would not.

    `others` were named, and no open invoice of the old policy has that number.
    """

    difference: Difference
    moves: tuple[str, ...]
    kept: int
    others: tuple[str, ...] = ()


class Moved(NamedTuple):
    """What became of one. `result`: moved, kept by the rule, or refused for a reason."""

    invoice: str
    result: Literal["moved", "kept", "refused"]
    reason: str = ""


class MoveToPolicy:
    """The table of open cases names the invoices, and each case itself is asked once more before it is moved.

    `clock` is the wall's.
    """

    def __init__(
        self, compare: ComparePolicies, cases: Cases, decide: Decide, shut: ShutFrom, clock: Callable[[], datetime]
    ) -> None:
        self._compare = compare
        self._cases = cases
        self._decide = decide
        self._shut = shut
        self._clock = clock

    async def quote(self, wanted: Wanted, tick: Tick = untold) -> Quote:
        """What it would mean if nobody pays. Nothing is changed. Raises StoreOutageError."""
        whole = await self._compare.of(wanted.own, wanted.other, tick)
        asked = [each for each in whole.found if _is_meant(each, wanted)]
        moves = [each for each in asked if _follows(each, wanted.rule)]
        named = tuple(each.invoice for each in sorted(moves, key=lambda each: (each.due, each.invoice)))
        known = {each.invoice for each in (*whole.found, *whole.not_looked_at)}
        others = tuple(sorted({*wanted.invoices} - known))
        return Quote(whole._replace(found=moves), named, len(asked) - len(moves), others)

    async def move(self, wanted: Wanted, moves: Collection[str], by: str, reason: str) -> list[Moved]:
        """Move these, in the order of their due dates. Safe to repeat. Raises OutageError: some are moved by then."""
        shut = await self._shut(self._clock())
        return await a_few(self._one(wanted, number, shut, by, reason) for number in moves)

    async def _one(self, wanted: Wanted, number: str, shut: Shut, by: str, reason: str) -> Moved:
        try:
            case = await self._cases.ask(number)
        except NoCaseError:
            return Moved(number, "kept", "it has ended meanwhile")
        if case.plan.policy != wanted.own.name or _is_there(case.plan.policy, case.plan.version, wanted.other):
            return Moved(number, "kept", "it has been moved meanwhile")
        if not self._still_follows(case, wanted, shut):
            return Moved(number, "kept", "the rule does not move it any more")
        try:
            await self._decide(number, Replan(plan=plan_under(case, wanted.other), by=by, reason=reason))
        except RefusedError as error:
            return Moved(number, "refused", error.reason)
        return Moved(number, "moved")

    def _still_follows(self, case: Case, wanted: Wanted, shut: Shut) -> bool:
        (now,) = compared(case, wanted.other, self._clock(), shut)
        return not now.unfit and _follows(now, wanted.rule)


def _is_meant(each: Compared, wanted: Wanted) -> bool:
    if _is_there(wanted.own.name, each.version, wanted.other):
        return False
    due = wanted.due_from is None or each.due >= wanted.due_from
    return due and (not wanted.invoices or each.invoice in wanted.invoices)


def _is_there(policy: str, version: str, other: Policy) -> bool:
    """Whether what runs under that version of a policy is where it is to be moved already."""
    return (policy, version) == (other.name, other.version)


def _follows(each: Compared, rule: Rule) -> bool:
    return rule == "new" or (rule == "kinder" and kinder(each))
