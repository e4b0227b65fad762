"""The removal list: who is due for deletion, why, since when, and who still has to agree (S2-14, S3-23)."""

from collections.abc import Iterable
from datetime import date, datetime

from dunning.case.case import Case
from dunning.case.ledger import Kind
from dunning.case.state import approvers, missing_approvals
from dunning.coverage import Coverage
from dunning.money import Money
from dunning.policy.invoice_number import typed
from dunning.policy.plan import DELETIONS, Action, Milestone
from dunning.rules.upcoming import Waiting, upcoming
from dunning.wire import Instant, Wire

_SINCE = (Action.DEACTIVATE, Action.SUSPEND)


class Removal(Wire):
    """One deletion that is to come: it waits for people, or for its day alone where the policy asks nobody.

    `covers` says which services go, `services` their names once somebody looked. `since` is when it
    became inactive, or was suspended; `on` is the day from which it may happen. `owed` is what is asked for, or was
    when the policy voided the invoice. `backups`: whether the panel has any; None: nobody can say.
    """

    invoice: str
    account: str
    customer: str = ""
    policy: str
    milestone: str
    only_backups: bool = False
    covers: Coverage = Coverage()
    services: tuple[str, ...] = ()
    owed: Money
    due: date
    level: str
    since: Instant | None = None
    on: date
    waits: bool
    needed: int
    given: tuple[str, ...] = ()
    missing: int
    backups: bool | None = None
    backup_fee: Money | None = None
    archive_fee: Money | None = None

    @property
    def command(self) -> str:
        """What a person types who agrees; empty when nobody is missing."""
        return f"starter.py approve {typed(self.invoice)} {self.milestone} --by NAME" if self.missing else ""


def removal(case: Case, now: datetime, waiting: Waiting) -> Removal | None:
    """The deletion that comes next, notices left aside; None when something else does, or none is to come."""
    coming = case.next_beside_notices
    if coming is None or coming.action not in DELETIONS or case.outcome or case.paid_up:
        return None
    comes = next((each for each in upcoming(case, now, waiting) if each.step.name == coming.name), None)
    if comes is None:  # no notice of the plan warns of it, so a person decides
        return None
    restoration = case.plan.restoration
    return Removal(
        invoice=case.invoice.number,
        account=case.invoice.account,
        customer=case.invoice.customer,
        policy=case.plan.policy,
        milestone=coming.name,
        only_backups=coming.action is Action.DELETE_BACKUPS,
        covers=Coverage(services=case.invoice.pays_for, kinds=coming.services),
        owed=_owed(case),
        due=case.invoice.due,
        level=case.level.value,
        since=_since(case),
        on=case.today(comes.at),
        waits=comes.at <= now and missing_approvals(case, coming) > 0,
        needed=coming.approvals,
        given=_given(case, coming),
        missing=missing_approvals(case, coming),
        backup_fee=restoration.backup_fee,
        archive_fee=restoration.archive_fee,
    )


def due_first(found: Iterable[Removal]) -> list[Removal]:
    """Those that wait for people now first, and of these the oldest."""
    return sorted(found, key=lambda each: (not each.waits, each.on, each.invoice))


def _given(case: Case, milestone: Milestone) -> tuple[str, ...]:
    return tuple(sorted(set(approvers(case, milestone))))


def _since(case: Case) -> datetime | None:
    for action in _SINCE:
        found = [done.at for done in case.done if done.action is action and not done.undone]
        if found:
            return found[-1]
    return None


def _owed(case: Case) -> Money:
    voids = [entry.amount for entry in case.entries if entry.kind is Kind.VOID]
    return voids[-1] if case.lapsed and voids else case.balance
