"""The notice to a customer whose services are restricted for a reason other than money (S2-17)."""

from datetime import datetime

from dunning.case.orders import NoticeOrder
from dunning.coverage import about
from dunning.holds import Hold
from dunning.level import Level
from dunning.money import Money
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.records.accounts import Account
from dunning.services.hold_reasons import category, name

TITLES = {
    Level.WARNED: "Service Warning",
    Level.LOCKED: "Service Locked",
    **dict.fromkeys((Level.SUSPENDED, Level.INACTIVE, Level.DELETED), "Service Suspended"),
}
"""What the notice is called, by the level that the hold asks for."""
_NOTHING = Money.zero("USD")


def hold_notice(hold: Hold, account: Account, now: datetime) -> NoticeOrder:
    """The order for it. It concerns no invoice, and staff's own note is not in it.

    Its step makes it one notice for each hold, level and time of placing, however often it is ordered.
    """
    what = name(category(hold.source))
    what_and_when = hold.source, hold.level.value, f"{hold.since:%Y%m%dT%H%M%SZ}"
    return NoticeOrder(
        invoice="",
        account=account.id,
        step=step(StepKind.HOLD, account.id, hold.service, *what_and_when),
        at=now,
        title=f"{TITLES[hold.level]}: {what[0].upper()}{what[1:]}",
        policy="",
        zone=account.zone or "UTC",
        due=now.date(),
        balance=_NOTHING,
        level=hold.level,
        remaining=(hold.source,),
        covers=about(hold.service),
    )
