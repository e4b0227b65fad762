"""The announcement of a maintenance window, which goes to every customer before it starts (S0-02, S0-09)."""

from datetime import datetime
from typing import NamedTuple

from dunning.case.closure import Closure
from dunning.case.orders import NoticeOrder
from dunning.money import Money
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import key, key_of_notice, read, step, step_of
from dunning.windows.window import Window

TITLE, CHANGED = "Planned Maintenance", "Changed Maintenance"
"""The second one when other hours of the same window were announced before."""


class Addressee(NamedTuple):
    """An account, its own zone (empty: nobody said), and its first address that works (empty: none)."""

    account: str
    zone: str
    email: str


def announcement(window: Window, closure: Closure, to: Addressee, now: datetime, *, changed: bool) -> NoticeOrder:
    """The order for one customer. Its step makes it one notice for these hours, however often it is ordered."""
    return NoticeOrder(
        invoice="",
        account=to.account,
        step=step(StepKind.ANNOUNCE, window.id, hours_in_name(window), to.account),
        at=now,
        title=CHANGED if changed else TITLE,
        policy="",
        zone=to.zone or window.zone,
        due=now.date(),
        balance=Money.zero("USD"),
        closures=(closure,),
    )


def begins_with(window: str) -> str:
    """How the ids of all copies of a window's announcements begin, whatever hours they name."""
    return key("", step(StepKind.ANNOUNCE, window, "", "")).removesuffix(":")


def told(copies: tuple[str, ...], window: Window) -> tuple[set[str], bool]:
    """Of these copies, by id: the accounts that were told of the hours as they are, and whether any of others was."""
    names = [read(step_of(key_of_notice(copy))).ids for copy in copies]
    same = {account for _, hours, account in names if hours == hours_in_name(window)}
    return same, any(hours != hours_in_name(window) for _, hours, _ in names)


def hours_in_name(window: Window) -> str:
    """What makes the same window, moved, another one to tell of."""
    return f"{window.since:%Y%m%dT%H%MZ}-{window.until:%Y%m%dT%H%MZ}"
