"""`POST /webhooks/stripe` and `POST /webhooks/payments`: check, keep, answer. What is kept is delivered afterwards.

In this order: size, signature, form, disk, 2xx. What fails on the way leaves nothing but its line in the log.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import Annotated

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from standardwebhooks import Webhook
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.settings.modes import other_mode
from dunning.money import Money
from dunning.ports.inbox import Inbox
from dunning.records.inbox import InboxEvent, Outcome
from dunning.rules.state_at import state_at
from operations.cases.look import CaseOf
from portal.http.errors import OUTAGES, HttpRefusedError, note
from portal.inbox import processor_api
from portal.inbox.accept import LONGEST_ID, Matter, WebhookIntake, text
from portal.inbox.deliver import InboxDelivery
from portal.inbox.key_uses import KeyUses
from portal.inbox.signatures import check_standard, check_stripe

log = structlog.stdlib.get_logger("reprieve.portal")

STRIPE, PAYMENTS = "stripe", "payments"
PATIENCE = 2.0
"""Seconds that the sender of a payment waits to hear its outcome."""


class _Event(BaseModel):
    """What we read of a Stripe event at the door. Its adapter reads the rest."""

    model_config = ConfigDict(strict=True, frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
    type: str
    livemode: bool


class _Subject(BaseModel):
    """What a Stripe event is about, as far as it says whose it is: its metadata, and the customer, or is itself one."""

    id: str = ""
    object: str = ""
    metadata: dict[str, str] = Field(default_factory=dict)
    customer: str = ""


class _Data(BaseModel):
    object: _Subject


class _About(BaseModel):
    data: _Data


def _matter_of(body: str) -> Matter:
    """Whose it is. A dispute names nobody: Stripe is asked about that later; what is odd is refused then, too."""
    try:
        about = _About.model_validate_json(body).data.object
    except ValidationError:
        return Matter()
    payer = about.id if about.object == "customer" else about.customer
    return Matter(about.metadata.get("invoice", ""), about.metadata.get("account", ""), payer)


class StripeWebhooks:
    """`types` are the events that say something to us; the others are answered and forgotten.

    `live`: our key's mode. What is of the other is refused: Stripe shows the reason beside its attempts and sends it
    again for three days, so nothing is lost when the key was the wrong one.
    """

    def __init__(
        self,
        intake: WebhookIntake,
        delivery: InboxDelivery,
        secrets: Sequence[str],
        types: Collection[str],
        *,
        live: bool,
    ) -> None:
        self._intake = intake
        self._delivery = delivery
        self._secrets = secrets
        self._types = types
        self._live = live

    def route(self) -> Route:
        """Where Stripe sends its events."""
        return Route("/webhooks/stripe", self._take, methods=["POST"])

    async def _take(self, request: Request) -> Response:
        body = await self._intake.body(request, self._secrets, "REPRIEVE_STRIPE_WEBHOOK_SECRETS")
        check_stripe(body, request.headers.get("stripe-signature", ""), self._secrets, self._intake.now())
        try:
            event = _Event.model_validate_json(text(body))
        except ValidationError as error:
            raise HttpRefusedError(400, "this is no Stripe event", errors=processor_api.problems(error)) from None
        if event.type not in self._types:
            note(request, "ignored: no event of ours")
            return JSONResponse({"outcome": "ignored"})
        if event.livemode is not self._live:
            why = other_mode(told=event.livemode, live=self._live)
            log.error("an event of the other mode is refused", id=event.id, type=event.type, why=why)
            raise HttpRefusedError(400, why)
        await self._intake.keep(STRIPE, event.id, text(body), _matter_of(text(body)))
        note(request, f"kept {event.id}")
        self._delivery.ring()
        return JSONResponse({"outcome": "accepted"})


class PaymentWebhooks:
    """What `portal.inbox.processor_api` describes. The same request that brings a payment hears its outcome.

    `patience` in seconds.
    """

    def __init__(
        self,
        intake: WebhookIntake,
        delivery: InboxDelivery,
        secrets: Sequence[Webhook],
        *,
        store: Inbox,
        case_of: CaseOf,
        uses: KeyUses,
        patience: float = PATIENCE,
    ) -> None:
        self._intake = intake
        self._uses = uses
        self._delivery = delivery
        self._secrets = secrets
        self._store = store
        self._case_of = case_of
        self._patience = patience

    def route(self) -> Route:
        """Where every other processor tells of money."""
        return Route("/webhooks/payments", self._take, methods=["POST"])

    async def _take(self, request: Request) -> Response:
        body = await self._intake.body(request, self._secrets, "REPRIEVE_PAYMENT_WEBHOOK_SECRETS")
        try:
            await self._uses.accepted(check_standard(body, request.headers, self._secrets))
        except HttpRefusedError:
            await self._uses.refused()
            raise
        sent = request.headers["webhook-id"]
        if len(sent) > LONGEST_ID:
            raise HttpRefusedError(400, f"webhook-id is longer than {LONGEST_ID} characters")
        try:
            news = processor_api.news_in(text(body))
        except ValidationError as error:
            raise HttpRefusedError(
                400, "the message is not well-formed", errors=processor_api.problems(error)
            ) from None
        if news is None:
            note(request, "ignored: no type of ours")
            return JSONResponse({"outcome": "ignored"})
        event = await self._intake.keep(PAYMENTS, sent, text(body), Matter(news.invoice, news.account, news.payer))
        note(request, f"kept {sent}")
        return await self._answer(event)

    async def _answer(self, event: InboxEvent) -> Response:
        told = await self._known(event) or await self._delivery.outcome(event, self._patience)
        # Another portal on the same store may have been quicker.
        told = told or await self._known(event)
        if not told:
            return JSONResponse({"outcome": "accepted"}, 202)
        return JSONResponse(_shown(told[0]))

    async def _known(self, event: InboxEvent) -> tuple[Outcome, ...]:
        """What became of an event that was handled before, and how its invoice stands today."""
        try:
            async with asyncio.timeout(self._patience):
                kept = await self._store.event(event.source, event.id)
                if kept is None or not kept.outcome:
                    return ()
                return (await self._as_of_now(kept),)
        except OUTAGES:
            return ()

    async def _as_of_now(self, kept: InboxEvent) -> Outcome:
        told = Outcome.model_validate({"outcome": kept.outcome, "invoice": processor_api.invoice_in(kept.body)})
        try:
            case = await self._case_of(told.invoice) if told.invoice else None
        except OUTAGES:
            return told
        if case is None:
            return told
        return told.model_copy(update={"balance": case.balance, "state": state_at(case, self._intake.now())})


def _shown(outcome: Outcome) -> dict[str, object]:
    said: dict[str, object] = {"outcome": outcome.outcome}
    if outcome.invoice:
        said["invoice"] = outcome.invoice
    if outcome.state:
        said["state"] = outcome.state
    if outcome.balance:
        said["balance"] = _amount(outcome.balance)
    return said


def _amount(money: Money) -> dict[str, object]:
    return {"amount": str(money.decimal()), "amount_minor": money.minor, "currency": money.currency}
