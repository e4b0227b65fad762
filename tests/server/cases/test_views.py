"""What an operator sees: summary, search attributes, current details, labels of timers and activities."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import WorkflowHandle
from temporalio.converter import DataConverter

from adapters.temporal.attributes import KEYS
from dunning import names
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin
from workflows.invoice import InvoiceDunning

ASO = "a-small-orange"


async def attribute(playing: Playing, which: names.Attribute) -> Any:
    return (await playing.handle.describe()).typed_search_attributes.get(KEYS[which])


async def test_search_attributes_follow_the_case_and_filter_it(a_stage: Stage) -> None:
    playing = await begin(a_stage, "VIEW-sa", ASO, decline=1)
    seen = {key.name: await attribute(playing, key) for key in names.ATTRIBUTES}
    assert seen["Account"] == playing.account
    assert (seen["Policy"], seen["State"], seen["ServiceLevel"]) == (ASO, "scheduled", "active")
    assert seen["DueDate"].date() == playing.row.due
    assert (seen["NextMilestone"], seen["BalanceMinor"]) == ("issue", 1999)
    await playing.to_day(10)
    assert await attribute(playing, names.LEVEL) == "suspended"
    assert await attribute(playing, names.STATE) == "open"
    assert await attribute(playing, names.NEXT_MILESTONE) == "deactivate"
    client = await a_stage.connect()
    query = (
        f"Account = '{playing.account}' AND Policy = '{ASO}' AND State = 'open' AND ServiceLevel = 'suspended' "
        "AND BalanceMinor > 0 AND NextMilestone = 'deactivate' "
        f"AND DueDate < '{playing.row.due + timedelta(days=10)}T00:00:00Z' AND DueDate > '2020-01-01T00:00:00Z'"
    )
    async with asyncio.timeout(10):
        while (await client.count_workflows(query)).count != 1:  # noqa: ASYNC110 - the list is the condition
            await asyncio.sleep(0.05)
    await playing.signal()
    await playing.outcome()
    assert await attribute(playing, names.STATE) == "paid"
    assert await attribute(playing, names.BALANCE_MINOR) == 0
    assert await attribute(playing, names.LEVEL) == "active"


async def test_the_summary_and_the_details_tell_state_balance_past_next_and_why(a_stage: Stage) -> None:
    playing = await begin(a_stage, "VIEW-details", ASO, decline=1)
    await playing.to_day(9)
    described = await playing.handle.describe()
    assert await described.static_summary() == f"VIEW-details · Example Bakery · USD 19.99 · due {playing.row.due}"
    details = await _current_details(playing.handle)
    for words in (
        "- **state** overdue, 9 day(s) overdue",
        "- **balance** USD 19.99",
        '09:00 EST · notice sent "Second Invoice Overdue Notice"',
        "09:00 EST · charge declined (card_declined)",
        "- **next** suspend · ",
        "09:00 EST, because the policy a-small-orange says day +10 from the due date",
    ):
        assert words in details, details


async def _current_details(handle: WorkflowHandle[InvoiceDunning, str]) -> str:
    metadata = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return metadata.current_details


async def test_every_timer_and_activity_has_a_label_in_plain_words(a_stage: Stage) -> None:
    playing = await begin(a_stage, "VIEW-labels", "hotdoodle")
    await playing.to_day(60)
    labels = [await _label(event) for event in (await playing.handle.fetch_history()).events if _is_work(event)]
    assert all(labels)
    assert "suspend · day +30 · USD 19.99 owed" in labels
    assert "Monthly Fees Are Due · day +5 · USD 19.99 owed" in labels
    assert any(label.startswith("delete · ") and label.endswith("PST") for label in labels)


def _is_work(event: HistoryEvent) -> bool:
    return event.HasField("timer_started_event_attributes") or event.HasField(
        "activity_task_scheduled_event_attributes"
    )


async def _label(event: HistoryEvent) -> str:
    converter = DataConverter.default
    if not event.user_metadata.HasField("summary"):
        return ""
    return str((await converter.decode([event.user_metadata.summary]))[0])


async def test_no_personal_data_in_ids_attributes_or_logs(a_stage: Stage) -> None:
    playing = await begin(a_stage, "VIEW-private", ASO, decline=1, customer="Zebulon Quux")
    await a_stage.companies.mail.script(playing.email, "defer:451", times=2)
    await playing.to_day(31)
    raw = await (await a_stage.connect()).workflow_service.describe_workflow_execution(
        DescribeWorkflowExecutionRequest(namespace="default", execution={"workflow_id": playing.handle.id})  # type: ignore[arg-type]
    )
    attributes_text = str(raw.workflow_execution_info.search_attributes)
    log = (a_stage.folder / "worker.log").read_text()
    for secret in ("Zebulon", playing.email):
        assert secret not in attributes_text
        assert secret not in log
