"""Renewing: one renewal becomes one open invoice, once, whatever crashes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from pydantic import ValidationError

from dunning.calendar import local_date
from dunning.coverage import DOMAIN
from dunning.holds import OTHER_SOURCES, Hold, touching
from dunning.level import Level
from dunning.policy.file import Policy
from dunning.ports.effects import Effects
from dunning.ports.holds import Holds
from dunning.ports.outages import OutageError
from dunning.ports.subscriptions import SubscriptionRecords
from dunning.ports.tickets import Tickets
from dunning.records.accounts import Account
from dunning.records.effects import Effect
from dunning.subscriptions.numbers import Numbers
from dunning.subscriptions.renewals import Renewal, RenewalOrder, Renewed
from dunning.subscriptions.subscription import lead_of
from dunning.tickets.subscriptions import renew_inactive, renewal_refused
from operations.errors import RefusedError, refusal
from operations.invoices.new_invoice import NewInvoice, fitting, named_ids, unknown_services
from operations.invoices.new_line import NewLine
from operations.invoices.open_invoice import Opening

Policies = Callable[[str], Policy]
"""A policy by its name. Raises ValueError when there is none that may be used."""


class RenewRecords(Effects, Holds, SubscriptionRecords, Tickets, Protocol):
    """What a renewal has to know: account, holds, its number; and tickets."""

    async def accounts(self, names: Collection[str]) -> Mapping[str, Account]:
        """Those of these accounts that are known, or what they were merged into, by id."""
        ...


class OpensInvoices(Protocol):
    """`operations.invoices.open_invoice.OpenInvoice`."""

    async def open(self, new: NewInvoice, policy: Policy) -> Opening:
        """Start its case unless it runs or ran. Raises RefusedError, OutageError."""
        ...


class Renew:
    """`numbers` is the pattern of the settings."""

    def __init__(self, store: RenewRecords, invoices: OpensInvoices, policies: Policies, numbers: Numbers) -> None:
        self._store = store
        self._invoices = invoices
        self._policies = policies
        self._numbers = numbers

    async def renew(self, order: RenewalOrder) -> Renewed:
        """Open its invoice, or say why there is none. Safe to repeat: the number, once given, stays the renewal's.

        All is checked before a number is given, so that none is lost. Raises OutageError.
        """
        try:
            policy, account = await self._look(order)
        except RefusedError as error:
            return await self._refused(order, order.account, error.reason)
        lead = lead_of(policy, account.zone)
        given = await self._store.renewal(order.subscription, order.number)
        if given is None and (none := await self._not_billed(order, account, policy)):
            return none.model_copy(update={"lead": lead})
        try:
            new = _invoice(order, account, given.invoice if given else "1")
            fitting(new, policy, account.zone)
        except ValidationError as error:
            return await self._refused(order, account.id, refusal(error).reason)
        except (ValueError, OverflowError) as error:
            return await self._refused(order, account.id, str(error))
        day = local_date(order.at, lead.zone)
        number = await self._store.number_renewal(_renewal(order), self._numbers, day)
        try:
            await self._invoices.open(new.model_copy(update={"invoice": number}), policy)
        except RefusedError as error:
            return await self._refused(order, account.id, error.reason)
        return Renewed(outcome="opened", invoice=number, lead=lead)

    async def _look(self, order: RenewalOrder) -> tuple[Policy, Account]:
        account = (await self._store.accounts({order.account})).get(order.account)
        if account is None:
            raise RefusedError(f"there is no account {order.account!r}")
        if wrong := unknown_services(order.terms.pays_for, account):
            raise RefusedError(wrong)
        try:
            return self._policies(order.terms.policy), account
        except ValueError as error:
            raise RefusedError("; ".join(str(error).splitlines())) from None

    async def _not_billed(self, order: RenewalOrder, account: Account, policy: Policy) -> Renewed | None:
        """Why nothing is asked for the period; None when it is."""
        holds = [each for each in await self._store.holds(account.id) if each.source not in OTHER_SOURCES]
        least = _least_restricted(order, account, holds, await self._store.effects(account.id))
        if least.level is Level.DELETED:
            return Renewed(outcome="gone", reason="its services are deleted")
        if least.level is Level.INACTIVE:
            await self._store.open_ticket(renew_inactive(order, account.id, least.source))
            return Renewed(outcome="not billed", reason=f"inactive since invoice {least.source} lapsed")
        if least.level is not Level.SUSPENDED or policy.renewals.while_suspended:
            return None
        return Renewed(outcome="not billed", reason=f"suspended for invoice {least.source}")

    async def _refused(self, order: RenewalOrder, account: str, reason: str) -> Renewed:
        """Tell a person. Raises OutageError when it has a number: then it is tried until it is opened."""
        await self._store.open_ticket(renewal_refused(order, account, reason))
        if given := await self._store.renewal(order.subscription, order.number):
            raise OutageError(f"{given.invoice}: {reason}")
        return Renewed(outcome="refused", reason=reason)


class _Restricted(NamedTuple):
    """How far a service is restricted for money, and by which invoice."""

    level: Level = Level.ACTIVE
    source: str = ""


def _least_restricted(
    order: RenewalOrder, account: Account, holds: Sequence[Hold], effects: Sequence[Effect]
) -> _Restricted:
    """What is so of the service that is restricted least: one that runs is enough. Domain names no panel deletes."""
    named = named_ids(order.terms.pays_for, account)
    its = [each for each in account.services if not named or each.id in named]
    switched = [each.id for each in its if each.kind != DOMAIN] or [each.id for each in its]
    deleted = {each.service for each in effects if Level.DELETED in (each.wanted, each.shown)}
    all_ = [_Restricted(Level.DELETED) if each in deleted else _held(each, holds) for each in switched]
    return min(all_, key=lambda each: each.level.rank, default=_Restricted())


def _held(service: str, holds: Sequence[Hold]) -> _Restricted:
    found = [_Restricted(hold.level, hold.source) for hold in touching(service, holds)]
    return max(found, key=lambda each: each.level.rank, default=_Restricted())


def _invoice(order: RenewalOrder, account: Account, number: str) -> NewInvoice:
    """It tells nothing of the account: what people changed of it since stays."""
    return NewInvoice(
        invoice=number,
        account=account.id,
        customer=account.name,
        amount=order.terms.amount,
        due=order.starts,
        policy=order.terms.policy,
        locale=account.locale,
        pays_for=named_ids(order.terms.pays_for, account),
        lines=tuple(NewLine(text=each.text, amount=each.amount) for each in order.terms.lines),
    )


def _renewal(order: RenewalOrder) -> Renewal:
    return Renewal(
        subscription=order.subscription,
        number=order.number,
        invoice="",
        starts=order.starts,
        ends=order.ends,
        amount=order.terms.amount,
        at=order.at,
    )
