"""`POST /webhooks/paypal`: a hint to look. Check who sends it, keep whom to ask about, answer.

Its signature covers only a CRC32 of the body, so nothing that it says is counted, and nothing else of it is kept.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.gateways.paypal.objects import Event
from adapters.gateways.paypal.signatures import NotSignedError
from dunning.ports.outages import OutageError
from dunning.ports.processors import ProcessorRecords
from dunning.records.inbox import News
from portal.http.errors import SOON, HttpRefusedError, note
from portal.inbox.accept import Matter, WebhookIntake
from portal.inbox.deliver import InboxDelivery
from portal.inbox.handle import Reader

PAYPAL = "paypal"
_SETTING = "REPRIEVE_PAYPAL_CLIENT, REPRIEVE_PAYPAL_SECRET and REPRIEVE_PAYPAL_WEBHOOK"


class Hint(BaseModel):
    """All that is kept: which subscription to look at, and the payment that it was about, if it was about one."""

    model_config = ConfigDict(frozen=True)

    subscription: str
    sale: str = ""


class Signatures(Protocol):
    """As `adapters.gateways.paypal.signatures.PayPalSignatures` has it."""

    async def check(self, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
        """Raises NotSignedError, OutageError."""
        ...


Look = Callable[[str, str], Awaitable[tuple[News, ...]]]
"""What a subscription has to tell to cases, by its id and a payment's."""


def hint_of(event: Event) -> Hint:
    """Whom it is about; an empty subscription: nobody that we know of."""
    its, kind = event.resource, event.event_type
    if kind.startswith("PAYMENT.SALE."):
        return Hint(subscription=its.billing_agreement_id, sale=its.sale_id or its.id)
    if kind.startswith("BILLING.SUBSCRIPTION."):
        return Hint(subscription=its.id)
    return Hint(subscription="")


def reader(look: Look) -> Reader:
    """Turns a kept hint into what PayPal itself shows."""

    async def read(body: str) -> tuple[News, ...]:
        hint = Hint.model_validate_json(body)
        return await look(hint.subscription, hint.sale)

    return read


class PayPalWebhooks:
    """`signatures` is None where PayPal is not set up."""

    def __init__(
        self, intake: WebhookIntake, delivery: InboxDelivery, signatures: Signatures | None, store: ProcessorRecords
    ) -> None:
        self._intake = intake
        self._delivery = delivery
        self._signatures = signatures
        self._store = store

    def route(self) -> Route:
        """Where PayPal sends its events."""
        return Route("/webhooks/paypal", self._take, methods=["POST"])

    async def _take(self, request: Request) -> Response:
        body = await self._intake.body(request, [each for each in [self._signatures] if each], _SETTING)
        await self._check(body, request)
        try:
            event = Event.model_validate_json(body)
        except ValidationError:
            raise HttpRefusedError(400, "this is no PayPal event") from None
        hint = hint_of(event)
        linked = await self._store.processor_subscription(hint.subscription) if hint.subscription else None
        if linked is None:
            note(request, "ignored: no subscription that is linked here")
            return JSONResponse({"outcome": "ignored"})
        await self._intake.keep(PAYPAL, event.id, hint.model_dump_json(), Matter(account=linked.account))
        note(request, f"kept {event.id}")
        self._delivery.ring()
        return JSONResponse({"outcome": "accepted"})

    async def _check(self, body: bytes, request: Request) -> None:
        assert self._signatures
        try:
            await self._signatures.check(body, request.headers, self._intake.now())
        except NotSignedError as error:
            raise HttpRefusedError(400, str(error)) from None
        except OutageError as error:
            raise HttpRefusedError(503, "not now; send it again", note=str(error), headers=SOON) from None
