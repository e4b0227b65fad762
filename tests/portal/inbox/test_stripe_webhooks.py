"""Stripe's door: who may come in, what is kept, and what leaves no trace."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from adapters.gateways.stripe.gateway import StripeGateway
from adapters.gateways.stripe.news import TYPES
from dunning.case.facts import Payment
from tests.portal.world import MOST, NEW, OLD, STRANGE, Portal, paid, portal, signed, until

Header = Callable[[str], dict[str, str]]
GOOD = paid("evt_1")


async def test_what_is_rightly_signed_is_kept_as_it_came_and_delivered(door: Portal) -> None:
    answer = await door.stripe(GOOD)
    assert (answer.status_code, answer.json()) == (200, {"outcome": "accepted"})
    event = await door.store.event("stripe", "evt_1")
    assert event is not None
    assert event.body == GOOD
    assert await door.until_handled("evt_1") == "applied"
    (news,) = door.cases.brought
    assert (news.invoice, news.account, news.payer) == ("INV-1", "bakery", "cus_1")
    assert isinstance(news.fact, Payment)
    assert (news.fact.id, str(news.fact.amount)) == ("pi_evt_1", "USD 19.99")


async def test_it_is_on_disk_before_it_is_answered(kept: Portal) -> None:
    await kept.stripe(GOOD)
    assert [event.id for event in await kept.inbox()] == ["evt_1"]


@pytest.mark.parametrize("secret", [NEW, OLD])
async def test_every_secret_holds_while_they_are_rotated(shared: Portal, secret: str) -> None:
    assert (await shared.stripe(GOOD, signed(GOOD, secret))).status_code == 200


@pytest.mark.parametrize("seconds", [-290, 290])
async def test_clocks_may_differ_a_little(shared: Portal, seconds: int) -> None:
    assert (await shared.stripe(GOOD, signed(GOOD, at=time.time() + seconds))).status_code == 200


async def test_a_header_with_two_signatures_needs_one_that_fits(kept: Portal) -> None:
    stamp, right = signed(GOOD)["Stripe-Signature"].split(",")
    wrong = signed(GOOD, STRANGE)["Stripe-Signature"].split(",")[1]
    assert (await kept.stripe(GOOD, {"Stripe-Signature": f"{stamp},{wrong},{right},v0=x"})).status_code == 200


FORGED: dict[str, Header] = {
    "no signature": lambda _: {},
    "an empty one": lambda _: {"Stripe-Signature": ""},
    "another secret": lambda body: signed(body, STRANGE),
    "another body": lambda body: signed(body + " "),
    "too old": lambda body: signed(body, at=time.time() - 310),
    "of the future": lambda body: signed(body, at=time.time() + 310),
    "no time": lambda body: {"Stripe-Signature": signed(body)["Stripe-Signature"].split(",")[1]},
    "a time that is none": lambda _: {"Stripe-Signature": "t=soon,v1=00"},
    "another scheme": lambda body: {"Stripe-Signature": signed(body)["Stripe-Signature"].replace("v1=", "v0=")},
    "no text": lambda _: {"Stripe-Signature": "t=1,v1=\xe9\xff"},
    "a time of a thousand digits": lambda _: {"Stripe-Signature": f"t={'9' * 5000},v1=00"},
    "nonsense": lambda _: {"Stripe-Signature": "=,=t=,,v1"},
}


@pytest.mark.parametrize("how", FORGED)
async def test_forged_and_stale_ones_leave_nothing(shared: Portal, how: str) -> None:
    before = await shared.inbox()
    headers = {name: value.encode("latin-1") for name, value in FORGED[how](GOOD).items()}
    answer = await shared.http.post("/webhooks/stripe", content=GOOD, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, "Stripe-Signature" in answer.json()["error"]) == (400, True)
    assert await shared.inbox() == before


MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"hello",
    "no object": b'["evt_1"]',
    "no id": b'{"type": "payment_intent.succeeded"}',
    "no type": b'{"id": "evt_1", "livemode": false}',
    "no mode": b'{"id": "evt_1", "type": "payment_intent.succeeded"}',
    "a mode that is none": b'{"id": "evt_1", "type": "payment_intent.succeeded", "livemode": "false"}',
    "an id that is no text": b'{"id": 1, "type": "payment_intent.succeeded", "livemode": false}',
    "an empty id": b'{"id": "", "type": "payment_intent.succeeded", "livemode": false}',
    "an endless id": json.dumps({"id": "x" * 256, "type": "payment_intent.succeeded", "livemode": False}).encode(),
    "half a character": b'{"id": "\\ud800", "type": "payment_intent.succeeded"}',
    "too deep": b'{"id": "evt_1", "type": "a", "x": ' + b"[" * 1500 + b"]" * 1500 + b"}",
}


@pytest.mark.parametrize("what", MALFORMED)
async def test_malformed_ones_leave_nothing(shared: Portal, what: str) -> None:
    before = await shared.inbox()
    answer = await shared.stripe(MALFORMED[what])
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert await shared.inbox() == before


async def test_live_money_for_a_test_key_is_refused_with_the_reason_and_leaves_nothing(kept: Portal) -> None:
    """Stripe shows the answer beside its attempt and comes again for three days; by then the key may be right."""
    body = paid("evt_live", livemode=True)
    with capture_logs() as logged:
        answer = await kept.stripe(body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("it is of Stripe's live mode, and REPRIEVE_STRIPE_KEY is of test mode")
    (line,) = [each for each in logged if each["log_level"] == "error"]
    assert (line["id"], line["why"]) == ("evt_live", answer.json()["error"])
    assert await kept.inbox() == ()


async def test_bytes_that_are_no_text_are_refused(kept: Portal) -> None:
    answer = await kept.stripe(b"\xff\xfe{}", {"Stripe-Signature": f"t={int(time.time())},v1=00"})
    assert answer.status_code == 400


async def test_types_that_say_nothing_to_us_are_answered_and_forgotten(kept: Portal) -> None:
    answer = await kept.stripe(paid("evt_2", type="invoice.created"))
    assert (answer.status_code, answer.json()) == (200, {"outcome": "ignored"})
    assert await kept.store.event("stripe", "evt_2") is None


async def test_every_type_that_the_adapter_reads_is_kept() -> None:
    gateway = StripeGateway(SecretStr("sk_test_nobody"), "http://127.0.0.1:1", 1.0)
    assert set(TYPES) == {*gateway._news._tellers, "setup_intent.succeeded"}
    await gateway.close()


async def test_a_body_of_the_limit_is_taken_and_one_byte_more_is_not(kept: Portal) -> None:
    room = MOST - len(paid("evt_3", padding=""))
    assert (await kept.stripe(paid("evt_3", padding="x" * room))).status_code == 200
    answer = await kept.stripe(paid("evt_4", padding="x" * (room + 1)))
    assert (answer.status_code, answer.json()) == (413, {"error": f"the body is larger than {MOST} bytes"})
    assert [event.id for event in await kept.inbox()] == ["evt_3"]


async def test_the_limit_holds_for_chunks_that_announce_nothing(kept: Portal) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(2_000):
            sent += 1_000
            yield b"x" * 1_000
            await asyncio.sleep(0)

    answer = await kept.http.post("/webhooks/stripe", content=endless(), headers={"Stripe-Signature": "t=1,v1=0"})
    assert answer.status_code == 413
    assert sent <= 2_000_000
    assert await kept.inbox() == ()
    assert (await kept.stripe(GOOD)).status_code == 200


async def test_the_announced_length_alone_is_enough_to_refuse(kept: Portal) -> None:
    host, port = kept.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
    assert b" 413 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()


async def test_a_sender_that_hangs_up_leaves_nothing(kept: Portal) -> None:
    host, port = kept.url.removeprefix("http://").split(":")
    for _ in range(20):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    assert (await kept.stripe(GOOD)).status_code == 200
    assert len(await kept.inbox()) == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_only_post_is_taken(shared: Portal, method: str) -> None:
    answer = await shared.http.request(method, "/webhooks/stripe")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_the_same_event_many_times_at_once_is_one(kept: Portal) -> None:
    answers = await asyncio.gather(*(kept.stripe(GOOD) for _ in range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await kept.inbox()) == 1


async def test_the_same_event_again_after_it_was_handled_changes_nothing(door: Portal) -> None:
    await door.stripe(GOOD)
    await door.until_handled("evt_1")
    assert (await door.stripe(GOOD)).status_code == 200
    await door.stripe(paid("evt_2", payment="pi_2"))
    await door.until_handled("evt_2")
    assert door.cases.payments == ["pi_evt_1", "pi_2"]


async def test_many_different_ones_at_once_are_all_kept(kept: Portal) -> None:
    answers = await asyncio.gather(*(kept.stripe(paid(f"evt_{n}")) for n in range(200)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({event.id for event in await kept.inbox()}) == 200


async def test_without_a_secret_nobody_is_believed_and_the_log_says_what_to_set(url: str) -> None:
    with capture_logs() as lines:
        async with portal(url, stripe_secrets=(), payment_secrets=()) as bare:
            assert (await bare.stripe(GOOD)).status_code == 503
            assert (await bare.payment(GOOD)).status_code == 503
            assert await bare.inbox() == ()
    notes = [line["note"].rpartition(" ")[2] for line in lines if line["event"] == "request"]
    assert notes == ["REPRIEVE_STRIPE_WEBHOOK_SECRETS", "REPRIEVE_PAYMENT_WEBHOOK_SECRETS"]


async def test_an_event_that_concerns_nobody_is_handled_as_ignored(door: Portal) -> None:
    body = json.loads(paid("evt_5"))
    body["data"]["object"] |= {"metadata": {}, "customer": None}
    await door.stripe(json.dumps(body))
    assert await door.until_handled("evt_5") in ("ignored", "applied")


async def test_a_refusal_is_one_line_in_the_log_and_says_nothing_of_anybody(kept: Portal) -> None:
    secretive = paid("evt_6", receipt_email="ada@bakery.example")
    with capture_logs() as lines:
        answer = await kept.http.post(
            "/webhooks/stripe?s=signature", content=secretive, headers=signed(secretive, STRANGE)
        )
        assert answer.status_code == 400
        await until(lambda: lines)
    (line,) = lines
    said = (line["method"], line["path"], line["status"], line["note"], line["log_level"])
    why = "Stripe-Signature fits none of the secrets"
    assert said == ("POST", "/webhooks/stripe", 400, why, "warning")
    assert sorted(line) == ["event", "log_level", "method", "ms", "note", "path", "status"]
