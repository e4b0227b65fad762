"""Random policies, worlds and facts for the property tests."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from dunning import names
from dunning.case.case import Case, Opened
from dunning.case.facts import (
    Approval,
    DueDateChange,
    Exemption,
    MethodChanged,
    Payment,
    PaymentNews,
    Promise,
    Reconsider,
    Restored,
    Reversal,
    Undo,
    Void,
    Waiver,
)
from dunning.holds import Rule
from dunning.level import Level
from dunning.money import Money
from dunning.policy.check import findings
from dunning.policy.fee import Fee
from dunning.policy.file import Charging, MilestoneRule, Policy, Reinstatement, TakenBackRule
from dunning.policy.plan import CONSEQUENCES, Action, Excess, Invoice
from dunning.policy.timeline import plan_for
from dunning.rules.deferrals import reconsidered
from dunning.rules.exemptions import exempted
from dunning.rules.hints import hinted
from dunning.rules.money_in import paid, restored, reversed_, stirred
from dunning.rules.promises import promise_refused, promised
from dunning.rules.updates import (
    approval_refused,
    approved,
    due_date_changed,
    due_date_refused,
    method_changed,
    reversal_refused,
    void_refused,
    voided,
    waived,
    waiver_refused,
)
from dunning.undo.undo import undo_refused, undone
from tests.dunning.life import Fact, Waking
from tests.dunning.world import World

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe")
_LADDER: tuple[Action, ...] = (Action.WARN_ADMINS, Action.LOCK, Action.SUSPEND, Action.DEACTIVATE, Action.DELETE)


def sorted_by_ladder(actions: Sequence[Action]) -> list[Action]:
    return sorted(actions, key=_LADDER.index)


_ladders = st.one_of(st.permutations(_LADDER), st.lists(st.sampled_from(_LADDER), unique=True)).map(sorted_by_ladder)


def _dollars(least: int, most: int) -> st.SearchStrategy[Money]:
    return st.integers(least, most).map(lambda minor: Money(minor=minor, currency="USD"))


fees = st.one_of(
    st.just(Fee(amount=Money.parse("USD 35.00"))),
    st.builds(
        Fee,
        basis_points=st.integers(1, 10_000),
        minimum=st.none() | _dollars(1, 900),
        maximum=st.none() | _dollars(900, 9_000),
    ),
)
"""Fixed, or a percentage with or without bounds."""


def _without_deletion(rule: MilestoneRule) -> MilestoneRule:
    left = tuple(name for name in rule.warns_of if name != Action.DELETE.value)
    return rule.model_copy(update={"warns_of": left})


@st.composite
def _announcing(draw: st.DrawFn, rules: list[MilestoneRule]) -> list[MilestoneRule]:
    """Each consequence is announced by the last notice before it, and maybe by others."""
    warns: dict[str, list[str]] = {rule.name: [] for rule in rules}
    for place, rule in enumerate(rules):
        if rule.action in CONSEQUENCES:
            early = [each for each in rules[:place] if _writes(each) and each.distance.days < rule.distance.days]
            for each in early:
                if each is early[-1] or draw(st.booleans()):
                    warns[each.name].append(rule.name)
    return [rule.model_copy(update={"warns_of": tuple(warns[rule.name])}) for rule in rules]


def _writes(rule: MilestoneRule) -> bool:
    return rule.distance.days >= 0 and rule.action is not Action.ISSUE and bool(rule.notice or rule.notice_no_method)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A policy that the loader would accept: early steps, a warning, then a ladder of consequences."""
    rules = [_rule(Action.ISSUE, draw(st.integers(-20, 0)), notice=draw(st.sampled_from(["", "Invoice"])))]
    rules += [_rule(Action.CHARGE, 0, notice_failed="Failed")] if draw(st.booleans()) else []
    day = draw(st.integers(1, 9))
    rules.append(_rule(Action.NOTIFY, day, notice="First"))
    if draw(st.booleans()):
        day += draw(st.integers(0, 5))
        rules.append(_rule(Action.CHARGE, day, "charge-2", notice_failed="Failed", notice_no_method="Failed"))
        day += draw(st.integers(0, 2)) or 1
        rules.append(_rule(Action.LATE_FEE, day, fee=draw(fees), without=draw(st.booleans())))
        if draw(st.booleans()):
            day += draw(st.integers(0, 5))
            rules.append(_rule(Action.LATE_FEE, day, "second-fee", fee=draw(fees)))
    for action in draw(_ladders):
        if draw(st.integers(0, 4)) == 0:
            day += draw(st.integers(1, 9))
            rules.append(_rule(Action.NOTIFY, day, f"before-{action.value}", notice="Last"))
        day += draw(st.integers(1, 30))
        notice = draw(st.sampled_from(["", "Now"]))
        voids = action is Action.DEACTIVATE and draw(st.booleans())
        approvals = draw(st.integers(0, 2)) if action is Action.DELETE else 0
        rules.append(_rule(action, day, notice=notice, approvals=approvals).model_copy(update={"voids": voids}))
    anchor = draw(st.sampled_from(["due", "due", "paid-through"]))
    policy = Policy(
        name="random",
        title="random",
        currency="USD",
        zone=draw(st.sampled_from(ZONES)),
        hour=draw(st.times(time(0), time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0))),
        payment_notice=draw(st.sampled_from(["", "Thanks"])),
        use_credit=draw(st.booleans()),
        charging=Charging(new_method=draw(st.booleans()), most=draw(st.sampled_from([None, 1, 2]))),
        taken_back=TakenBackRule(
            grace=draw(st.integers(0, 15)),
            notice=draw(st.sampled_from(["", "Payment Taken Back"])),
            chargeback=draw(st.sampled_from([None, Level.WARNED, Level.SUSPENDED])),
        ),
        excess=draw(st.sampled_from(Excess)),
        reinstatement=Reinstatement(rule=draw(st.sampled_from(Rule)), fee=draw(st.none() | fees)),
        milestones=tuple(rule.model_copy(update={"after": anchor}) for rule in draw(_announcing(rules))),
    )
    if findings(policy):  # only a deletion without a suspension is possible here
        kept = tuple(_without_deletion(rule) for rule in policy.milestones if rule.action is not Action.DELETE)
        policy = policy.model_copy(update={"milestones": kept})
        assert not findings(policy), findings(policy)
    return policy


