"""A case on the evening of a day: what the rules made of it by then."""

from datetime import datetime

from dunning.case import Case
from dunning.plan import Milestone
from tests.dunning.examples import at, before_issue, opened
from tests.dunning.life import Did, Fact, Life, World, live

ASO, COURTESY, HOTDOODLE, WHMCS = "a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default"


def evening(name: str, day: int, *facts: tuple[int, Fact], charges: str = "declined", **more: object) -> Life:
    """Every charge ends the same way; facts come half an hour after their day's steps, the evening ten hours after."""
    invoice = opened(name, **more)  # type: ignore[arg-type]
    coming = [(at(invoice, its_day, minutes=30), fact) for its_day, fact in facts]
    until = at(invoice, day, minutes=600)
    life = live(invoice, before_issue(invoice), coming, World(charges=[charges] * 99), until)
    life.now = until
    return life


def moment(name: str, day: int, *facts: tuple[int, Fact], **more: object) -> tuple[Case, datetime]:
    life = evening(name, day, *facts, **more)  # type: ignore[arg-type]
    return life.case, life.now


def step(case: Case, name: str) -> Milestone:
    found = case.plan.milestone(name)
    assert found is not None
    return found


def did(life: Life, name: str) -> Did:
    return next(done for done in life.did if done.step is not None and done.step.name == name)
