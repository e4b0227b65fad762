"""Plays a story on virtual time: the real workflow, the real doors, the sandbox companies."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from dunning.calendar import instant, local
from dunning.case.case import Case
from dunning.names import workflow_id
from dunning.policy.file import Policy
from dunning.policy.plan import Plan
from dunning.policy.timeline import plan_for
from dunning.records.credit import Credit
from dunning.records.mail import NoticeCopy
from operations.windows.windows import NewWindow
from sandbox.mail.books import Message
from sandbox.panel.books import Change
from sandbox.payments.books import Charge
from sandbox.stage.stage import Stage
from sandbox.story.people import Doors, Told
from sandbox.story.story import Happening, Pay, Story
from workflows.invoice import InvoiceDunning

A_BIT = timedelta(minutes=30)
"""Things happen this long after the steps of their day."""

PATIENCE = 60.0
"""Real seconds that one stretch of virtual time may take."""

_GLANCE = 0.02
"""Real seconds between two looks at a case."""

Handle = WorkflowHandle[InvoiceDunning, str]


class StuckError(RuntimeError):
    """A case does not get on: something it needs fails again and again."""


@dataclass(frozen=True)
class Life:
    """What became of a story. `outcome` is empty while the case is open; `now` is the time in the story."""

    story: Story
    case: Case
    outcome: str
    run_id: str
    now: datetime
    told: tuple[Told, ...]
    notices: tuple[NoticeCopy, ...]
    credits: tuple[Credit, ...]
    charges: tuple[Charge, ...]
    mails: tuple[Message, ...]
    panel: tuple[Change, ...]


async def play(stage: Stage, skipper: TimeSkipper, story: Story, policy: Policy | None = None) -> Life:
    """Play it to its end. Each story needs a skipper of its own, an account and an address that no other has.

    Raises ValueError when the story does not fit its policy, StuckError when it does not get to its end.
    """
    policy = policy or load_policy(story.row.policy, ROOT / "policies")
    plan = plan_for(policy, story.row.invoice_facts(), story.row.zone or "")
    for behaviour in story.charge_scripts(plan):
        await stage.companies.payments.script(story.row.account, behaviour)
    for window in _windows(story, plan):
        await stage.made(skipper.client).windows.add(window)
    with skipper.with_time_skipping_disabled():
        row = stage.with_probes(await stage.with_payer(story.row))
        await stage.open(skipper.client, row, policy)
    handle = skipper.client.get_workflow_handle_for(InvoiceDunning.run, workflow_id(story.row.invoice))
    doors = Doors(stage, skipper, handle, story.row)
    for day, several in groupby(story.happenings(), key=lambda happening: happening.day):
        doors.moment = _moment(story, plan, day)
        await forward(skipper, handle, doors.moment)
        await _happen(doors, list(several))
    await forward(skipper, handle, _moment(story, plan, story.last_day))
    return await _seen(stage, skipper, handle, story, tuple(doors.told))


async def forward(skipper: TimeSkipper, handle: WorkflowHandle[Any, Any], until: datetime) -> None:
    """Let the own time of a case or subscription pass until then, or until it ends. Raises StuckError.

    Time is skipped only while nothing is being done, so every step up to then is over.
    """
    missing = until - await skipper.get_current_time(handle)
    if missing <= timedelta(0):
        return
    try:
        async with asyncio.timeout(PATIENCE):
            await skipper.fast_forward(handle, missing)
            await at_rest(handle)
    except TimeoutError:
        raise StuckError(await _why_stuck(handle)) from None
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # it has ended
            raise


async def at_rest(handle: WorkflowHandle[Any, Any]) -> None:
    """Wait until nothing is being done: on a busy machine a skip may be told before its last step is over."""
    while True:
        seen = (await handle.describe()).raw_description
        if not seen.pending_activities and not seen.HasField("pending_workflow_task"):
            return
        await asyncio.sleep(_GLANCE)


async def _why_stuck(handle: WorkflowHandle[Any, Any]) -> str:
    pending = (await handle.describe()).raw_description.pending_activities
    tries = [f"{p.activity_type.name}, try {p.attempt}: {p.last_failure.message or 'no answer yet'}" for p in pending]
    return f"{handle.id} did not get on for {PATIENCE:.0f} s ({'; '.join(tries) or 'no activity is pending'})"


def _moment(story: Story, plan: Plan, day: int) -> datetime:
    """A bit after the last step of that day, or after the policy's usual hour."""
    steps = [m.at for m in plan.milestones if m.day == day] or [
        instant(story.row.due + timedelta(days=day), local(plan.milestones[0].at, plan.zone).time(), plan.zone)
    ]
    return max(steps) + A_BIT


def _windows(story: Story, plan: Plan) -> list[NewWindow]:
    found: list[NewWindow] = []
    for closes in story.closes:
        since = _moment(story, plan, closes.day) - A_BIT - timedelta(hours=1)
        until = since + timedelta(hours=closes.hours)
        found.append(NewWindow(since, until, plan.zone, "a new billing system", "ada"))
    return found


async def _happen(doors: Doors, several: list[Happening]) -> None:
    payments = [happening for happening in several if isinstance(happening, Pay)]
    for happening in several:
        if happening not in payments:
            await doors.happen(happening)
    await doors.pay(payments)


async def _seen(stage: Stage, skipper: TimeSkipper, handle: Handle, story: Story, told: tuple[Told, ...]) -> Life:
    row, companies = story.row, stage.companies
    seen = await handle.describe()
    closed = seen.status is WorkflowExecutionStatus.COMPLETED
    mails, users = await companies.mail.books(), [service.user for service in row.services]
    return Life(
        story=story,
        case=await handle.query(InvoiceDunning.case),
        outcome=await handle.result() if closed else "",
        run_id=seen.run_id,
        now=await skipper.get_current_time(handle),
        told=told,
        notices=await stage.store.notices(row.invoice),
        credits=await stage.store.credits(row.account),
        charges=tuple((await companies.payments.books()).of(row.account)),
        mails=tuple(mails.to(row.emails[0])) if row.emails else (),
        panel=tuple((await companies.panel.books()).changes(users[0])) if users else (),
    )
