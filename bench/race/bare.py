"""The baseline: a workflow with the timers and activities of a real life, and nothing else."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    EMPTY = "empty"


class Step(BaseModel):
    """A timer of so many seconds, or an empty activity on the queue with that suffix."""

    seconds: float = 0
    queue: str | None = None


class Script(BaseModel):
    """What a bare life does, in order."""

    steps: tuple[Step, ...]


@workflow.defn
class Bare:
    """Waits and calls. No rules, no facts, no search attributes, nothing for people to read."""

    @workflow.run
    async def run(self, script: Script) -> None:
        """Go through the script."""
        for step in script.steps:
            if step.queue is None:
                await workflow.sleep(step.seconds)
            else:
                queue = workflow.info().task_queue + step.queue
                await workflow.execute_activity(EMPTY, task_queue=queue, start_to_close_timeout=timedelta(minutes=2))
