"""Lives to be counted: real cases on a stage, on virtual time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from bench.cost.tally import Cost, cost
from dunning.calendar import local
from dunning.names import workflow_id
from dunning.policy.file import Policy
from dunning.policy.plan import Action, Milestone
from dunning.policy.timeline import plan_for
from operations.invoices.new_invoice import NewInvoice
from sandbox.stage.stage import Stage
from sandbox.story.play import A_BIT, forward
from workflows.invoice import InvoiceDunning

POLICIES = ("a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default")


@dataclass(frozen=True)
class Marginal:
    """What one day of a policy costs: its milestones, and all effects that follow from them."""

    policy: str
    day: int
    milestones: tuple[str, ...]
    cost: Cost
    fees: int

    @property
    def effects(self) -> int:
        """What it does: calls to somebody, and fees."""
        return self.cost.activities + self.fees


def zone_where_it_is(hour: int, now: datetime) -> str:
    """A zone in which the clock shows that hour now."""
    offset = (hour - now.astimezone(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-offset:+d}"


def a_row(name: str, policy: Policy, days_before_due: int) -> NewInvoice:
    """An invoice due so many days from now, in a zone where the policy's hour has just begun."""
    now = datetime.now(UTC)  # noqa: TID251 - a life starts on the real today, and plays ahead of it
    zone = zone_where_it_is(policy.hour.hour, now)
    row = {
        "invoice": name,
        "account": name.lower(),
        "customer": "Example Bakery",
        "emails": [f"{name.lower()}@bench.example"],
        "amount": f"{policy.currency} 19.99",
        "due": local(now, zone).date() + timedelta(days=days_before_due),
        "policy": policy.name,
        "zone": zone,
        "services": [{"user": name.lower()}],
    }
    return NewInvoice.model_validate(row)


async def paid_on_its_due_date(stage: Stage, name: str, days_before_due: int) -> Cost:
    """Opened so many days ahead under a-small-orange, charged on its due date, closed."""
    policy = load_policy("a-small-orange", ROOT / "policies")
    skipper = await stage.skipper()
    await stage.open(skipper.client, await stage.with_payer(a_row(name, policy, days_before_due)), policy)
    handle = skipper.client.get_workflow_handle_for(InvoiceDunning.run, workflow_id(name))
    if await handle.result() != "paid":
        msg = f"{name} was not paid"
        raise RuntimeError(msg)
    return cost((await handle.fetch_history()).events)


async def never_paid(stage: Stage, name: str, policy_name: str) -> list[Marginal]:
    """A life without money, looked at after each day on which its policy does something by itself."""
    policy = load_policy(policy_name, ROOT / "policies")
    row = a_row(name, policy, 15)
    await stage.companies.payments.script(row.account, "no_method", None)
    skipper = await stage.skipper()
    with skipper.with_time_skipping_disabled():
        await stage.open(skipper.client, await stage.with_payer(row), policy)
    handle = skipper.client.get_workflow_handle_for(InvoiceDunning.run, workflow_id(name))
    await forward(skipper, handle, await skipper.get_current_time(handle) + A_BIT)
    before, found = cost((await handle.fetch_history()).events), list[Marginal]()
    for day, several in groupby(plan_for(policy, row.invoice_facts(), row.zone or "").milestones, key=lambda m: m.day):
        milestones = list(several)
        if any(milestone.approvals for milestone in milestones):
            break  # from here on a person decides
        await forward(skipper, handle, milestones[-1].at + A_BIT)
        now = cost((await handle.fetch_history()).events)
        found.append(Marginal(policy_name, day, _names(milestones), now - before, _fees(milestones, policy)))
        before = now
    return found


def _names(milestones: Sequence[Milestone]) -> tuple[str, ...]:
    return tuple(milestone.name for milestone in milestones)


def _fees(milestones: Sequence[Milestone], policy: Policy) -> int:
    late = sum(milestone.action is Action.LATE_FEE for milestone in milestones)
    return late + sum(milestone.action is Action.SUSPEND for milestone in milestones if policy.reinstatement.fee)
