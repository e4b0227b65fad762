"""Stripe does not answer, cannot be read, or refuses; and answers that the sandbox never gives."""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from adapters.gateways.stripe.calls import StripeRefusedError
from adapters.gateways.stripe.gateway import StripeGateway
from adapters.settings.loopback import is_on_this_machine
from dunning.case.facts import CardOnFile
from dunning.case.orders import ChargeOrder, RefundOrder
from dunning.case.results import Declined, Refused
from dunning.money import Money
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.payments import Method
from tests.adapters.companies import PATIENCE, STRIPE_KEY, PaymentCompany, stripe_payments
from tests.adapters.paying import AT, attempt, customer, on_file, order_of, usd


@pytest.fixture(scope="module")
async def company() -> AsyncGenerator[PaymentCompany]:
    async with stripe_payments() as company:
        yield company


@pytest.fixture
def order(request: pytest.FixtureRequest) -> ChargeOrder:
    return order_of(request.node.name)


def refund_of(order: ChargeOrder, payment: str = "pi_1") -> RefundOrder:
    return RefundOrder(
        invoice=order.invoice, account=order.account, step="refund", at=AT, payment=payment, amount=usd(500)
    )


async def every_call(gateway: StripeGateway, order: ChargeOrder, method: Method) -> list[Exception | Refused]:
    """What each way to call raises; that a new charge is refused is a value."""
    asking = order.model_copy(update={"payment": "pi_1"})
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: gateway.charge(order, method),
        lambda: gateway.find(order, attempt(order, method)),
        lambda: gateway.find(order, attempt(order, method, "pi_1")),
        lambda: gateway.ask(asking),
        lambda: gateway.method(Account(id=order.account, name="Example", payer="cus_1")),
        lambda: gateway.received(Account(id=order.account, name="Example", payer="cus_1"), order.invoice, ()),
    ]
    caught: list[Exception | Refused] = []
    for call in calls:
        try:
            answer = await call()
        except (OutageError, StripeRefusedError) as raised:
            caught.append(raised)
        else:
            assert isinstance(answer, Refused)
            caught.append(answer)
    return caught


@pytest.mark.parametrize("key", ["", "sk_test_1 ", "sk_tëst_1"])
def test_what_can_be_no_key_is_refused_at_once(key: str):
    with pytest.raises(ValueError, match="set REPRIEVE_STRIPE_KEY") as caught:
        StripeGateway(SecretStr(key))
    assert not key or key not in str(caught.value)


async def test_a_wrong_key_is_our_mistake_and_says_what_to_do(company: PaymentCompany, order: ChargeOrder):
    method = await on_file(company, order)
    gateway = StripeGateway(SecretStr("sk_live_of_somebody_else_4242"), company.url, PATIENCE)
    for error in await every_call(gateway, order, method):
        assert isinstance(error, StripeRefusedError)
        assert "set REPRIEVE_STRIPE_KEY" in str(error)
    with pytest.raises(StripeRefusedError, match="set REPRIEVE_STRIPE_KEY"):
        await gateway.refund(refund_of(order))
    await gateway.close()


async def test_nobody_there_is_an_outage(unused_tcp_port: int, order: ChargeOrder):
    gateway = StripeGateway(STRIPE_KEY, f"http://127.0.0.1:{unused_tcp_port}")
    for error in await every_call(gateway, order, Method(id="pm_1", payer="cus_1")):
        assert isinstance(error, OutageError)
        assert "ConnectError" in str(error)
    with pytest.raises(OutageError, match="ConnectError"):
        await gateway.refund(refund_of(order))
    await gateway.close()


@asynccontextmanager
async def answering(answer: bytes | Mapping[str, bytes]) -> AsyncGenerator[str]:
    """A server that says the same to everybody, or to every call its own; `POST /v1/refunds` is such a call."""

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        call = head.partition(" HTTP/")[0].partition("?")[0]
        writer.write(answer if isinstance(answer, bytes) else answer[call])
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answered, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def reply(line: str, body: str) -> bytes:
    head = f"HTTP/1.1 {line}\r\nContent-Length: {len(body)}\r\nConnection: close\r\nRequest-Id: req_7\r\n\r\n"
    return (head + body).encode()


