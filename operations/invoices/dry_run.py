"""What opening invoices would do: to whom, when, and in what they differ from what is known. Nothing is written."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Literal, NamedTuple, Protocol

from dunning.calendar import local_date
from dunning.case.case import Case, Opened, open_case
from dunning.case.facts import Exemption
from dunning.level import Level
from dunning.policy.plan import CONSEQUENCES, Action
from dunning.ports.accounts import Accounts
from dunning.records.accounts import Account, is_exempt
from dunning.rules.upcoming import Coming, upcoming
from dunning.windows.shut import Shut
from operations.accounts.last_word import last_word
from operations.errors import MergedAccountError, RefusedError
from operations.invoices.differences import KnownCases, differences, known_facts, other_account
from operations.invoices.moving_in import moved_in
from operations.invoices.new_invoice import NewInvoice, account_of, fitting
from operations.invoices.opened_many import Checked
from operations.windows.shut import ShutFrom

STEPS = 3
"""How many steps to come are told of each; the first consequence is, too, if it comes later."""
Would = Literal["would start", "already running", "already closed"]


class Known(KnownCases, Accounts, Protocol):
    """What is known of accounts and invoices."""


class WouldOpen(NamedTuple):
    """What would become of one. `case` is as it would begin at `at`; None for one that is known: it stays as it is."""

    place: int
    invoice: str
    account: str
    would: Would
    differs: tuple[str, ...]
    at: datetime
    case: Case | None
    coming: tuple[Coming, ...] = ()

    @property
    def at_once(self) -> tuple[Coming, ...]:
        """What would happen as soon as it is started."""
        return tuple(each for each in self.coming if each.at <= self.at)


class DryRun:
    """Reads the store only. `clock` is the wall's.

    The account's credit, and rests that earlier invoices left, are not counted.
    """

    def __init__(self, store: Known, shut: ShutFrom, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._shut = shut
        self._set: Shut | None = None
        self._clock = clock

    async def of(self, each: Checked) -> WouldOpen:
        """What would become of it now. Raises RefusedError, OutageError."""
        new, now = each.new, self._clock()
        known = await self._store.invoice(new.invoice)
        if wrong := other_account(new, known):
            raise RefusedError(wrong, about=new.invoice)
        try:
            account = await self._store.account(new.account)
        except LookupError:
            account = None
        if account and account.id != new.account:
            raise MergedAccountError(new.account, account.id)
        kept = account if known and account else account_of(new, account)
        differs = differences(new, await known_facts(self._store, known), kept) if known or account else ()
        if known:
            would: Would = "already closed" if known.status == "closed" else "already running"
            return WouldOpen(each.place, new.invoice, new.account, would, differs, now, None)
        plan = fitting(new, each.policy, account.zone if account else "")
        exempt = await self._exempt(new, account, plan.zone) if account else None
        moved = moved_in(new, plan, now, Level(new.level or Level.ACTIVE))
        opened = Opened(
            invoice=new.invoice_facts(), plan=plan, reach="outside", generation=0, exempt=exempt, moved_in=moved
        )
        case = open_case(opened, now)
        first = tuple(_first(case, now, await self._what_is_set(now)))
        return WouldOpen(each.place, new.invoice, new.account, "would start", differs, now, case, first)

    async def _what_is_set(self, now: datetime) -> Shut:
        """Read once: a file may have many rows."""
        self._set = self._set or await self._shut(now)
        return self._set

    async def _exempt(self, new: NewInvoice, account: Account, zone: str) -> Exemption | None:
        exempt = is_exempt(account, new.pays_for, local_date(self._clock(), zone))
        return await last_word(self._store, account.id, new.pays_for) if exempt else None


def _first(case: Case, now: datetime, shut: Shut) -> Iterator[Coming]:
    """Without looks at a card, which nobody notices."""
    road = (each for each in upcoming(case, now, shut.until) if each.step.action is not Action.CARD)
    first = list(islice(road, STEPS))
    yield from first
    if not any(each.step.action in CONSEQUENCES for each in first):
        yield from islice((each for each in road if each.step.action in CONSEQUENCES), 1)
