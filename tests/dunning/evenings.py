"""A case on the evening of a day: what the rules made of it by then."""

from datetime import datetime

from dunning.case.case import Case, Opened
from dunning.policy.plan import Milestone, TakenBack
from tests.dunning.examples import DUE, at, before_issue, opened
from tests.dunning.life import Did, Fact, Life, live
from tests.dunning.world import World

ASO, COURTESY, HOTDOODLE, WHMCS = "a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default"


def evening(
    name: str,
    day: int,
    *facts: tuple[int, Fact],
    charges: str = "declined",
    world: World | None = None,
    **more: object,
) -> Life:
    """Every charge ends the same way; facts come half an hour after their day's steps, the evening ten hours after."""
    return until_evening(opened(name, **more), day, *facts, world=world or World(charges=[charges] * 99))  # type: ignore[arg-type]


def until_evening(invoice: Opened, day: int, *facts: tuple[int, Fact], world: World) -> Life:
    """The same for an invoice and a world of one's own."""
    coming = [(at(invoice, its_day, minutes=30), fact) for its_day, fact in facts]
    until = at(invoice, day, minutes=600)
    life = live(invoice, before_issue(invoice), coming, world, until)
    life.now = until
    return life


def days(life: Life) -> list[tuple[int, str]]:
    """(day from the due date, step) as the customer's calendar shows it."""
    case = life.case
    return [((case.today(did.known) - DUE).days, did.step.name if did.step else "reinstate") for did in life.did]


def moment(name: str, day: int, *facts: tuple[int, Fact], **more: object) -> tuple[Case, datetime]:
    life = evening(name, day, *facts, **more)  # type: ignore[arg-type]
    return life.case, life.now


def step(case: Case, name: str) -> Milestone:
    found = case.plan.milestone(name)
    assert found is not None
    return found


def did(life: Life, name: str) -> Did:
    return next(done for done in life.did if done.step is not None and done.step.name == name)


def after(life: Life, day: int) -> list[tuple[int, str]]:
    """The same from that day on."""
    return [(its_day, name) for its_day, name in days(life) if its_day >= day]


def with_rule(name: str, **fields: object) -> Opened:
    """An invoice whose policy has another rule for money taken back."""
    invoice = opened(name)
    rule = TakenBack.model_validate({"grace": 10, "notice": "Payment Taken Back", **fields})
    return invoice.model_copy(update={"plan": invoice.plan.model_copy(update={"taken_back": rule})})


def declining() -> World:
    """A world in which every charge is declined."""
    return World(charges=["declined"] * 9)