def fine(thing: Mapping[str, object]) -> bytes:
    return reply("200 OK", json.dumps(thing))


def a_list(*things: Mapping[str, object]) -> bytes:
    return fine({"object": "list", "url": "/v1/x", "has_more": False, "data": things})


SECRETS = "Erika Mustermann pays with sk_test_sandbox"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (reply("502 Bad Gateway", f"<html>{SECRETS}</html>"), "502"),
        (reply("404 Not Found", f"<html>{SECRETS}</html>"), "404"),
        (reply("200 OK", f"<html>{SECRETS}</html>"), "200"),
        (reply("200 OK", f'{{"object": "payment_intent", "id": "{SECRETS}"}}'), "unreadable"),
        (reply("503 Busy", f'{{"error": {{"message": "{SECRETS}"}}}}'), "503"),
        (reply("429 Slow down", f'{{"error": {{"message": "{SECRETS}"}}}}'), "429"),
        (reply("409 Conflict", f'{{"error": {{"message": "{SECRETS}", "code": "lock_timeout"}}}}'), "same call"),
        (b"", "RemoteProtocolError|ReadError"),
    ],
)
async def test_what_cannot_be_read_is_an_outage_and_tells_nobodys_secrets(
    order: ChargeOrder, answer: bytes, said: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    async with answering(answer) as url:
        gateway = StripeGateway(STRIPE_KEY, url, PATIENCE)
        found = attempt(order, Method(id="pm_1", payer="cus_1"), "pi_1")
        with pytest.raises(OutageError, match=said) as caught:
            await gateway.find(order, found)
        await gateway.close()
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    assert not [secret for secret in ("Mustermann", "sk_test", "<html>", order.account) if secret in told]


@pytest.mark.parametrize("line", ["400 Bad Request", "401 No", "403 Forbidden", "404 Not Found"])
async def test_a_refusal_tells_nobodys_secrets(order: ChargeOrder, line: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    error = f'{{"error": {{"type": "invalid_request_error", "code": "c", "param": "p", "message": "{SECRETS}"}}}}'
    async with answering(reply(line, error)) as url:
        gateway = StripeGateway(STRIPE_KEY, url, PATIENCE)
        caught = await every_call(gateway, order, Method(id="pm_1", payer="cus_1"))
        await gateway.close()
    for raised in caught:
        assert isinstance(raised, StripeRefusedError | Refused)
        shown = raised.model_dump_json() if isinstance(raised, Refused) else "".join(traceback.format_exception(raised))
        told = shown + repr(raised) + caplog.text
        assert line[:3] in told
        assert "invalid_request_error, c, at p" in told
        assert "req_7" in told
        assert not [secret for secret in ("Mustermann", "sk_test", order.account) if secret in told]


async def test_no_proxy_is_asked_for_a_stand_in_on_this_machine(
    company: PaymentCompany, order: ChargeOrder, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_tcp_port}")
    gateway = StripeGateway(STRIPE_KEY, company.url, PATIENCE)
    assert await gateway.method(await customer(company, order)) is not None
    await gateway.close()


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("http://127.0.0.1:8421", True),
        ("http://localhost:8421", True),
        ("http://[::1]:8421", True),
        ("https://api.stripe.com", False),
        ("http://10.0.0.7:8421", False),
        ("", False),
    ],
)
def test_which_addresses_are_on_this_machine(url: str, *, near: bool):
    assert is_on_this_machine(url) == near


INTENT = {
    "id": "pi_1",
    "object": "payment_intent",
    "status": "succeeded",
    "amount": 1999,
    "amount_received": 1999,
    "currency": "usd",
    "created": 1,
    "metadata": {"invoice": "INV-1", "account": "A-1"},
}
FORBIDDEN = reply("403 Forbidden", '{"error": {"type": "invalid_request_error", "message": "no permission"}}')


@asynccontextmanager
async def gateway_to(routes: Mapping[str, bytes]) -> AsyncGenerator[StripeGateway]:
    async with answering(routes) as url:
        gateway = StripeGateway(STRIPE_KEY, url, PATIENCE)
        yield gateway
        await gateway.close()


