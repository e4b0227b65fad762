"""Changing a subscription: with a quote before; pausing and cancelling it; looking at it."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple, Protocol

from pydantic import ValidationError

from dunning.calendar import local_date
from dunning.line import Line
from dunning.policy.file import Policy
from dunning.ports.accounts import Accounts
from dunning.ports.subscriptions import (
    NoSubscriptionError,
    SubscriptionRecords,
    Subscriptions,
    SubscriptionSaysNoError,
)
from dunning.subscriptions.renewals import Renewal, paid_through
from dunning.subscriptions.rules import Quote, quote, refusal, state
from dunning.subscriptions.subscription import Asked, Cancel, Change, Pause, Subscription, Terms, lead_of
from operations.errors import RefusedError
from operations.errors import refusal as wrong_value
from operations.invoices.new_invoice import NewInvoice, fitting, named_ids, unknown_services
from operations.subscriptions.check_subscription import near

Policies = Callable[[str], Policy]
"""A policy by its name. Raises ValueError when there is none that may be used."""


class ChangeRecords(Accounts, SubscriptionRecords, Protocol):
    """Subscriptions, their renewals, and their accounts."""


class Wanted(NamedTuple):
    """What somebody wants to be changed; None stays."""

    by: str
    reason: str
    lines: tuple[Line, ...] | None = None
    pays_for: tuple[str, ...] | None = None
    policy: str | None = None
    period: str | None = None


class Seen(NamedTuple):
    """A subscription for people. `paid_through` is the end of what is paid for; `state` one word."""

    subscription: Subscription
    state: str
    paid_through: date
    renewals: tuple[Renewal, ...]


class Told(NamedTuple):
    """What became of what was asked. `changed`: it was not so before. `open_invoices` are for periods to come."""

    subscription: Subscription
    changed: bool
    open_invoices: tuple[str, ...] = ()


class SubscriptionChanges:
    """What is asked of a subscription is answered by its workflow. `clock` is the wall's."""

    def __init__(
        self, store: ChangeRecords, workflows: Subscriptions, policies: Policies, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._workflows = workflows
        self._policies = policies
        self._clock = clock

    async def quote(self, name: str, wanted: Wanted) -> tuple[Quote, Change]:
        """What that change would mean, and the change to agree to. Raises RefusedError, OutageError."""
        known = await self._asked(name)
        change = await self._change(known, wanted)
        if no := refusal(known, change, self._clock()):
            raise RefusedError(no, about=name)
        return quote(known, change), change

    async def change(self, name: str, change: Change) -> Told:
        """Do what was quoted. Safe to repeat. Raises RefusedError, OutageError."""
        return await self._tell(name, change)

    async def pause(self, name: str, pause: Pause) -> Told:
        """No renewal until that day. Safe to repeat. Raises RefusedError, OutageError."""
        near("until", pause.until, self._clock().date())
        return await self._tell(name, pause)

    async def cancel(self, name: str, cancel: Cancel) -> Told:
        """End it. Safe to repeat, also once it is over. Raises RefusedError, OutageError."""
        known = await self._known(name)
        if known.ended == "cancelled" and cancel.when != "never":
            return Told(known, changed=False)
        return await self._tell(name, cancel)

    async def show(self, name: str) -> Seen:
        """A subscription as it was noted last. Raises RefusedError, OutageError."""
        return self._seen(await self._known(name), await self._store.renewals(name))

    async def listed(self, account: str = "", *, ended: bool = False) -> tuple[Seen, ...]:
        """The account's subscriptions, or all; those that `ended`, too. Raises OutageError."""
        found = [each for each in await self._store.subscriptions(account) if ended or not each.ended]
        billed = defaultdict[str, list[Renewal]](list)
        for each in await self._store.renewals():
            billed[each.subscription].append(each)
        return tuple(self._seen(each, tuple(billed[each.id])) for each in found)

    def _seen(self, subscription: Subscription, renewals: tuple[Renewal, ...]) -> Seen:
        today = local_date(self._clock(), subscription.lead.zone)
        paid = paid_through(subscription.began, renewals)
        return Seen(subscription, state(subscription, today), paid, renewals)

    async def _known(self, name: str) -> Subscription:
        if found := await self._store.subscription(name):
            return found
        raise NoSuchSubscriptionError(name)

    async def _asked(self, name: str) -> Subscription:
        known = await self._known(name)
        try:
            return await self._workflows.ask(name)
        except NoSubscriptionError:
            raise _is_over(known) from None

    async def _change(self, known: Subscription, wanted: Wanted) -> Change:
        """Checked against the account and the policy, as an invoice of it would be."""
        agreed, account = known.next_terms, await self._store.account(known.account)
        given = {name: value for name, value in wanted._asdict().items() if value is not None}
        terms = agreed.terms.model_copy(
            update={name: given[name] for name in ("lines", "pays_for", "policy") if name in given}
        )
        if wrong := unknown_services(terms.pays_for, account):
            raise RefusedError(wrong, about=known.id, field="pays_for")
        policy = self._policy(terms.policy)
        _check(known, terms, policy, account.zone)
        if "pays_for" in given:
            given["pays_for"] = named_ids(terms.pays_for, account)
        lead = lead_of(policy, account.zone) if wanted.policy else None
        return Change(since=known.renews_on, lead=lead, **given)

    def _policy(self, name: str) -> Policy:
        try:
            return self._policies(name)
        except ValueError as error:
            raise RefusedError("; ".join(str(error).splitlines()), field="policy") from None

    async def _tell(self, name: str, asked: Asked) -> Told:
        known = await self._known(name)
        try:
            answer = await self._workflows.tell(name, asked)
        except NoSubscriptionError:
            raise _is_over(known) from None
        except SubscriptionSaysNoError as no:
            raise RefusedError(str(no), about=name) from None
        return Told(answer.subscription, answer.changed, await self._open(answer.subscription))

    async def _open(self, subscription: Subscription) -> tuple[str, ...]:
        """Invoices that are open already for a period that has not begun."""
        today = local_date(self._clock(), subscription.lead.zone)
        renewals = await self._store.renewals(subscription.id)
        return tuple(each.invoice for each in renewals if each.starts > today and not each.outcome)


class NoSuchSubscriptionError(RefusedError):
    """Nobody here has ever heard of that subscription."""

    def __init__(self, name: str) -> None:
        super().__init__("there is no such subscription; `starter.py subscriptions --all` lists all", about=name)


def _is_over(known: Subscription) -> RefusedError:
    if known.ended:
        return RefusedError(f"it is over ({known.ended})", about=known.id)
    lost = "its workflow does not run: within an hour it is started again as it was"
    return RefusedError(lost, about=known.id)


def _check(known: Subscription, terms: Terms, policy: Policy, zone: str) -> None:
    """Whether an invoice of these terms could be opened. Raises RefusedError."""
    if len({line.amount.currency for line in terms.lines}) > 1:
        raise RefusedError("all lines have to be in one currency", about=known.id, field="line")
    if terms.amount.minor <= 0:
        raise RefusedError(f"the lines come to {terms.amount}; that must be positive", about=known.id, field="line")
    lines = [{"text": line.text, "amount": line.amount} for line in terms.lines]
    values = {"invoice": "1", "account": known.account, "amount": terms.amount, "due": known.renews_on, "lines": lines}
    try:
        fitting(NewInvoice.model_validate({**values, "policy": terms.policy}), policy, zone)
    except ValidationError as error:
        raise wrong_value(error) from None
    except (ValueError, OverflowError) as error:
        raise RefusedError(str(error), about=known.id) from None
