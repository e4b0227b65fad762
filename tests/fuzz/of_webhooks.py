"""Webhooks: their signatures, which come first, and what they say."""

import asyncio
import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime

from pydantic import SecretStr, ValidationError
from standardwebhooks import Webhook

from adapters.gateways.paypal.objects import Event
from adapters.gateways.paypal.signatures import NotSignedError, PayPalSignatures
from adapters.gateways.stripe.gateway import StripeGateway
from adapters.gateways.stripe.news import TYPES
from dunning.ports.outages import GatewayRefusedError, OutageError
from dunning.records.inbox import News
from portal.http.errors import HttpRefusedError
from portal.inbox.accept import text
from portal.inbox.paypal_webhooks import hint_of
from portal.inbox.processor_api import invoice_in, news_in, problems
from portal.inbox.signatures import check_standard, check_stripe
from portal.inbox.webhooks import _matter_of
from tests.fuzz.target import Check, Target
from tests.portal.world import NEW, PAYMENTS_NEW, message, paid, signed, standard

_NOW = datetime(2026, 12, 6, 14, tzinfo=UTC)
_NOBODY = "http://127.0.0.1:1"


def _apart(data: bytes) -> tuple[Mapping[str, str], bytes]:
    """Headers, a line each, an empty one, and the body."""
    head, _, body = data.partition(b"\n\n")
    lines = (line.partition(": ") for line in head.decode("latin-1").split("\n"))
    return {name.strip().lower(): value for name, _, value in lines}, body


def _together(headers: Mapping[str, str], body: str) -> bytes:
    return "\n".join([*(f"{name}: {value}" for name, value in headers.items()), "", body]).encode()


_SIGNED = {
    _together(signed(paid("evt_1"), at=_NOW.timestamp()), paid("evt_1")),
    _together(standard(message(), at=_NOW.timestamp()), message()),
}
_BODIES = {paid("evt_1").encode(), message().encode()}


def _check_signatures(data: bytes) -> None:
    headers, body = _apart(data)
    for check in (
        lambda: check_stripe(body, headers.get("stripe-signature", ""), (NEW, "whsec_old"), _NOW),
        lambda: check_standard(body, headers, [Webhook(PAYMENTS_NEW)]),
    ):
        try:
            check()
        except HttpRefusedError as refused:
            status, said = refused.status_code, refused.detail
            assert (status, len(said) < 300) == (400, True)
        else:
            assert body in _BODIES, "whatever else is believed was forged"


SIGNATURES = Target(
    lambda: nullcontext(_check_signatures),
    tuple(sorted(_SIGNED)),
    (
        b"t=",
        b",v1=",
        b"v1,",
        b"stripe-signature: ",
        b"webhook-id: ",
        b"webhook-timestamp: ",
        b"webhook-signature: ",
        b"v1a,",
    ),
    calls=None,  # the libraries read a header again for each secret
)


@contextmanager
def _events() -> Generator[Check]:
    with asyncio.Runner() as loop:
        gateway = StripeGateway(SecretStr("sk_test_nobody"), _NOBODY, 1.0)

        def check(data: bytes) -> None:
            try:
                body = text(data)
            except HttpRefusedError:
                return
            _matter_of(body)
            try:
                found = loop.run(gateway.news(body))
            except (ValueError, OutageError, GatewayRefusedError):
                return
            assert all(isinstance(each, News) for each in found)

        yield check
        loop.run(gateway.close())


def _event(kind: str, about: Mapping[str, object]) -> bytes:
    said = {"id": "evt_1", "object": "event", "type": kind, "created": 1_764_000_001, "livemode": False}
    return json.dumps({**said, "data": {"object": about}}).encode()


_MONEY = {
    "id": "x_1",
    "amount": 1999,
    "currency": "usd",
    "created": 1_764_000_000,
    "status": "succeeded",
    "customer": "cus_1",
}
_ABOUT = {"metadata": {"invoice": "INV-1", "account": "a"}, "payment_intent": "pi_1", "reason": "fraudulent"}
EVENTS = Target(
    _events,
    (paid("evt_1").encode(), *(_event(kind, {**_MONEY, **_ABOUT}) for kind in TYPES)),
    tuple(
        f'"{word}":'.encode() for word in ("id", "type", "data", "object", "amount", "currency", "metadata", "created")
    ),
    calls=None,  # some are asked about at Stripe, where nobody is
)


def _check_payments(data: bytes) -> None:
    try:
        body = text(data)
    except HttpRefusedError:
        return
    invoice_in(body)
    try:
        news = news_in(data)
    except ValidationError as error:
        said = problems(error)
        assert said
        json.dumps(said).encode()
        return
    assert news is None or news.invoice or news.account or news.payer


PAYMENTS = Target(
    lambda: nullcontext(_check_payments),
    tuple(
        message(kind, **more).encode()
        for kind, more in (
            ("payment.received", {}),
            ("payment.received", {"amount": None, "amount_minor": 1999, "at": "2026-11-25T10:00:00+01:00"}),
            ("payment.reversed", {"payment": "bank-1", "chargeback": True, "reason": "x"}),
            ("payment.restored", {"reversal": "r-1"}),
            ("method.changed", {"id": None, "amount": None, "currency": None, "note": "x"}),
        )
    ),
    (
        b'"type":',
        b'"data":',
        b'"amount":',
        b'"amount_minor":',
        b'"currency":',
        b'"at":',
        b"KWD",
        b"XXX",
        b"1E2",
        b"+00:00",
    ),
)


@contextmanager
def _paypal() -> Generator[Check]:
    with asyncio.Runner() as loop:
        signatures = PayPalSignatures("WH-1", _NOBODY, timeout=1.0)

        def check(data: bytes) -> None:
            headers, body = _apart(data)
            try:
                loop.run(signatures.check(body, headers, _NOW))
            except (NotSignedError, OutageError) as refused:
                said = str(refused)
                assert len(said) < 300
            else:
                raise AssertionError("nobody has signed anything here")
            try:
                hint_of(Event.model_validate_json(body))
            except ValidationError:
                return

        yield check
        loop.run(signatures.close())


_PAYPAL = {
    "paypal-transmission-id": "t-1",
    "paypal-transmission-time": "2026-12-06T13:59:00Z",
    "paypal-auth-algo": "SHA256withRSA",
    "paypal-cert-url": f"{_NOBODY}/v1/notifications/certs/C-1",
    "paypal-transmission-sig": "AAAA",
}
_SALE = {"id": "WH-1", "event_type": "PAYMENT.SALE.COMPLETED", "resource": {"id": "S-1", "billing_agreement_id": "I-1"}}
PAYPAL = Target(
    _paypal,
    (_together(_PAYPAL, json.dumps(_SALE)),),
    (
        *(f"{name}: ".encode() for name in _PAYPAL),
        b"http://[",
        b":99999",
        b"@",
        b"..",
        b"%2e",
        b"BILLING.SUBSCRIPTION.X",
        b"+24:00",
    ),
    calls=None,  # certificates are asked for, where nobody is
)
