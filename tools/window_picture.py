"""`python -m tools.window_picture`: draws docs/window.svg anew, a case's timeline with a maintenance window in it.

The days are those of the rules themselves: nobody pays, and the charge declines on the morning to which it is put off.
"""

from datetime import date, datetime, timedelta

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from cli.policies.timeline_svg import Closed, picture
from dunning.calendar import local_date
from dunning.case.case import Opened, open_case
from dunning.money import Money
from dunning.policy.plan import Invoice, Milestone
from dunning.policy.timeline import plan_for
from dunning.rules.upcoming import upcoming
from dunning.windows.shut import Shut
from dunning.windows.window import Window, hours_of

LEAD = timedelta(hours=12)
"""As the settings have it."""
FILE = ROOT / "docs" / "window.svg"
POLICY, DUE = "a-small-orange", date(2027, 3, 9)
ZONE = "America/New_York"
WINDOW = Window(
    id="2027-03-19-0600",
    since=datetime.fromisoformat("2027-03-19T06:00-04:00"),
    until=datetime.fromisoformat("2027-03-19T22:00-04:00"),
    zone=ZONE,
)


def drawn() -> str:
    """The SVG document."""
    policy = load_policy(POLICY, ROOT / "policies")
    invoice = Invoice(number="INV-1", account="a", amount=Money(minor=1999, currency=policy.currency), due=DUE)
    plan = plan_for(policy, invoice)
    case = open_case(Opened(invoice=invoice, plan=plan, reach="outside", generation=1), plan.milestones[0].at)
    shut = Shut((WINDOW,), LEAD)
    comes = {each.step.name: each.at for each in upcoming(case, plan.milestones[0].at, shut.until)}
    steps = [_at(each, comes.get(each.name, each.at)) for each in plan.milestones]
    closed = Closed(WINDOW.since, WINDOW.until, f"maintenance, {hours_of(WINDOW)}")
    return picture(f"{policy.title}, and a maintenance window on day 10", DUE, ZONE, steps, (closed,))


def _at(milestone: Milestone, at: datetime) -> Milestone:
    return milestone.model_copy(update={"at": at, "day": (local_date(at, ZONE) - DUE).days})


if __name__ == "__main__":
    FILE.write_text(drawn(), encoding="utf-8")
