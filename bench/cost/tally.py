"""What a case costs Temporal, counted from its history: exact, and the same on every machine."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

_ACTIONS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: 1,
    EventType.EVENT_TYPE_TIMER_STARTED: 1,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: 1,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: 1,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: 1,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: 1,
    EventType.EVENT_TYPE_MARKER_RECORDED: 1,
}
"""Events that Temporal Cloud bills as an Action. Each retry of an activity is one more."""


@dataclass(frozen=True)
class Cost:
    """One history, without the events of virtual time. `activities` are the effects outside."""

    events: int = 0
    bytes: int = 0
    workflow_tasks: int = 0
    actions: int = 0
    activities: int = 0
    timers: int = 0

    def __sub__(self, earlier: "Cost") -> "Cost":
        """What came since `earlier`."""
        return Cost(
            self.events - earlier.events,
            self.bytes - earlier.bytes,
            self.workflow_tasks - earlier.workflow_tasks,
            self.actions - earlier.actions,
            self.activities - earlier.activities,
            self.timers - earlier.timers,
        )


def cost(history: Iterable[HistoryEvent]) -> Cost:
    """Count a history."""
    events = [event for event in history if not _of_virtual_time(event)]
    kinds = Counter(event.event_type for event in events)
    retries = sum(max(0, event.activity_task_started_event_attributes.attempt - 1) for event in events)
    return Cost(
        events=len(events),
        bytes=sum(event.ByteSize() for event in events),
        workflow_tasks=kinds[EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED],
        actions=sum(kinds[kind] * number for kind, number in _ACTIONS.items()) + retries,
        activities=kinds[EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED],
        timers=kinds[EventType.EVENT_TYPE_TIMER_STARTED],
    )


def _of_virtual_time(event: HistoryEvent) -> bool:
    """A skip, or the request for one."""
    skipped = event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED
    return skipped or event.workflow_execution_options_updated_event_attributes.time_skipping_config_updated
