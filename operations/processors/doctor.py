"""Telling customers whose own subscription at a processor will always pay too late, or too little, and what helps."""

import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple, Protocol

from dunning.calendar import Offset, add_offset
from dunning.case.habit import Habit
from dunning.fleet.payment_dates import Bill, habit, reminds
from dunning.money import Money
from dunning.notices.payment_date import payment_date_notice
from dunning.policy.file import Policy
from dunning.ports.accounts import Accounts
from dunning.ports.companies import NoticeStarter
from dunning.ports.invoices import Invoices
from dunning.ports.outages import OutageError, StoreOutageError
from dunning.ports.processors import ProcessorRecords
from dunning.ports.subscriptions import SubscriptionRecords
from dunning.records.accounts import Account
from dunning.records.processor_subscriptions import ProcessorSubscription
from operations.cases.look import CaseOf
from operations.invoices.check_invoice import Policies

AHEAD = 14
"""So many due dates after the first are looked at: none pays so far ahead."""
log = logging.getLogger("reprieve.operations")


class DoctorRecords(ProcessorRecords, SubscriptionRecords, Accounts, Invoices, Protocol):
    """The links, and what they pay for."""


class Found(NamedTuple):
    """What is wrong with a link, whose it is, and the zone of its dates."""

    habit: Habit
    account: Account
    zone: str


class PaymentDoctor:
    """All raise OutageError. `clock` is the wall's."""

    def __init__(
        self,
        store: DoctorRecords,
        case_of: CaseOf,
        policies: Policies,
        notices: NoticeStarter,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._case_of = case_of
        self._policies = policies
        self._notices = notices
        self._clock = clock

    async def warn(self, link: ProcessorSubscription) -> Habit | None:
        """Have the customer told what is wrong, once as long as it is the same; what was told now."""
        found = await self.look(link)
        if found is None or found.habit.key == link.warned:
            return None
        await self._notices.send(payment_date_notice(found.habit, found.account, found.zone, self._clock()))
        await self._store.note_processor_subscription(link.model_copy(update={"warned": found.habit.key}))
        return found.habit

    async def all(self) -> list[Found]:
        """What is wrong with every link, by its id; one whose case cannot be asked now is left out, with a warning."""
        found = [await self._looked(each) for each in await self._store.processor_subscriptions()]
        return [each for each in found if each]

    async def _looked(self, link: ProcessorSubscription) -> Found | None:
        try:
            return await self.look(link)
        except StoreOutageError:
            raise
        except OutageError as error:
            log.warning("%s cannot be looked at now: %s", link.id, error)
            return None

    async def look(self, link: ProcessorSubscription) -> Found | None:
        """What is wrong with it; None: nothing, or nobody can say."""
        try:
            account = await self._store.account(link.account)
            policy, bill = await self._bill(link) or (None, None)
        except (LookupError, ValueError) as error:  # the policy's file is gone, or wrong
            log.warning("%s cannot be looked at: %s", link.id, error)
            return None
        if policy is None or bill is None:
            return None
        zone = account.zone or policy.zone
        wrong = habit(link, bill, zone)
        return wrong and Found(wrong, account, zone)

    async def _bill(self, link: ProcessorSubscription) -> tuple[Policy, Bill] | None:
        """Of the one subscription of ours that it pays, or else of the account's last invoice, month by month."""
        its = [each for each in await self._store.subscriptions(link.account) if not each.ended]
        its = [each for each in its if not link.subscription or each.id == link.subscription]
        if len(its) == 1:
            agreed, first = its[0].next_terms, max(its[0].number - 1, its[0].next_terms.schedule.first)
            dues = [agreed.schedule.renewal(first + each) for each in range(AHEAD)]
            policy = self._policies(agreed.terms.policy)
            return policy, _bill(policy, dues, agreed.terms.amount)
        known = (await self._store.all_invoices(link.account))[-1:]
        case = await self._case_of(known[0].number) if known else None
        if case is None:
            return None
        policy, due = self._policies(known[0].policy), case.invoice.due
        dues = [add_offset(due, Offset(months=each)) for each in range(AHEAD)]
        return policy, _bill(policy, dues, case.invoice.amount)


def _bill(policy: Policy, dues: list[date], owed: Money) -> Bill:
    return Bill(dues, owed, reminds(policy, dues[0]), policy.processor.wait_days)