async def test_a_payment_that_cannot_be_given_up_is_our_mistake(order: ChargeOrder):
    """The key may not cancel: better a person hears of it than a payment stays open."""
    waiting = fine(INTENT | {"status": "requires_action", "amount_received": 0})
    routes = {"GET /v1/payment_intents/pi_1": waiting, "POST /v1/payment_intents/pi_1/cancel": FORBIDDEN}
    async with gateway_to(routes) as gateway:
        with pytest.raises(StripeRefusedError, match="give the restricted key the permission"):
            await gateway.find(order, attempt(order, Method(id="pm_1", payer="cus_1"), "pi_1"))


async def test_an_answer_of_the_other_mode_is_none_whatever_it_holds(order: ChargeOrder):
    """Until the settings are mended the company counts as away: nobody is charged, and nobody's money is counted."""
    words = "gateway: it is of Stripe's live mode, and REPRIEVE_STRIPE_KEY is of test mode: nothing was counted"
    told = {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "created": 1, "livemode": True}
    routes = {
        "GET /v1/payment_intents/pi_1": fine(INTENT | {"livemode": True}),
        "GET /v1/events": a_list(told | {"data": {"object": INTENT}}),
    }
    async with gateway_to(routes) as gateway:
        with pytest.raises(OutageError, match=words):
            await gateway.ask(order.model_copy(update={"payment": "pi_1"}))
        with pytest.raises(OutageError, match=words):
            _ = [news async for news in gateway.movements(order.at, order.at)]


async def test_what_a_customer_writes_is_no_mode(order: ChargeOrder):
    told = INTENT | {"livemode": False, "metadata": {"note": '"livemode": true', "livemode": "true"}}
    async with gateway_to({"GET /v1/payment_intents/pi_1": fine(told)}) as gateway:
        assert (await gateway.ask(order.model_copy(update={"payment": "pi_1"}))).kind == "charged"


async def test_a_decline_without_its_payment_is_a_decline(order: ChargeOrder):
    error = {"type": "card_error", "code": "card_declined", "message": "No."}
    routes = {"POST /v1/payment_intents": reply("402 Payment Required", json.dumps({"error": error}))}
    async with gateway_to(routes) as gateway:
        result = await gateway.charge(order, Method(id="pm_1", payer="cus_1"))
    assert result == Declined(code="card_declined", message="No.")


@pytest.mark.req("S3-09")
async def test_a_default_of_a_kind_that_we_do_not_charge_gives_way_to_the_newest_that_we_do():
    link = {"id": "pm_1", "type": "link", "created": 1, "link": {"email": "erika@example.com"}}
    card = {"id": "pm_2", "type": "card", "created": 1, "card": {"brand": "cartes_bancaires", "last4": "0001"}}
    made = {"id": "cus_1", "object": "customer", "invoice_settings": {"default_payment_method": link}}
    routes = {
        "GET /v1/customers/cus_1": fine(made),
        "GET /v1/customers/cus_1/payment_methods": a_list(link, card),
    }
    async with gateway_to(routes) as gateway:
        found = await gateway.method(Account(id="A-1", name="Example", payer="cus_1"))
    words = "Cartes Bancaires ending 0001"
    card = CardOnFile(id="pm_2")  # nobody said when it ends
    assert found == Method(id="pm_2", payer="cus_1", network="cartes_bancaires", label=words, card=card)


@pytest.mark.req("S3-09")
async def test_a_customer_who_was_deleted_has_no_method():
    gone = {"id": "cus_1", "object": "customer", "deleted": True}
    async with gateway_to({"GET /v1/customers/cus_1": fine(gone)}) as gateway:
        assert await gateway.method(Account(id="A-1", name="Example", payer="cus_1")) is None


async def test_an_attempt_from_before_there_was_stripe_was_never_seen(order: ChargeOrder):
    async with gateway_to({}) as gateway:
        assert await gateway.find(order, attempt(order, Method(id="", payer=""))) is None


