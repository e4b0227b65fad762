"""Listens to what the workflow's code commands while a history is replayed.

Replay compares the kinds of commands with the history and nothing more: a timer of another length or an activity with
another argument passes unnoticed. So this notes each timer and activity just as it goes out of the sandbox.
"""

from typing import Any, Protocol

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_commands.workflow_commands_pb2 import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tools.golden import Command, activity, timer
from workflows.invoice import InvoiceDunning
from workflows.subscription import SubscriptionRenewal


class Activate(Protocol):
    """How the SDK hands a workflow its news and takes its commands."""

    def __call__(self, act: WorkflowActivation) -> WorkflowActivationCompletion: ...


class Tap(WorkflowRunner):
    """The normal sandbox, overheard."""

    def __init__(self) -> None:
        self._sandbox = SandboxedWorkflowRunner()
        self.heard: list[Command] = []

    def prepare_workflow(self, defn: Any) -> None:
        self._sandbox.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        instance = self._sandbox.create_instance(det)
        instance.activate = self._overheard(instance.activate, det.info.task_queue)
        return instance

    def _overheard(self, activate: Activate, main_queue: str) -> Activate:
        def activate_and_note(act: WorkflowActivation) -> WorkflowActivationCompletion:
            completion = activate(act)
            self._note(list(completion.successful.commands), main_queue)
            return completion

        return activate_and_note

    def _note(self, commands: list[WorkflowCommand], main_queue: str) -> None:
        # A timer that is cancelled in the same breath never reaches the server.
        cancelled = {each.cancel_timer.seq for each in commands if each.HasField("cancel_timer")}
        for each in commands:
            if each.HasField("start_timer") and each.start_timer.seq not in cancelled:
                self.heard.append(timer(each.start_timer.start_to_fire_timeout, each.user_metadata.summary))
            if each.HasField("schedule_activity"):
                asked = each.schedule_activity
                self.heard.append(activity(asked.activity_type, asked.task_queue, main_queue, asked.arguments))


async def commanded(history: WorkflowHistory) -> tuple[list[Command], str]:
    """What today's code commands when it meets this history, and replay's own complaint (empty: it has none)."""
    tap = Tap()
    replayer = Replayer(
        workflows=[InvoiceDunning, SubscriptionRenewal],
        data_converter=pydantic_data_converter,
        workflow_runner=tap,
        namespace="default",
    )
    # Under its own id: what a signature is checked for holds it.
    own = WorkflowHistory(history.events[0].workflow_execution_started_event_attributes.workflow_id, history.events)
    result = await replayer.replay_workflow(own, raise_on_replay_failure=False)
    return tap.heard, str(result.replay_failure or "")
