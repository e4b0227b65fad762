"""What a customer is shown of an invoice: what is owed now, what happens next, and what else has to be paid."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from adapters.templates.renderer import TemplateRenderer
from dunning.case.case import Case
from dunning.case.decisions import follow_up
from dunning.case.ledger import MONEY_IN, SIGN, Entry, Kind
from dunning.case.orders import HeldFor, NoticeOrder
from dunning.coverage import Coverage
from dunning.holds import OTHER_SOURCES, Hold, Rule
from dunning.level import Level, strictest
from dunning.line import Line
from dunning.money import Money
from dunning.payments.dust import is_dust
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.ports.accounts import Accounts
from dunning.ports.holds import Holds
from dunning.ports.invoices import Invoices
from dunning.records.accounts import Account
from dunning.rules.order_for import order_for
from dunning.rules.state_at import state_at
from dunning.rules.time_ahead import time_ahead
from dunning.services.shared_users import ByUser, restraining
from dunning.windows.near import near
from dunning.windows.shut import Shut
from operations.cases.look import CaseOf
from operations.services.held_for import held_for
from operations.windows.shut import ShutFrom


class InvoiceRecords(Accounts, Holds, Invoices, Protocol):
    """What a customer may see of an invoice."""


PAYABLE = ("scheduled", "open", "overdue", "promised", "awaiting-approval")
"""States in which money for the invoice may be taken. While some is on its way, nobody is asked to pay twice."""
MOST = 20
"""Other invoices that are shown."""


@dataclass(frozen=True)
class Other:
    """Another past-due invoice of the account."""

    number: str
    state: str
    owed: Money
    payable: bool


@dataclass(frozen=True)
class InvoiceView:
    """An invoice as its customer sees it. `state` is its case's, running or closed.

    `services` names those that it pays for; empty: all of the account's. `level` is what they run at, whoever restricts
    them; `other_holds` no payment lifts. `all_past_due`: they come back only when every past-due invoice is paid.
    `lines` are the kinds and amounts that the balance is made of, `billed` what the invoice is for, `payments` how many
    arrived so far.
    `too_small`: what is owed is too little to be paid by itself, and goes to the account's next invoice.
    `gone`: they are deleted, and `next_step` says what can be bought back, and for how much (S3-25).
    """

    number: str
    account: Account
    state: str
    owed: Money
    due: str
    zone: str
    next_step: str
    no_paying: str
    gone: bool
    services: str
    lines: tuple[tuple[str, Money], ...]
    billed: tuple[Line, ...]
    payments: int
    level: Level
    other_holds: tuple[dict[str, Any], ...]
    all_past_due: bool
    others: tuple[Other, ...]
    more: int
    too_small: bool

    @property
    def payable(self) -> bool:
        """Whether there is something to pay, here and now."""
        return self.state in PAYABLE and self.owed.minor > 0 and not self.too_small

    @property
    def restricted(self) -> bool:
        """Whether the customer notices it."""
        return self.level.rank > Level.WARNED.rank

    @property
    def bounced(self) -> tuple[str, ...]:
        """Addresses that our mail came back from (S2-20), shortened: the link may be passed on."""
        back = (contact.email.partition("@") for contact in self.account.contacts if contact.bounced_at)
        return tuple(f"{name[:1]}…@{domain}" for name, _, domain in back)


class InvoiceViews:
    """Asks the case, and the store about the account. All calls raise OutageError and the store's errors.

    `by_user` as the renderer has it.
    """

    def __init__(
        self,
        store: InvoiceRecords,
        case_of: CaseOf,
        renderer: TemplateRenderer,
        clock: Callable[[], datetime],
        *,
        shut: ShutFrom,
        by_user: ByUser = lambda _: False,
    ) -> None:
        self._store = store
        self._case_of = case_of
        self._renderer = renderer
        self._shut = shut
        self._clock = clock
        self._by_user = by_user

    async def of(self, invoice: str) -> InvoiceView | None:
        """The invoice's view; None when nobody knows it."""
        case = await self._case_of(invoice)
        return await self._view(case) if case else None

    async def account_of(self, invoice: str) -> Account | None:
        """Whose invoice it is, as the store has it: to speak the customer's language though no case can be asked."""
        known = await self._store.invoice(invoice)
        try:
            return await self._store.account(known.account) if known else None
        except LookupError:
            return None

    async def _view(self, case: Case) -> InvoiceView:
        now = self._clock()
        account = await self._account(case.invoice.account, case.invoice.customer)
        covers = Coverage(services=case.invoice.pays_for)
        holds = restraining(covers, account.services, await self._store.holds(account.id), self._by_user)
        others, more = await self._others(case, now)
        language = self._renderer.languages.of(account.locale)
        shut = await self._shut(now)
        notice = _notice(case, now, shut, holds, await held_for(self._store, account, case.invoice.number))
        facts = self._renderer.facts(notice, account, language)
        return InvoiceView(
            number=case.invoice.number,
            account=account,
            state=state_at(case, now),
            owed=case.balance,
            due=facts["due"],
            zone=case.plan.zone,
            next_step=facts["next_step"],
            no_paying=facts["no_paying"],
            gone=facts["deleted"] and state_at(case, now) == "deleted",
            services=facts["services"],
            lines=_lines(case),
            billed=case.invoice.lines,
            payments=sum(entry.kind in MONEY_IN for entry in case.entries),
            level=strictest(hold.level for hold in holds),
            other_holds=tuple(self._renderer.remaining(_other_holds(holds), account, language)),
            all_past_due=case.plan.rule is Rule.ALL_PAST_DUE,
            others=others,
            more=more,
            too_small=is_dust(case),
        )

    async def _account(self, account: str, name: str) -> Account:
        try:
            return await self._store.account(account)
        except LookupError:
            return Account(id=account, name=name)

    async def _others(self, case: Case, now: datetime) -> tuple[tuple[Other, ...], int]:
        numbers = await self._store.past_due(case.invoice.account, case.today(now))
        numbers = tuple(number for number in numbers if number != case.invoice.number)
        found = await asyncio.gather(*(self._other(number, now) for number in numbers[:MOST]))
        return tuple(other for other in found if other), len(numbers[MOST:])

    async def _other(self, number: str, now: datetime) -> Other | None:
        case = await self._case_of(number)
        if case is None or case.balance.minor <= 0:
            return None
        how = state_at(case, now)
        return Other(number, how, case.balance, how in PAYABLE)


