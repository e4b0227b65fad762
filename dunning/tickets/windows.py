"""The follow-up of a maintenance window, for management: what waited for it, and what became of that (S0-13, S0-22)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import key, step
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder
from dunning.windows.window import CHARGE, PutOff, Window, hours_of

WAITS = "waits"
"""What has no result yet."""
_ALL_DONE = "all have their result"
Followed = Sequence[tuple[PutOff, str]]
"""What waited, in the order in which it would have come, each with its result."""


def follow_up_key(window: str) -> str:
    """Under which the store has the ticket of a window: there is one."""
    return key("", step(StepKind.WINDOW_FOLLOWED_UP, window))


def is_complete(subject: str) -> bool:
    """Whether a ticket of that subject has every result."""
    return subject.endswith(_ALL_DONE)


def window_followed_up(window: Window, found: Followed, at: datetime) -> TicketOrder:
    """Every charge that was not made in the window, with its result, and how many other steps waited. One a window."""
    charges = [(row, result) for row, result in found if row.action == CHARGE]
    others = Counter(f"{row.action}: {result}" for row, result in found if row.action != CHARGE)
    waiting = sum(result == WAITS for _, result in found)
    body = [
        f"Maintenance {window.id}, {hours_of(window, ['UTC'])}: {window.reason}",
        "",
        "Charges that were not made in it, in the order in which they would have come, each with its result:",
        *(f"- {row.invoice} ({row.account}), {row.step}: {result}" for row, result in charges),
        *([] if charges else ["- none"]),
        *(["", "Other steps that waited for its end:"] if others else []),
        *(f"- {count} {what}" for what, count in sorted(others.items())),
        "",
        f"`starter.py window show {window.id}` has each with its time.",
    ]
    so_far = f"{waiting} of {len(found)} step(s) still wait" if waiting else _ALL_DONE
    return TicketOrder(
        invoice="",
        account="",
        step=step(StepKind.WINDOW_FOLLOWED_UP, window.id),
        at=at,
        kind=TicketKind.WINDOW_FOLLOWED_UP,
        subject=f"After maintenance {window.id}: {len(charges)} charge(s) were not made in it; {so_far}",
        body="\n".join(body),
    )
