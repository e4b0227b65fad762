"""Beginning a subscription: its account and its row in the store, and its workflow, once."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from dunning.policy.file import Policy
from dunning.ports.beginnings import AccountChangedError
from dunning.ports.subscriptions import SubscriptionRecords, Subscriptions
from dunning.records.accounts import Account
from dunning.subscriptions.subscription import Subscription
from operations.errors import MergedAccountError, RefusedError
from operations.invoices.new_invoice import account_of, named_ids, other_brand, unknown_services
from operations.subscriptions.check_subscription import not_past
from operations.subscriptions.new_subscription import NewSubscription, begun

Outcome = Literal["started", "already there", "changed"]


class SubscribeRecords(SubscriptionRecords, Protocol):
    """Subscriptions, and their accounts."""

    async def accounts(self, names: Collection[str]) -> Mapping[str, Account]:
        """Those of these accounts that are known, or what they were merged into, by id."""
        ...


class Subscribed(NamedTuple):
    """What became of it. `differs` names what it says otherwise than is known: that stays as it is."""

    outcome: Outcome
    subscription: Subscription
    differs: tuple[str, ...] = ()


class Subscribe:
    """Safe to repeat after a crash at any point: what is there already stays. `clock` is the wall's."""

    def __init__(self, store: SubscribeRecords, workflows: Subscriptions, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._workflows = workflows
        self._clock = clock

    async def look(self, new: NewSubscription, policy: Policy) -> Subscribed:
        """What `subscribe` would do; nothing is written. Raises RefusedError, OutageError."""
        subscription, _, _ = await self._read(new, policy)
        if known := await self._as_known(subscription, new):
            return known
        not_past(new, self._clock().date())
        return Subscribed("started", subscription)

    async def subscribe(self, new: NewSubscription, policy: Policy) -> Subscribed:
        """Begin it, unless it is there. Raises RefusedError, and then nothing is written; and OutageError."""
        while True:
            with suppress(AccountChangedError):
                return await self._subscribe(new, policy)

    async def _subscribe(self, new: NewSubscription, policy: Policy) -> Subscribed:
        subscription, account, before = await self._read(new, policy)
        known = await self._as_known(subscription, new)
        if known and known.subscription.revision:  # its workflow has begun
            return known
        if known is None:
            not_past(new, self._clock().date())
            changed = account if account != before else None
            await self._store.begin_subscription(subscription, changed, before)
        started = await self._workflows.start(known.subscription if known else subscription)
        if not started and known:
            return known
        return Subscribed("started", subscription, known.differs if known else ())

    async def _read(self, new: NewSubscription, policy: Policy) -> tuple[Subscription, Account, Account | None]:
        before = (await self._store.accounts({new.account})).get(new.account)
        if before and before.id != new.account:
            raise MergedAccountError(new.account, before.id)
        its = new.invoice()
        if before and (wrong := other_brand(its, before)):
            raise RefusedError(wrong, about=new.subscription, field="brand")
        account = account_of(its, before)
        if wrong := unknown_services(new.pays_for, account):
            raise RefusedError(wrong, about=new.subscription, field="pays_for")
        # What the account gets later is not this subscription's: it pays for what it names, or what there is now.
        pays_for = named_ids(new.pays_for, account) or tuple(service.id for service in account.services)
        return begun(new, policy, account.zone, pays_for), account, before

    async def _as_known(self, begun: Subscription, new: NewSubscription) -> Subscribed | None:
        known = await self._store.subscription(begun.id)
        if known is None:
            return None
        if known.account != begun.account:
            reason = f"there is a subscription {begun.id!r} of the account {known.account!r}"
            raise RefusedError(reason, about=begun.id, field="subscription")
        agreed, wanted = known.next_terms, begun.next_terms
        pairs = {
            "lines": (agreed.terms.lines, wanted.terms.lines),
            # Who names none meant those that there were then.
            "pays_for": (set(agreed.terms.pays_for), set((wanted if new.pays_for else agreed).terms.pays_for)),
            "policy": (agreed.terms.policy, wanted.terms.policy),
            "period": (agreed.schedule.period, wanted.schedule.period),
        }
        differs = tuple(name for name, (one, other) in pairs.items() if one != other)
        return Subscribed("already there", known, differs)