def _notice(case: Case, now: datetime, shut: Shut, holds: tuple[Hold, ...], others: tuple[HeldFor, ...]) -> NoticeOrder:
    """What a mail of now would say, so that page and mail never differ; of what held the services only what still does.

    What staff restricted at the panel itself is no hold of ours: it stays as the case saw it.
    """
    page = follow_up(step(StepKind.PAY_PAGE), now)
    order = order_for(case, page, now)
    assert isinstance(order, NoticeOrder)
    still = {hold.source for hold in holds}
    remaining = tuple(each for each in order.remaining if each in still or each.startswith("panel:"))
    ahead = time_ahead(case, page, now, shut.until)
    closures = near(shut.windows, now) if case.balance.minor > 0 and not case.lapsed else ()
    return order.model_copy(update={**ahead, "closures": closures, "remaining": remaining, "held_for": others})


def _lines(case: Case) -> tuple[tuple[str, Money], ...]:
    """What the balance is made of; nothing when that is the invoice alone.

    A line that waits for another one (a reversal that overtook its payment) does not count yet: then there is no sum to
    show.
    """
    lines = [(entry.kind, _signed(entry)) for entry in case.entries if entry.kind is not Kind.PARKED]
    adds_up = sum(amount.minor for _, amount in lines) == case.balance.minor
    told = Kind.INVOICE if case.invoice.lines else None  # what it is for stands above it, and comes to the same
    return (
        tuple((kind.value, amount) for kind, amount in lines if kind is not told) if len(lines) > 1 and adds_up else ()
    )


def _signed(entry: Entry) -> Money:
    return entry.amount if SIGN[entry.kind] > 0 else -entry.amount


def _other_holds(holds: tuple[Hold, ...]) -> tuple[str, ...]:
    return tuple(hold.source for hold in holds if hold.source in OTHER_SOURCES and hold.level.rank > Level.WARNED.rank)