def _rule(
    action: Action,
    day: int,
    name: str = "",
    *,
    notice: str = "",
    notice_failed: str = "",
    notice_no_method: str = "",
    fee: Fee | None = None,
    without: bool = True,
    approvals: int = 0,
) -> MilestoneRule:
    return MilestoneRule(
        name=(name or action.value).replace("_", "-"),
        action=action,
        offset=day,
        notice=notice,
        notice_failed=notice_failed,
        notice_no_method=notice_no_method,
        fee=fee,
        fee_without_attempt=without,
        approvals=approvals,
    )


@st.composite
def openings(draw: st.DrawFn) -> tuple[Opened, datetime]:
    """An invoice under a random policy, and when its case is opened: in time, late, or long overdue."""
    policy = draw(policies())
    due = draw(st.dates(date(2027, 1, 1), date(2028, 12, 31)))
    amount = Money(minor=draw(st.integers(1, 50_000)), currency="USD")
    paid_through = due + timedelta(days=draw(st.sampled_from([0, 0, 0, -11, 9])))
    invoice = Invoice(number="INV-1", account="a", amount=amount, due=due, paid_through=paid_through)
    opened = Opened(invoice=invoice, plan=plan_for(policy, invoice), reach="outside", generation=1)
    start = opened.plan.milestones[0].at + draw(st.timedeltas(timedelta(days=-40), timedelta(days=40)))
    return opened, start


worlds = st.builds(
    World,
    charges=st.one_of(
        st.lists(st.sampled_from(["ok", "declined", "final", "no_method", "pending", "unknown"]), max_size=4),
        st.sampled_from(["declined", "final", "no_method"]).map(lambda answer: [answer] * 9),
    ),
    unheard=st.sets(st.integers(1, 8), max_size=3),
    debits=st.dictionaries(st.integers(1, 8), st.integers(0, 9), max_size=3),
    credit=st.integers(0, 3000),
    forgotten=st.sets(st.integers(1, 3), max_size=1),
    undelivered=st.sets(st.integers(1, 12), max_size=6),
    delays=st.lists(
        st.one_of(
            st.just(timedelta(0)),
            st.timedeltas(timedelta(0), timedelta(minutes=5)),
            st.timedeltas(timedelta(0), timedelta(days=12)),
        ),
        max_size=25,
    ),
    deferrals=st.integers(0, 4),
)


@st.composite
def facts(draw: st.DrawFn, start: datetime, most: int = 6) -> list[tuple[datetime, Fact]]:
    """Facts at random instants; the same payment id may come again, reversals may come first.

    Often enough money that pays for everything is taken back again, and now and then it comes back; and often enough
    somebody promises to pay, and a run turns out to have been wrong.
    """
    made: list[tuple[datetime, Fact]] = []
    for _ in range(draw(st.integers(0, most))):
        when = start + draw(st.timedeltas(timedelta(0), timedelta(days=150)))
        made.append((when, draw(any_fact)))
    when = start + draw(st.timedeltas(timedelta(0), timedelta(days=120)))
    for fact in (_pays("p3"), _reverses("p3"), _restores("p3"))[: draw(st.integers(0, 3))]:
        made.append((when, fact))
        when += draw(_distances)
    if draw(st.booleans()):
        when = start + draw(st.timedeltas(timedelta(0), timedelta(days=90)))
        made.append((when, _promises(draw(st.integers(0, 30)), reinstate=draw(st.booleans()))))
    if draw(st.booleans()):
        when = start + draw(st.timedeltas(timedelta(days=15), timedelta(days=120)))
        made.append((when, _undoes("u3", draw(st.integers(5, 60)))))
    for number in draw(st.sampled_from(((), (), (), (1,), (1, 2), (2, 1), (1, 3, 2)))):
        when = start + draw(st.timedeltas(timedelta(0), timedelta(days=60)))
        made.append((when, exempts(draw(st.integers(-20, 80)), number)))
    return made


