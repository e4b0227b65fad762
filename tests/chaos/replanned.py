"""The operator moves an open invoice to another policy; nothing comes before a day that a mail named.

Its policy keeps the hours of its department, if it has any.
"""

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from dunning.case.facts import Replan
from dunning.rules.replan import plan_under
from tests.chaos.by_two import by_two
from tests.chaos.draw import POLICIES
from tests.chaos.drawn import Act
from tests.chaos.life import Life
from tests.chaos.offices import in_hours


async def replans(life: Life, act: Act) -> None:
    """Told twice it happens once."""
    number = life.numbers[act.invoice]
    policy = load_policy(POLICIES[int(act.pick * len(POLICIES))], ROOT / "policies")
    policy = by_two(policy, wanted=life.invoices[act.invoice].by_two)
    policy = in_hours(policy, life.invoices[act.invoice].in_hours)
    case = await life.case(number)
    fact = Replan(plan=plan_under(case, policy), by="ana", reason="drawn")
    for _ in range(2 if act.twice else 1):
        await life.attempt(f"{number}: replanned to {policy.name}", lambda: life.made.decisions.decide(number, fact))
    life.plans[number] = (await life.case(number)).plan
