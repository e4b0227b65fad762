"""Charging, at most once for one milestone, whatever crashes."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from temporalio import activity

from activities.fenced import fenced
from activities.heartbeat import steady
from activities.payments.accepted_news import insist_on_news
from activities.payments.refusals import told, told_of_refusal
from activities.payments.unreported_money import AskRecords, unheard_of
from dunning.case.orders import ChargeOrder
from dunning.case.results import ChargeAnswer, Charged, ChargeResult, Declined, Deferred, NoMethod, Pending, Refused
from dunning.payments.declines import CARD_OVER, limit_reached, window_start
from dunning.ports.companies import Gateway
from dunning.ports.outages import GatewayRefusedError
from dunning.ports.payments import Attempts
from dunning.records.payments import Attempt, Method


class ChargeRecords(AskRecords, Attempts, Protocol):
    """Whom to charge, what was tried before, and money that was not counted."""


MayCharge = Callable[[ChargeOrder], Awaitable[Deferred | None]]
"""`activities.guards.can_they_pay.CanTheyPay.may_charge`."""


class ChargeInvoice:
    """Writes the attempt down, asks about it if it was begun before, and only then calls the gateway.

    `may_charge` says when, if it may not be made now.
    `most_declines` is the ceiling of declined attempts with one payment method in 30 days.
    """

    def __init__(self, gateway: Gateway, store: ChargeRecords, may_charge: MayCharge, most_declines: int = 15) -> None:
        self._gateway = gateway
        self._store = store
        self._may_charge = may_charge
        self._most_declines = most_declines

    @activity.defn(name="charge")
    @steady
    @fenced
    async def charge(self, order: ChargeOrder) -> ChargeAnswer:
        """Promise 1: an unknown outcome is resolved by asking the company under the attempt's key, never guessed.

        Raises OutageError while the company cannot be reached, and while a payment that was accepted has not reached
        the case; the retry starts by asking. What the company calls malformed opens a ticket: a refused charge is a
        value then, and any other refused call raises GatewayRefusedError and is tried again.
        """
        return await told_of_refusal(self._store, order, self._told(order))

    async def _told(self, order: ChargeOrder) -> ChargeAnswer:
        result = await self._charge(order)
        return await told(self._store, order, result) if isinstance(result, Refused) else result

    async def _charge(self, order: ChargeOrder) -> ChargeAnswer:
        if order.payment:
            return await self._gateway.ask(order)
        attempt = await self._store.attempt(order.key)
        if attempt:
            return await self._again(order, attempt)
        if order.ask_only:
            return _never_seen()
        return await self._may_charge(order) or await self._first(order)

    async def _first(self, order: ChargeOrder) -> ChargeResult:
        found = await unheard_of(self._gateway, self._store, order)
        if found:
            return found
        try:
            method = await self._gateway.method(await self._store.account(order.account))
        except GatewayRefusedError as error:
            if error.for_all:
                raise
            return Refused(code="payer", reason=str(error))
        if method is None or _is_over(order, method):
            return NoMethod(reason=CARD_OVER if method else "")
        declines = await self._store.declined_since(method.id, window_start(order.at))
        if limit_reached(declines, self._most_declines):
            return NoMethod(reason=f"the payment method was declined {declines} times in 30 days")
        attempt = _attempt(order, method)
        return await self._sent(order, attempt, method)

    async def _again(self, order: ChargeOrder, attempt: Attempt) -> ChargeAnswer:
        """The same key with the same method: what else the customer put on file meanwhile is not this attempt's."""
        result = await self._gateway.find(order, attempt)
        if result is None and order.ask_only:
            result = _never_seen()
        if result:
            return await self._kept(attempt, result)
        return await self._may_charge(order) or await self._anew(order, attempt)

    async def _anew(self, order: ChargeOrder, attempt: Attempt) -> ChargeResult:
        """The company never saw it, however long ago it was begun: who paid meanwhile is not charged, or for less."""
        found = await unheard_of(self._gateway, self._store, order)
        if found:
            return found
        amount = min(order.amount, attempt.amount, key=lambda money: money.minor)
        method = Method(id=attempt.method, payer=attempt.payer, network=attempt.network)
        attempt = attempt.model_copy(update={"amount": amount})
        return await self._sent(order.model_copy(update={"amount": amount}), attempt, method)

    async def _sent(self, order: ChargeOrder, attempt: Attempt, method: Method) -> ChargeResult:
        """Nothing lies between the last look for a payment that was acknowledged meanwhile and the call."""
        await self._store.put_attempt(attempt)
        await insist_on_news(self._store, order)
        return await self._kept(attempt, await self._gateway.charge(order, method))

    async def _kept(self, attempt: Attempt, result: ChargeResult) -> ChargeResult:
        payment = result.payment if isinstance(result, Charged | Pending | Declined) else ""
        detail = result.code if isinstance(result, Declined | Refused) else ""
        update = {"outcome": result.kind, "payment": payment or attempt.payment, "detail": detail}
        await self._store.put_attempt(attempt.model_copy(update=update))
        return result


def _never_seen() -> Declined:
    return Declined(code="never_seen", message="The gateway never saw the attempt.")


def _is_over(order: ChargeOrder, method: Method) -> bool:
    """Nobody is declined for a card of which we know that it is over."""
    ends = method.card.ends
    return order.today is not None and ends is not None and ends < order.today


def _attempt(order: ChargeOrder, method: Method) -> Attempt:
    return Attempt(
        key=order.key,
        invoice=order.invoice,
        account=order.account,
        amount=order.amount,
        at=order.at,
        payer=method.payer,
        method=method.id,
        network=method.network,
    )