async def test_money_that_came_by_another_kind_is_named_by_it(order: ChargeOrder):
    charge = {"id": "ch_1", "created": 1, "payment_method_details": {"type": "customer_balance"}}
    routes = {"GET /v1/payment_intents/pi_1": fine(INTENT | {"latest_charge": charge})}
    async with gateway_to(routes) as gateway:
        result = await gateway.ask(order.model_copy(update={"payment": "pi_1"}))
    assert result.kind == "charged"
    assert result.method == "customer balance"


async def test_a_refund_of_ours_that_did_not_reach_the_customer_is_a_decline(order: ChargeOrder):
    refund = refund_of(order)
    failed = {
        "id": "re_1",
        "object": "refund",
        "amount": 500,
        "currency": "usd",
        "status": "failed",
        "failure_reason": "expired_or_canceled_card",
        "metadata": {"reprieve": refund.key},
    }
    routes = {"GET /v1/payment_intents/pi_1": fine(INTENT), "GET /v1/refunds": a_list(failed)}
    async with gateway_to(routes) as gateway:
        result = await gateway.refund(refund)
    assert isinstance(result, Declined)
    assert result.code == "expired_or_canceled_card"


async def test_nobody_can_be_given_back_a_part_of_a_unit(company: PaymentCompany, order: ChargeOrder):
    refund = refund_of(order).model_copy(update={"amount": Money.parse("0.50 MGA")})
    result = await company.gateway.refund(refund)
    assert isinstance(result, Declined)
    assert result.code == "invalid_amount"


async def test_a_refund_that_stripe_declined_is_declined_again_and_a_day_later_tried_anew(
    company: PaymentCompany, order: ChargeOrder
):
    charged = await company.gateway.charge(order, await on_file(company, order))
    assert charged.kind == "charged"
    refund = refund_of(order, charged.payment)
    await company.control.script(order.account, "refund:balance_insufficient")
    for _ in range(2):
        result = await company.gateway.refund(refund)
        assert isinstance(result, Declined)
        assert result.code == "balance_insufficient"
    late = refund.model_copy(update={"at": AT.replace(month=4)})
    with pytest.raises(OutageError, match="the key is taken"):
        await company.gateway.refund(late)
    await company.control.forget_keys()
    assert (await company.gateway.refund(late)).kind == "refunded"


def event(kind: str, **of: object) -> str:
    told = {"id": "evt_1", "object": "event", "type": kind, "created": 1, "livemode": False}
    return json.dumps({**told, "data": {"object": of}})


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("charge.dispute.created", "needs_response"),
        ("charge.dispute.closed", "won"),
        ("refund.created", "succeeded"),
        ("refund.updated", "failed"),
    ],
)
async def test_a_reversal_of_which_nothing_can_be_asked_is_told_later(kind: str, status: str):
    """A key without the permission is noticed, and the webhook stays in the inbox."""
    body = event(kind, id="x_1", amount=5, currency="usd", payment_intent="pi_1", status=status)
    async with gateway_to({"GET /v1/payment_intents/pi_1": FORBIDDEN}) as gateway:
        with pytest.raises(StripeRefusedError):
            await gateway.news(body)


async def test_a_dispute_without_a_payment_was_won_for_nobody(company: PaymentCompany):
    body = event("charge.dispute.closed", id="dp_1", amount=5, currency="usd", payment_intent=None, status="won")
    assert await company.gateway.news(body) == ()


async def test_a_new_default_that_may_not_be_set_is_noticed_and_hides_no_news(capsys: pytest.CaptureFixture[str]):
    body = event("setup_intent.succeeded", id="seti_1", customer="cus_1", payment_method="pm_1", usage="off_session")
    made = fine({"id": "cus_1", "object": "customer", "metadata": {"account": "A-1"}})
    async with gateway_to({"GET /v1/customers/cus_1": made, "POST /v1/customers/cus_1": FORBIDDEN}) as gateway:
        assert await gateway.news(body) == ()
    said = capsys.readouterr()  # a command that ran in this process before has logs written beside what it prints
    assert "give the restricted key the permission" in said.out + said.err
