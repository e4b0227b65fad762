"""The ticket about what a person gave by a command, that was kept, and could not be done afterwards."""

from datetime import datetime

from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.records.inbox import InboxEvent, News
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder


def command_not_done(event: InboxEvent, news: tuple[News, ...], at: datetime, why: Exception) -> TicketOrder:
    """Whoever gave it was told that it would be brought, so that a person has to tell them that it was not done."""
    given = next((each.decision or each.fact for each in news), None)
    what = given.kind if given else "something"
    words = ", ".join(f"{name} {value}" for name, value in given or () if name != "kind" and value)
    return TicketOrder(
        invoice=event.invoice,
        account=event.account,
        step=step(StepKind.COMMAND, event.id),
        at=at,
        kind=TicketKind.COMMAND_NOT_DONE,
        subject=f"Not done for {event.invoice}: {what}",
        body=(
            f"A command gave this at {event.at:%Y-%m-%d %H:%M:%S} UTC, when the case could not be reached: {what}"
            f" ({words or event.body}). It was kept and brought later, and nothing of it was done: {why}\n"
            "Tell whoever gave it, and decide again if it still makes sense."
        ),
    )
