"""How the world answers the rules in lives without sockets: the gateway, the mail server, the panel, the books.

The world keeps its own books, so that a property can compare what the rules believe with what really happened.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dunning.case.case import Case
from dunning.case.ledger import MONEY_IN, Entry, Kind, find
from dunning.case.orders import (
    AskOrder,
    ChargeOrder,
    CloseOrder,
    CreditOrder,
    DeleteOrder,
    LoosenOrder,
    NoticeOrder,
    RefundOrder,
    RestrictOrder,
)
from dunning.case.results import (
    Credited,
    Deferred,
    Deleted,
    Delivered,
    Found,
    Loosened,
    Noted,
    Refunded,
    Remembered,
    Restricted,
    Result,
    Undelivered,
)
from dunning.money import Money
from dunning.policy.plan import CONSEQUENCES, LEVEL_OF, WRITTEN, Action, Milestone
from dunning.rules.order_for import order_for
from tests.dunning.company import Company, Debit

_ASKED_BEFORE = (Action.CHARGE, Action.WARN_ADMINS, *CONSEQUENCES)
SMALL = 700
"""Minor units of each payment that only asking finds."""


@dataclass
class World:
    """What the companies answer. Lists are used up from the front; when empty, all goes well."""

    charges: list[str] = field(default_factory=list[str])
    undelivered: set[int] = field(default_factory=set[int])  # n-th notice that no address takes
    delays: list[timedelta] = field(default_factory=list[timedelta])  # how long each activity takes
    unheard: set[int] = field(default_factory=set[int])  # at the n-th asking there is money that no webhook told of
    debits: dict[int, int] = field(default_factory=dict[int, int])  # at the n-th asking one set out, for so many days
    deferrals: int = 0  # restrictions put off by a day, so many times
    credit: int = 0  # minor units of the account's credit
    forgotten: set[int] = field(default_factory=set[int])  # at the n-th closing the books know of more money
    company: Company = field(init=False)
    refunded: dict[str, Money] = field(default_factory=dict[str, Money])
    notices: int = 0
    asked: int = 0
    closed: int = 0
    books: Case | None = None  # as they were closed last

    def __post_init__(self) -> None:
        self.company = Company(self.charges)

    def answer(self, case: Case, milestone: Milestone, now: datetime) -> Result:
        """What the activity brings back from a step."""
        order = order_for(case, milestone, now) if milestone.action not in WRITTEN else None
        found = self._asked(case, milestone, order, now)
        act = _ACTIVITIES.get(milestone.action)
        return found or (act(self, case, milestone, order, now) if act else Noted())

    def _asked(self, case: Case, milestone: Milestone, order: object, now: datetime) -> Found | None:
        """Before charges and restrictions the company is asked; now and then it has money for us."""
        if not isinstance(order, ChargeOrder | AskOrder | RestrictOrder | DeleteOrder):
            return None
        begun = any(a.step == milestone.name for a in case.attempts)
        if milestone.action not in _ASKED_BEFORE or begun or (isinstance(order, ChargeOrder) and order.ask_only):
            return None
        self.asked += 1
        self._customer_acts(case.invoice.amount.currency, now)
        found = self.company.received(order.known, now)
        return found if found.payments or found.underway else None

    def _customer_acts(self, currency: str, now: datetime) -> None:
        """Odd debits return, even ones arrive; every third that returned is paid a day later, under the same id."""
        amount = Money(minor=SMALL, currency=currency)
        if self.asked in self.unheard:
            self.company.debits[f"unheard-{self.asked}"] = Debit(now, now, good=True, amount=amount)
        if self.asked in self.debits:
            days = self.debits[self.asked]
            ends = now + timedelta(days=days)
            later = ends + timedelta(days=1) if days % 3 == 0 else None
            self.company.debits[f"own-{self.asked}"] = Debit(now, ends, days % 2 == 0, amount, later)


_Activity = Callable[[World, Case, Milestone, object, datetime], Result]


def _charge(world: World, case: Case, milestone: Milestone, order: object, now: datetime) -> Result:
    del case, milestone
    assert isinstance(order, ChargeOrder)
    return world.company.charge(order, now)


def _refund(world: World, case: Case, milestone: Milestone, order: object, now: datetime) -> Result:
    del case, now
    assert isinstance(order, RefundOrder)
    world.refunded[order.key] = order.amount
    return Refunded(refund=f"re-{milestone.name}", amount=order.amount)


def _write(world: World, case: Case, milestone: Milestone, order: object, now: datetime) -> Result:
    del case, milestone, now
    assert isinstance(order, NoticeOrder)
    world.notices += 1
    if world.notices in world.undelivered:
        return Undelivered(notice="n", reason="550 no such user")
    return Delivered(notice=f"n{world.notices}", announced=order.announced)


def _restrict(world: World, case: Case, milestone: Milestone, order: object, now: datetime) -> Result:
    del case, order
    if world.deferrals > 0:
        world.deferrals -= 1
        return Deferred(until=now + timedelta(days=1), reason="not today")
    return Restricted(level=LEVEL_OF[milestone.action])


def _loosen(world: World, case: Case, milestone: Milestone, order: object, now: datetime) -> Result:
    del world, case, milestone, now
    assert isinstance(order, LoosenOrder)
    return Loosened(level=order.level)


def _delete(world: World, case: Case, milestone: Milestone, order: object, now: datetime) -> Result:
    del world, case, milestone, order, now
    return Deleted(services=("s",))


def _use_credit(world: World, case: Case, milestone: Milestone, order: object, now: datetime) -> Result:
    del milestone, now
    assert isinstance(order, CreditOrder)
    used = max(0, min(world.credit, order.amount.minor))
    world.credit -= used
    return Credited(amount=Money(minor=used, currency=case.invoice.amount.currency))


def _close(world: World, case: Case, milestone: Milestone, order: object, now: datetime) -> Result:
    """The books hold every line that was closed before, and now and then one that this case has not heard of."""
    del milestone
    assert isinstance(order, CloseOrder)
    world.closed += 1
    lost = f"lost-{world.closed}"
    if world.closed in world.forgotten and not find(order.entries, lost, MONEY_IN):
        amount = Money(minor=SMALL, currency=case.invoice.amount.currency)
        return Remembered(entries=(*order.entries, Entry(id=lost, kind=Kind.PAYMENT, amount=amount, at=now)))
    world.books = order.case
    return Noted(note=order.outcome)


_ACTIVITIES: dict[Action, _Activity] = {
    Action.CHARGE: _charge,
    Action.REFUND: _refund,
    Action.NOTIFY: _write,
    Action.ISSUE: _write,
    Action.WARN_ADMINS: _restrict,
    Action.LOCK: _restrict,
    Action.SUSPEND: _restrict,
    Action.DEACTIVATE: _restrict,
    Action.LOOSEN: _loosen,
    Action.DELETE: _delete,
    Action.DELETE_BACKUPS: _delete,
    Action.USE_CREDIT: _use_credit,
    Action.CLOSE: _close,
}
