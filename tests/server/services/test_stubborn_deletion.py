"""A deletion that its panel refuses for days asks its case before each try, and a run takes only so many updates.

On real time, because the server's virtual time is broken across runs; here a run takes four updates instead of 2,000.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from dunning import names
from dunning.case.case import Case, Done, going_on, open_case
from dunning.case.outcomes import Ended
from dunning.case.update import changed
from dunning.explain.temporal_ui import shown
from dunning.holds import Hold
from dunning.level import Level
from dunning.policy.plan import LEVEL_OF, Milestone
from dunning.policy.timeline import plan_for
from dunning.records.books import KnownInvoice
from dunning.rules.assumed import delivered
from dunning.rules.machine import decide
from operations.invoices.new_invoice import NewInvoice, account_of
from sandbox.stage.stage import stage
from tests.dunning import examples

PATIENCE = 60
DELETED_ON = 60
"""Hotdoodle's day."""


async def test_a_deletion_that_its_panel_refuses_for_long_goes_on_in_another_run() -> None:
    async with stage(flags=("history.maxTotalUpdates=4",)) as own:
        client = await own.connect()
        now = datetime.now(UTC)
        due = (now - timedelta(days=DELETED_ON + 1)).date()
        row = {
            "invoice": "STUB-1",
            "account": "acct-STUB-1",
            "customer": "Stubborn Bakery",
            "emails": ["books@stubborn.example"],
            "amount": "USD 19.99",
            "due": due,
            "policy": "hotdoodle",
            "services": [{"kind": "website", "user": "u-stub-1"}],
        }
        new = await own.with_payer(NewInvoice.model_validate(row))
        await own.companies.panel.put("u-stub-1", "suspended", "non-payment dun:STUB-1")
        await own.companies.panel.script("u-stub-1", "500", times=None)
        await own.store.put_account(account_of(new, None))
        known = KnownInvoice(number="STUB-1", account=new.account, policy="hotdoodle", due=due)
        generation = await own.store.open_invoice(known)
        await own.store.place_hold(Hold(account=new.account, source="STUB-1", level=Level.SUSPENDED, since=now))
        case = _before_its_deletion(new, generation)
        assert await own.made(client).cases.start(going_on(case, generation), shown(case, decide(case, now)))

        first = client.get_workflow_handle(names.workflow_id("STUB-1"))
        run = (await first.describe()).run_id
        async with asyncio.timeout(PATIENCE):
            while (await first.describe()).run_id == run:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.2)
        await own.companies.panel.forget("u-stub-1")
        async with asyncio.timeout(PATIENCE):
            while (await own.companies.panel.books()).level("u-stub-1") != "deleted":  # noqa: ASYNC110 - nor a panel
                await asyncio.sleep(0.2)


def _before_its_deletion(new: NewInvoice, generation: int) -> Case:
    plan = plan_for(load_policy("hotdoodle", ROOT / "policies"), new.invoice_facts(), "")
    opened = examples.opened("hotdoodle").model_copy(
        update={"invoice": new.invoice_facts(), "plan": plan, "generation": generation}
    )
    case = open_case(opened, plan.milestones[0].at)
    before = [each for each in plan.milestones if each.day < DELETED_ON]
    return changed(case, done=tuple(_done(case, each) for each in before), level=Level.SUSPENDED)


def _done(case: Case, step: Milestone) -> Done:
    kind: Ended = "restricted" if step.action in LEVEL_OF else "delivered" if step.notice else "noted"
    announced = delivered(case, step).announced if kind == "delivered" else None
    return Done(step=step.name, action=step.action, at=step.at, kind=kind, notice=step.notice, announced=announced)
