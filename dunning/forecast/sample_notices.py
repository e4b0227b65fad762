"""Every notice that a policy can send, as the rules themselves order it: sample invoices live their lives in memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dunning.calendar import instant
from dunning.case.case import Case, Opened, Reachability, open_case
from dunning.case.facts import CardOnFile, Payment, Replan, Reversal, Undo
from dunning.case.orders import CardOrder, HeldFor, NoticeOrder, ReinstateOrder
from dunning.case.results import Declined, NoMethod
from dunning.forecast.life import Fact, SampleLife
from dunning.holds import OTHER_SOURCES, Hold
from dunning.level import Level
from dunning.money import Money
from dunning.notices.announcement import Addressee, announcement
from dunning.notices.card_ends import card_ends_notice
from dunning.notices.hold_notice import hold_notice
from dunning.notices.still_restricted import still_restricted_notice
from dunning.notices.warnings import told_of
from dunning.payments.declines import CARD_OVER
from dunning.policy.file import Policy
from dunning.policy.least import least_charge
from dunning.policy.plan import LEVEL_OF, Action, Invoice, Plan
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.policy.timeline import plan_for
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from dunning.rules.money_in import paid, reversed_
from dunning.rules.pay_by import pay_by_notice
from dunning.rules.replan import replanned
from dunning.rules.upcoming import nothing_waits
from dunning.undo.undo import undone
from dunning.windows.near import closure_of
from dunning.windows.window import Window

NUMBER, ACCOUNT = "INV-1042", "sample"
_AMOUNT, _LARGE = 1999, 1_999_900
"""What is owed, in minor units; of the large one the smallest percentage is a fee, too."""
_DECLINED = Declined(code="card_declined", message="Your card was declined.")


@dataclass(frozen=True)
class SampleNotice:
    """A notice, and what it takes to be sent it: `nothing is paid`."""

    story: str
    order: NoticeOrder


def sample_notices(policy: Policy, due: date) -> tuple[SampleNotice, ...]:
    """Each notice once, in the order in which a customer gets them; the same title again where it says something else.

    Raises TimelineError for dates that the policy does not fit.
    """
    found: dict[object, SampleNotice] = {}
    opened = _opened(policy, due)
    lived = [SampleNotice(story, order) for story, life in _lives(opened) for order in life.notices()]
    for notice in (
        *lived,
        *_beside_another(lived),
        *_about_cards(opened),
        *_about_the_panel(opened),
        *_about_holds(opened),
        *_about_windows(opened),
    ):
        found.setdefault(_says(notice.order), notice)
    return tuple(found.values())


def unpaid_notices(policy: Policy, due: date) -> tuple[NoticeOrder, ...]:
    """What customers are sent who do not pay: with a card that is declined, with none, and where one warning is lost.

    Raises TimelineError for dates that the policy does not fit.
    """
    opened = _opened(policy, due, _LARGE)
    return tuple(order for _, life in _unpaid(opened) for order in life.notices())


def _opened(policy: Policy, due: date, minor: int = _AMOUNT) -> Opened:
    least = policy.least_balance or least_charge(policy.currency)
    while minor <= 10 * least.minor:  # what is as little as that harms nobody, and nothing would be written
        minor *= 10
    invoice = Invoice(number=NUMBER, account=ACCOUNT, amount=Money(minor=minor, currency=policy.currency), due=due)
    return Opened(invoice=invoice, plan=plan_for(policy, invoice), reach="outside", generation=1)


def _unpaid(opened: Opened) -> Sequence[tuple[str, SampleLife]]:
    start = opened.plan.milestones[0].at
    declined, no_method, lost = (SampleLife(open_case(opened, start), start, [], _DECLINED) for _ in range(3))
    no_method.charge, lost.lost = NoMethod(), {told_of(m) for m in opened.plan.milestones if m.warns_of}
    return (
        ("nothing is paid", declined),
        ("there is no payment method on file", no_method),
        ("a warning does not arrive", lost),
    )


def _says(order: NoticeOrder) -> object:
    """What makes a notice another one for its reader."""
    settled = order.balance.minor <= 0
    level, again = order.level if settled else "", order.missed_at is not None
    return order.title, order.next_action, settled, level, order.remaining, order.held_for, order.detail[:3], again


def _lives(opened: Opened) -> Sequence[tuple[str, SampleLife]]:
    start = opened.plan.milestones[0].at
    early, late = start + timedelta(hours=2), _restricted_at(opened.plan) + timedelta(hours=5)

    def life(*facts: tuple[datetime, Fact], reach: Reachability = "outside") -> SampleLife:
        case = open_case(opened.model_copy(update={"reach": reach}), start)
        return SampleLife(case, start, list(facts), _DECLINED)

    restricted_still, over, down = life((late, _pays)), life(), life()
    restricted_still.held = ("abuse",)
    down.portal_was_down = True
    over.charge = NoMethod(reason=CARD_OVER)
    return (
        *_unpaid(opened),
        ("the card on file is over", over),
        ("the portal was down before a deadline", down),
        ("it is paid before it is due", life((early, _pays))),
        ("a part is paid", life((early, _pays_half))),
        ("it is paid once the services are restricted", life((late, _pays))),
        ("it is paid, and an abuse report remains", restricted_still),
        ("a payment is taken back", life((early, _pays), (late, _takes_back))),
        ("a wrong run is undone", life((late, _undoes(start, late)))),
        ("the invoice follows another policy", life((early, _follows_another))),
        ("every contact is on the services themselves", life((late, _pays), reach="inside")),
    )


def _restricted_at(plan: Plan) -> datetime:
    """When the first step comes that a visitor or the owner feels; the last one of a plan that has none."""
    felt = [m.at for m in plan.milestones if m.action in LEVEL_OF and m.action is not Action.WARN_ADMINS]
    return felt[0] if felt else plan.milestones[-1].at


def _pays(case: Case, now: datetime) -> Case:
    return paid(case, Payment(id="pay_29Q7", amount=case.balance, at=now))


def _pays_half(case: Case, now: datetime) -> Case:
    half = Money(minor=case.balance.minor // 2, currency=case.balance.currency)
    return paid(case, Payment(id="pay_29Q7", amount=half, at=now))


def _takes_back(case: Case, now: datetime) -> Case:
    money = case.payments[0]
    return reversed_(case, Reversal(id="re_29Q7", payment=money.id, amount=money.amount, at=now), now)


def _follows_another(case: Case, now: datetime) -> Case:
    """An earlier version of it, as far as its reader can tell."""
    plan = case.plan.model_copy(update={"version": "another"})
    return replanned(case, Replan(plan=plan, by="sample", reason="sample"), now)


def _undoes(since: datetime, until: datetime) -> Fact:
    return lambda case, now: undone(case, Undo(id="sample", since=since, until=until), now)


def _beside_another(lived: Iterable[SampleNotice]) -> Iterator[SampleNotice]:
    """A receipt while another invoice restricts services: one that can be paid, and one that its policy has closed."""
    order = next((each.order for each in lived if each.order.amount and each.order.balance.minor <= 0), None)
    if order is None:
        return
    for payable, which in ((True, "is not"), (False, "was closed unpaid")):
        other = HeldFor(invoice="INV-1043", payable=payable)
        yield SampleNotice(f"it is paid, and another invoice {which}", order.model_copy(update={"held_for": (other,)}))


def _about_the_panel(opened: Opened) -> Iterator[SampleNotice]:
    """What a customer reads who has paid and is still restricted."""
    plan, at = opened.plan, _restricted_at(opened.plan) + timedelta(hours=5)
    name = step(StepKind.REINSTATE, 1)
    order = ReinstateOrder(invoice=NUMBER, account=ACCOUNT, step=name, at=at, today=at.date(), rule=plan.rule)
    invoice = KnownInvoice(number=NUMBER, account=ACCOUNT, policy=plan.policy, due=opened.invoice.due)
    yield SampleNotice(
        "it is paid, and the panel does not follow", still_restricted_notice(order, _account(plan), invoice)
    )


def _about_cards(opened: Opened) -> Iterator[SampleNotice]:
    """A card that ends before the next charge."""
    plan, charge = opened.plan, next((m for m in opened.plan.milestones if m.action is Action.CHARGE), None)
    if charge is None or not plan.expiry_notices:
        return
    ends, days = opened.invoice.due - timedelta(days=2), plan.expiry_notices[-1]
    order = CardOrder(
        invoice=NUMBER,
        account=ACCOUNT,
        step=step(StepKind.CARD, ends, days),
        at=charge.at - timedelta(days=days + 2),
        title=plan.expiry_notice,
        policy=plan.policy,
        zone=plan.zone,
        due=opened.invoice.due,
        today=ends - timedelta(days=days),
        balance=opened.invoice.amount,
    )
    card = CardOnFile(id="card_29Q7", last4="4242", ends=ends)
    yield SampleNotice("the card on file ends before the charge", card_ends_notice(order, card))


def _about_holds(opened: Opened) -> Iterator[SampleNotice]:
    """What concerns no invoice: an abuse report at each level, and each other reason at the strictest."""
    at, account = opened.plan.milestones[0].at, _account(opened.plan)
    lighter = [("abuse", level) for level in (Level.WARNED, Level.LOCKED)]
    for source, level in (*lighter, *((source, Level.SUSPENDED) for source in OTHER_SOURCES)):
        hold = Hold(account=ACCOUNT, source=source, level=level, since=at)
        yield SampleNotice(f"the account is held: {source}", hold_notice(hold, account, at))


def _about_windows(opened: Opened) -> Iterator[SampleNotice]:
    """A maintenance window on the evening of the due date, announced a week before."""
    plan, due = opened.plan, opened.invoice.due
    since = instant(due, time(21), plan.zone)
    window = Window(id="w", since=since, until=since + timedelta(hours=2), zone=plan.zone, reason="We get new disks.")
    now, to = since - timedelta(days=7), Addressee(ACCOUNT, plan.zone, "")
    for changed in (False, True):
        order = announcement(window, closure_of(window), to, now, changed=changed)
        yield SampleNotice(f"maintenance is {'moved' if changed else 'planned'}", order)
    asked = pay_by_notice(open_case(opened, now), window, closure_of(window), now, nothing_waits)
    if asked:
        yield SampleNotice("maintenance is planned, and the invoice is due in it", asked)


def _account(plan: Plan) -> Account:
    return Account(id=ACCOUNT, name="", zone=plan.zone)