_distances = st.one_of(
    st.just(timedelta(0)),
    st.timedeltas(timedelta(0), timedelta(hours=1)),
    st.timedeltas(timedelta(0), timedelta(days=60)),
)

MONEY = {
    "p1": Money(minor=1999, currency="USD"),
    "p2": Money(minor=500, currency="USD"),
    "p3": Money(minor=60_000, currency="USD"),
    "p4": Money(minor=1999, currency="EUR"),
}
"""One payment id always means the same money, as at a real processor."""


def _pays(payment: str) -> Fact:
    return lambda case, now: paid(case, Payment(id=payment, amount=MONEY[payment], at=now))


def _reverses(payment: str) -> Fact:
    def fact(case: Case, now: datetime) -> Case:
        back = Reversal(
            id=f"rev-{payment}",
            payment=payment,
            amount=MONEY[payment],
            at=now,
            chargeback=payment in ("p2", "p3"),
            reason="back",
        )
        return case if reversal_refused(case, back) else reversed_(case, back, now)

    return Waking(payment, fact)


def _restores(payment: str) -> Fact:
    won, amount = f"rev-{payment}:won", MONEY[payment]
    return Waking(
        f"rev-{payment}",
        lambda case, now: restored(case, Restored(id=won, reversal=f"rev-{payment}", amount=amount, at=now)),
    )


def _changes_method(case: Case, now: datetime) -> Case:
    return method_changed(case, MethodChanged(at=now))


def _begins_a_debit(payment: str, *, started: bool) -> Fact:
    return lambda case, now: stirred(case, PaymentNews(payment=payment, at=now, started=started), now)


def _promises(days: int, *, reinstate: bool) -> Fact:
    def fact(case: Case, now: datetime) -> Case:
        promise = Promise(until=case.today(now) + timedelta(days=days), reinstate=reinstate)
        return case if promise_refused(case, promise, now) else promised(case, promise)

    return fact


def exempts(days: int, number: int) -> Fact:
    """Until so many days from then; fewer than none end it. An older word comes late now and then."""

    def fact(case: Case, now: datetime) -> Case:
        until = case.today(now) + timedelta(days=days) if days >= 0 else None
        return exempted(case, Exemption(until=until, number=number, by="ana", reason="a partner"), now)

    return fact


def _moves_due(days: int) -> Fact:
    def fact(case: Case, now: datetime) -> Case:
        change = DueDateChange(due=case.invoice.due + timedelta(days=days))
        return case if due_date_refused(case, change, now) else due_date_changed(case, change, now)

    return fact


def _voids(case: Case, now: datetime) -> Case:
    void = Void(reason="a mistake")
    return case if void_refused(case, void) else voided(case, void, now)


def _waives(entry: str) -> Fact:
    waiver = Waiver(entry=entry)
    return lambda case, now: case if waiver_refused(case, waiver) else waived(case, waiver, now)


def _approves(by: str) -> Fact:
    approval = Approval(milestone="delete", by=by)
    return lambda case, _now: case if approval_refused(case, approval) else approved(case, approval)


def _undoes(name: str, days: int) -> Fact:
    """The run of the last days was wrong."""

    def fact(case: Case, now: datetime) -> Case:
        undo = Undo(id=name, since=now - timedelta(days=days), until=now, hold_days=max(1, days % 9))
        assert not undo_refused(undo)
        return undone(case, undo, now)

    return fact


def _hints(payment: str) -> Fact:
    """Somebody says without a signature that it came."""
    return lambda case, now: hinted(
        case, names.PAYMENT_RECEIVED, Payment(id=payment, amount=MONEY[payment], at=now), now
    )


def _lets_go(step: str) -> Fact:
    return lambda case, now: reconsidered(case, Reconsider(step=step, by="ana"), now)


money_facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(_pays, st.sampled_from(sorted(MONEY))),
    st.builds(_reverses, st.sampled_from(["p1", "p2", "p3"])),
    st.builds(_restores, st.sampled_from(["p1", "p2", "p3"])),
)
"""Payments and reversals, the same ones again and again."""

any_fact: st.SearchStrategy[Fact] = st.one_of(
    money_facts,
    st.builds(_promises, st.integers(0, 30), reinstate=st.booleans()),
    st.builds(_waives, st.sampled_from(["invoice", "late-fee", "nothing"])),
    st.builds(_approves, st.sampled_from(["ana", "ben"])),
    st.builds(_moves_due, st.integers(-20, 40)),
    st.just(_voids),
    st.builds(_lets_go, st.sampled_from(["suspend", "suspend:2", "delete", "chargeback:rev-p3"])),
    st.just(_changes_method),
    st.just(_changes_method),
    st.builds(_undoes, st.sampled_from(["u1", "u2"]), st.integers(0, 60)),
    st.builds(_hints, st.sampled_from(sorted(MONEY))),
    st.builds(_begins_a_debit, st.sampled_from(["p1", "d1"]), started=st.booleans()),
)
"""Anything that may be heard."""
