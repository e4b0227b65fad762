"""Which of a processor's subscriptions pays for which account: people say so, and see what it pays."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.case.habit import Habit
from dunning.ports.accounts import Accounts
from dunning.ports.outages import GatewayRefusedError
from dunning.ports.processors import NoSuchProcessorSubscriptionError, Processor, ProcessorRecords
from dunning.ports.subscriptions import SubscriptionRecords
from dunning.records.processor_subscriptions import COMPANIES, ProcessorSubscription, company_of
from operations.accounts.write import known
from operations.errors import RefusedError
from operations.money.deliver_news import Deliver
from operations.processors.doctor import PaymentDoctor
from operations.processors.look import LookAtProcessor
from operations.processors.processors import Processors

_NOT_SET_UP = (
    "it is PayPal's, which is not set up: set REPRIEVE_PAYPAL_CLIENT and REPRIEVE_PAYPAL_SECRET. Ids of Stripe's begin "
    "with sub_"
)


class LinkRecords(ProcessorRecords, Accounts, SubscriptionRecords, Protocol):
    """The links, and what they lead to."""


class NewLink(NamedTuple):
    """`id` is the processor's own; `subscription` ours whose invoices it pays, or empty for all of the account's.

    `counts_from`: what it paid before is none of ours; None: from now on.
    """

    id: str
    account: str
    subscription: str
    counts_from: datetime | None
    by: str


class Linked(NamedTuple):
    """The link as it is now, whether that is new, how many of its payments were brought to invoices.

    `warned`: the customer is told of that by mail.
    """

    link: ProcessorSubscription
    changed: bool
    told: int = 0
    warned: Habit | None = None


class ProcessorLinks:
    """All are safe to repeat, and raise RefusedError and OutageError. `clock` is the wall's.

    Of a company that is not set up links can be looked at and removed, not more.
    """

    def __init__(
        self,
        processors: Processors,
        store: LinkRecords,
        look: LookAtProcessor,
        deliver: Deliver,
        *,
        clock: Callable[[], datetime],
        doctor: PaymentDoctor,
    ) -> None:
        self._processors = processors
        self._store = store
        self._look = look
        self._deliver = deliver
        self._clock = clock
        self._doctor = doctor

    async def add(self, new: NewLink) -> Linked:
        """Link it, and count what it paid since. Of a link that is there only what is said anew changes."""
        processor = self._processors.of(new.id)
        if processor is None:
            raise RefusedError(_NOT_SET_UP, about=new.id)
        if not new.by.strip():
            raise RefusedError("it must not be empty", field="by")
        await known(self._store, new.account)
        await self._check_subscription(new)
        before = await self._store.processor_subscription(new.id)
        if before and before.account != new.account:
            why = f"it pays for account {before.account!r}; remove that link first"
            raise RefusedError(why, about=new.id)
        link = await self._made(new, before, processor)
        await self._store.put_processor_subscription(link)
        try:
            told = await self._look.tell(new.id, self._deliver)
        except GatewayRefusedError as error:
            raise RefusedError(str(error), about=new.id) from None
        warned = await self._doctor.warn(await self.known(new.id))
        return Linked(await self.known(new.id), before is None or _said(before) != _said(link), told, warned)

    async def all(self, account: str = "") -> tuple[ProcessorSubscription, ...]:
        """Those of the account, or of all, as they were looked at last."""
        if account:
            await known(self._store, account)
        return await self._store.processor_subscriptions(account)

    async def known(self, name: str) -> ProcessorSubscription:
        """The one of that id. Raises RefusedError when it is not linked."""
        found = await self._store.processor_subscription(name)
        if found is None:
            raise RefusedError("it is not linked to an account; `starter.py processor-subscription list`", about=name)
        return found

    async def remove(self, name: str) -> bool:
        """Forget the link: what it pays from now on is not looked at. False when there is none.

        The processor is not told: it goes on taking money until somebody cancels it there.
        """
        return await self._store.remove_processor_subscription(name)

    async def _check_subscription(self, new: NewLink) -> None:
        if not new.subscription:
            return
        ours = await self._store.subscription(new.subscription)
        if ours is None:
            raise RefusedError(f"there is no subscription {new.subscription!r}", field="subscription")
        if ours.account != new.account:
            raise RefusedError(f"{new.subscription} is of account {ours.account!r}", field="subscription")

    async def _made(
        self, new: NewLink, before: ProcessorSubscription | None, processor: Processor
    ) -> ProcessorSubscription:
        try:
            terms = await processor.terms(new.id)
        except NoSuchProcessorSubscriptionError:
            name = COMPANIES[company_of(new.id)]
            raise RefusedError(f"{name} knows no subscription of that id", about=new.id) from None
        except GatewayRefusedError as error:
            raise RefusedError(str(error), about=new.id) from None
        since = new.counts_from or (before.counts_from if before else self._clock())
        return ProcessorSubscription(
            id=new.id,
            account=new.account,
            subscription=new.subscription,
            counts_from=since,
            linked_by=new.by,
            warned=before.warned if before else "",
            stopped_by_us=before.stopped_by_us if before else False,
            terms=terms,
            looked_at=self._clock(),
        )


def _said(link: ProcessorSubscription) -> tuple[object, ...]:
    return link.account, link.subscription, link.counts_from
