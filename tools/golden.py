"""What a workflow history says that replay by itself does not notice: timer durations and activity arguments.

One line per timer and per activity, in the order of the history: the golden text that lies beside each committed one.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent


@dataclass(frozen=True)
class Command:
    """One timer or activity. `label` is for people: a timer's summary; two commands that differ in it do the same."""

    kind: str
    what: str
    argument: str = ""
    label: str = ""

    def text(self) -> str:
        """`timer 864000.000000s # charge · ...` or `activity charge queue=-charging {"invoice":...}`."""
        return " ".join(
            part for part in (self.kind, self.what, self.argument, self.label and f"# {self.label}") if part
        )


def timer(timeout: Duration, summary: Payload) -> Command:
    """A timer, with its label."""
    label = json.loads(summary.data) if summary.data else ""
    return Command("timer", f"{timeout.ToTimedelta().total_seconds():.6f}s", label=label)


def activity(name: str, queue: str, main_queue: str, arguments: Iterable[Payload]) -> Command:
    """An activity, with the suffix of its queue and its whole argument."""
    suffix = queue.removeprefix(main_queue) or "(main)"
    return Command("activity", f"{name} queue={suffix}", " ".join(_compact(each) for each in arguments))


def commands(events: Iterable[HistoryEvent]) -> list[Command]:
    """The timers and activities of a history."""
    found: list[Command] = []
    queue = ""
    for event in events:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                queue = event.workflow_execution_started_event_attributes.task_queue.name
            case EventType.EVENT_TYPE_TIMER_STARTED:
                timeout = event.timer_started_event_attributes.start_to_fire_timeout
                found.append(timer(timeout, event.user_metadata.summary))
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                asked = event.activity_task_scheduled_event_attributes
                found.append(activity(asked.activity_type.name, asked.task_queue.name, queue, asked.input.payloads))
            case _:
                pass
    return found


def text(events: Iterable[HistoryEvent]) -> str:
    """The golden file of a history."""
    return "".join(f"{command.text()}\n" for command in commands(events))


def _compact(payload: Payload) -> str:
    argument = json.loads(payload.data)
    if isinstance(argument, dict) and "snapshot" in argument:
        # The case, compressed: its bytes depend on the machine's zlib, and nothing is decided by them.
        argument["snapshot"] = "..." if argument["snapshot"] else ""
    return json.dumps(argument, separators=(",", ":"), ensure_ascii=False)
