"""From the options of `rehearse` to a story that can be played."""

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import TypeAdapter, ValidationError

from cli.shell.errors import BadInputError, reasons
from cli.shell.options import now
from dunning.calendar import local_date
from dunning.money import Money
from dunning.policy.file import Policy, Zone
from dunning.policy.plan import Action, Plan
from dunning.policy.timeline import TimelineError, plan_for
from operations.new_invoice import NewInvoice, NewService
from sandbox.story.people import amount_of
from sandbox.story.story import Declines, Ends, Pay, Story

MARGIN = 30
"""Days after the last step in which a late case may still catch up."""
_ZONE = TypeAdapter[str](Zone)


def rehearsal(rules: Policy, due: date, *, zone: str, amount: str, pay: Sequence[str], decline: Sequence[int]) -> Story:
    """The story that the options tell, if it can be played from now on. Raises BadInputError."""
    payments = [_payment(text, place, rules.currency) for place, text in enumerate(pay, 1)]
    row = NewInvoice(
        invoice="REHEARSAL",
        account="rehearsal",
        customer="Example Customer",
        emails=("customer@post.example",),
        amount=_owed(amount, rules),
        due=due,
        policy=rules.name,
        zone=_zone(zone) or None,
        services=(NewService(user="rehearsal", domain="rehearsal.example"),),
    )
    declines = tuple(Declines(day=each) for each in decline)
    story = Story(title="rehearsal", row=row, pay=tuple(payments), decline=declines, ends=Ends(outcome="open"))
    return _checked(story, rules)


def _owed(text: str, rules: Policy) -> Money:
    try:
        amount = amount_of(text, rules.currency) if text else Money(minor=1999, currency=rules.currency)
    except ValueError as error:
        raise BadInputError(f"--amount: {error}") from None
    if amount.minor <= 0:
        raise BadInputError(f"--amount: {amount} is not positive")
    if amount.currency != rules.currency:
        raise BadInputError(f"--amount: {amount} is not in {rules.currency}, the currency of the policy {rules.name}")
    return amount


def _payment(text: str, place: int, currency: str) -> Pay:
    on, _, amount = text.partition("=")
    try:
        payment = Pay(day=int(on), amount=amount, id=f"rehearsed-{place}")
        positive = amount_of(amount, currency).minor > 0
    except ValueError:
        positive, payment = False, None
    if payment is None or not positive:
        raise BadInputError(f"--pay: {text!r} is not DAY=AMOUNT; write it like 12=19.99")
    return payment


def _zone(name: str) -> str:
    try:
        return _ZONE.validate_python(name) if name else ""
    except ValidationError as error:
        raise BadInputError(f"--zone: {reasons(error)[0]}") from None


def _checked(story: Story, rules: Policy) -> Story:
    plan = _plan(story, rules, story.row.due)
    try:
        story.charge_scripts(plan)
    except ValueError as error:
        raise BadInputError(f"--decline: {error}") from None
    today = local_date(now(), plan.zone)
    for payment in story.pay:
        if story.row.due + timedelta(days=payment.day) < today:
            raise BadInputError(f"--pay: day {payment.day:+d} is past; a rehearsal starts now")
    _check_due(story, rules, today)
    last = max(plan.milestones[-1].day, *(p.day for p in story.pay), story.last_day)
    return story.model_copy(update={"last_day": last + MARGIN})


def _plan(story: Story, rules: Policy, due: date) -> Plan:
    invoice = story.row.invoice_facts().model_copy(update={"due": due})
    try:
        return plan_for(rules, invoice, story.row.zone or "")
    except TimelineError as error:
        raise BadInputError(f"the policy {rules.name} does not fit these dates: {error}") from None
    except (OverflowError, ValueError):
        raise BadInputError(f"--due: {due} is too near the end of the calendar") from None


def _check_due(story: Story, rules: Policy, today: date) -> None:
    due = story.row.due
    if _all_ahead(_plan(story, rules, due)):
        return
    earliest = next(d for d in (today + timedelta(days=n) for n in range(1000)) if _all_ahead(_plan(story, rules, d)))
    raise BadInputError(
        f"--due: {due} is past; a rehearsal starts now, so {earliest} is the earliest due date for {rules.name}"
    )


def _all_ahead(plan: Plan) -> bool:
    """Whether no step from the due date on is past; what comes before it happens at once when it is late."""
    return all(m.at > now() for m in plan.milestones if m.day >= 0 and m.action is not Action.ISSUE)
