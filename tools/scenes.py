"""Stories with more doors than people knock at: raw signals and updates, and a company that answers strangely."""

import re
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from pydantic import Field
from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from dunning.calendar import instant
from dunning.names import workflow_id
from dunning.policy.file import Policy
from dunning.policy.plan import Excess, Plan
from dunning.policy.timeline import plan_for
from sandbox.stage.stage import Stage
from sandbox.story.people import Doors
from sandbox.story.play import forward
from sandbox.story.story import Happening, Pay, Story
from workflows.invoice import InvoiceDunning

EVENING = time(18)
"""Things happen at this local hour: after the steps of their day."""

Handle = WorkflowHandle[InvoiceDunning, str]


class Message(Happening):
    """A signal or an update as it may come from anywhere.

    In `body`, "@now" is the time, "@day+9" a date, "@day+9T00:00Z" an instant.
    """

    signal: str = ""
    update: str = ""
    body: Any = None


class Scene(Story):
    """A story to record. `charges` are the gateway's first answers; `excess` replaces the policy's own."""

    messages: tuple[Message, ...] = ()
    charges: tuple[str, ...] = ()
    excess: Excess | None = None
    last_day: int = Field(default=120)

    @property
    def name(self) -> str:
        """The title, fit for a file's name."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

    def happenings(self) -> list[Happening]:
        """What people and programs do, day by day."""
        return sorted((*super().happenings(), *self.messages), key=lambda happening: happening.day)

    def policy(self) -> Policy:
        """Its policy."""
        policy = load_policy(self.row.policy, ROOT / "policies")
        return policy.model_copy(update={"excess": self.excess}) if self.excess else policy


def read_scenes(file: Path) -> list[Scene]:
    """A scene a line. Raises ValidationError."""
    return [Scene.model_validate_json(line) for line in file.read_text().splitlines() if line.strip()]


async def perform(stage: Stage, scene: Scene) -> Handle:
    """Play the scene to its end; afterwards the case has ended, or rests."""
    skipper, policy = await stage.skipper(), scene.policy()
    plan = plan_for(policy, scene.row.invoice_facts(), scene.row.zone or "")
    answers = scene.charge_scripts(plan)
    for behaviour in (*scene.charges, *answers[len(scene.charges) :]):
        await stage.companies.payments.script(scene.row.account, behaviour)
    with skipper.with_time_skipping_disabled():
        await stage.open(skipper.client, await stage.with_payer(scene.row), policy)
    handle = skipper.client.get_workflow_handle_for(InvoiceDunning.run, workflow_id(scene.row.invoice))
    doors = Doors(stage, skipper, handle, scene.row)
    for day, several in groupby(scene.happenings(), key=lambda happening: happening.day):
        await forward(skipper, handle, _evening(scene, plan, day))
        await _happen(doors, skipper, handle, scene, list(several))
    await forward(skipper, handle, _evening(scene, plan, scene.last_day))
    return handle


def _evening(scene: Scene, plan: Plan, day: int) -> datetime:
    return instant(scene.row.due + timedelta(days=day), EVENING, plan.zone)


async def _happen(doors: Doors, skipper: TimeSkipper, handle: Handle, scene: Scene, several: list[Happening]) -> None:
    for happening in several:
        if isinstance(happening, Message):
            body = _filled(happening.body, scene, await skipper.get_current_time(handle))
            await doors.say(happening.signal, happening.update, body)
        elif not isinstance(happening, Pay):
            await doors.happen(happening)
    await doors.pay([happening for happening in several if isinstance(happening, Pay)])


def _filled(body: Any, scene: Scene, now: datetime) -> Any:
    if isinstance(body, dict):
        return {key: _filled(value, scene, now) for key, value in cast("dict[str, Any]", body).items()}
    if body == "@now":
        return now.astimezone(UTC).isoformat()
    if isinstance(body, str) and body.startswith("@day"):
        days, at, clock = body.removeprefix("@day").partition("T")
        return f"{scene.row.due + timedelta(days=int(days))}{at}{clock}"
    return body
