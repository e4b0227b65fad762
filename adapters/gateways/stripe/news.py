"""Stripe's events as news, and which event counts for what: every fact is told by one of them.

- Money arrived: `payment_intent.succeeded`.
- A customer's own debit set out: `payment_intent.processing` of what is none of our attempts.
- There is something to ask about a payment: `payment_intent.processing` of an attempt, `.payment_failed` of an attempt
  or of a debit, `.canceled`.
- Money was taken back: `refund.created` by people; `charge.dispute.created`, or `.funds_withdrawn` after an inquiry.
  Both carry the dispute's id, so it is one reversal.
- It came again: `charge.dispute.closed` that was won; `refund.updated` and `refund.failed` of a refund that failed.
- Consent, and who pays: `checkout.session.completed` of a page of ours.
- Another payment method: `customer.updated` with another default. However a card comes on file (our page, Stripe's
  portal, the Dashboard), several events tell of it; the change of the default alone counts, so that one card brings one
  attempt. StripeDefaults makes it the default where nobody else does.
- Something happened to a subscription that Stripe runs: HINTS. Its payments are told as all others, too; whoever reads
  both counts them once (`operations.processors.told`).

All else concerns nobody here.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

import structlog
from stripe import StripeClient
from stripe.params import EventListParamsCreated

from adapters.gateways.stripe.calls import StripeRefusedError, fetch, fetch_all
from adapters.gateways.stripe.consent import consent_in
from adapters.gateways.stripe.defaults import StripeDefaults
from adapters.gateways.stripe.events import Told, event_in, news_about, subject
from adapters.gateways.stripe.objects import Customer, Event, Intent, Session, Setup
from adapters.gateways.stripe.reversals import StripeReversals
from adapters.gateways.stripe.subscription_objects import Subject
from dunning.case.facts import MethodChanged, Payment, PaymentNews
from dunning.records.inbox import News
from dunning.records.payments import Consent

log = structlog.stdlib.get_logger("reprieve.stripe")

_DEFAULT = "default_payment_method"
_Teller = Callable[[Event], Awaitable[Told]]

HINTS = ("invoice.paid", "invoice.payment_failed", "customer.subscription.updated", "customer.subscription.deleted")
"""Something happened to one of Stripe's own subscriptions: what a look at it shows is counted, not what these say."""
TYPES: tuple[str, ...] = (
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.closed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "checkout.session.completed",
    "setup_intent.succeeded",
    "customer.updated",
    *HINTS,
)
"""The events that say something to us; the portal keeps these and forgets all others."""


class StripeNews:
    """Reads events, and asks Stripe for what they leave out. `live` is the mode of the client's key."""

    def __init__(self, client: StripeClient, *, live: bool) -> None:
        self._client = client.v1
        self._live = live
        self._defaults = StripeDefaults(client)
        reversals = StripeReversals(client)
        self._movements: dict[str, _Teller] = {
            "payment_intent.succeeded": _paid,
            "charge.dispute.created": reversals.disputed,
            "charge.dispute.funds_withdrawn": reversals.disputed,
            "charge.dispute.closed": reversals.closed,
            "refund.created": reversals.refunded,
            "refund.updated": reversals.refund_ended,
            "refund.failed": reversals.refund_ended,
        }
        self._tellers: dict[str, _Teller] = {
            **self._movements,
            "payment_intent.processing": _set_out,
            "payment_intent.payment_failed": _ended,
            "payment_intent.canceled": _ended,
            "checkout.session.completed": self._page_left,
            "customer.updated": _customer_changed,
            **dict.fromkeys(HINTS, _hinted),
        }

    async def news(self, body: str) -> Told:
        """What a webhook says. Raises ValueError for no event of our mode, OutageError and StripeRefusedError."""
        event = event_in(body, live=self._live)
        told = await self._told(event)
        try:
            await self._defaults.keep(event)
        except StripeRefusedError as refused:
            # A key that may not write customers: what happened to money is told all the same.
            log.warning("a payment method was not made the default", event_id=event.id, why=str(refused))
        return told

    async def movements(self, since: datetime, until: datetime) -> AsyncIterator[News]:
        """Money that came or went in that time, oldest first, as the webhooks told it.

        It reads Stripe's own list of events (docs.stripe.com/webhooks/process-undelivered-events): a debit that arrived
        today set out days ago, and a dispute that was won today is months old, so lists of payments and disputes would
        have to go back as far every day. Events go back 30 days; what is older, `received` still finds.
        """
        span: EventListParamsCreated = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        listed = self._client.events.list_async({"created": span, "types": [*self._movements], "limit": 100})
        events = [event async for event in fetch_all(Event, listed)]
        for event in reversed(events):
            for news in await self._told(event):
                yield news

    async def _told(self, event: Event) -> Told:
        teller = self._tellers.get(event.type)
        return await teller(event) if teller else ()

    async def _page_left(self, event: Event) -> Told:
        session = subject(Session, event)
        account, text = session.metadata.get("account", ""), consent_in(session.metadata)
        if not account:
            return ()
        consent = None
        if text:
            method = await self._method_of(session)
            consent = Consent(id=session.id, account=account, text=text, at=event.created, method=method)
        invoice = session.metadata.get("invoice", "")
        return (News(invoice=invoice, account=account, payer=session.customer, fact=consent),)

    async def _method_of(self, session: Session) -> str:
        if session.setup_intent:
            return (await fetch(Setup, self._client.setup_intents.retrieve_async(session.setup_intent))).payment_method
        call = self._client.payment_intents.retrieve_async(session.payment_intent)
        return (await fetch(Intent, call)).payment_method


async def _paid(event: Event) -> Told:
    intent = subject(Intent, event)
    paid = Payment(id=intent.id, amount=intent.received, at=event.created, method=intent.label)
    return news_about(intent, News(fact=paid))


async def _set_out(event: Event) -> Told:
    intent = subject(Intent, event)
    stirred = PaymentNews(payment=intent.id, at=event.created, started=not intent.is_attempt)
    return news_about(intent, News(fact=stirred))


async def _ended(event: Event) -> Told:
    """A customer's card that is declined on the pay page is no news: they see it there, and try another."""
    intent = subject(Intent, event)
    if not (intent.is_attempt or intent.is_debit or intent.status == "canceled"):
        return ()
    return news_about(intent, News(fact=PaymentNews(payment=intent.id, at=event.created)))


async def _hinted(event: Event) -> Told:
    """An invoice of no subscription says nothing."""
    its = subject(Subject, event)
    return (News(payer=its.customer, subscription=its.subscription_id),) if its.subscription_id else ()


async def _customer_changed(event: Event) -> Told:
    customer = subject(Customer, event)
    before = event.data.previous_attributes.invoice_settings
    if not customer.default or before.get(_DEFAULT, customer.default) == customer.default:
        return ()
    changed = MethodChanged(at=event.created)
    return (News(account=customer.metadata.get("account", ""), payer=customer.id, fact=changed),)
