"""The gateway's events, received by a real server and verified by the official SDK."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
import stripe
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.companies import Sandbox
from sandbox.control.site import Site
from sandbox.payments.books import Hook
from sandbox.stage.ports import free_ports
from tests.sandbox.payments.merchant import SDK, Merchant, a_name

pytestmark = SDK

SECRET = "whsec_of_a_test"
PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
LATER = datetime(2027, 3, 1, 12, tzinfo=UTC)
Happens = Callable[[Merchant], Awaitable[object]]


@dataclass
class Door:
    """Where the events of one test arrive; `answers` are the codes of the next answers, then 204."""

    name: str = field(default_factory=lambda: a_name("door"))
    answers: list[int] = field(default_factory=list[int])
    queue: asyncio.Queue[stripe.Event] = field(default_factory=asyncio.Queue[stripe.Event])

    def take(self, body: bytes, header: str) -> int:
        event = stripe.Webhook.construct_event(body, header, SECRET)  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open
        self.queue.put_nowait(event)
        return self.answers.pop(0) if self.answers else 204

    async def next(self) -> stripe.Event:
        return await asyncio.wait_for(self.queue.get(), 5)

    async def types(self, count: int) -> list[str]:
        return [(await self.next()).type for _ in range(count)]


@asynccontextmanager
async def house(doors: dict[str, Door], port: int = 0) -> AsyncGenerator[str]:
    """A server with a door for each test; what comes for an earlier one is turned away."""

    async def receive(request: Request) -> Response:
        door = doors.get(request.path_params["name"])
        header = request.headers["Stripe-Signature"]
        return Response(status_code=door.take(await request.body(), header) if door else 410)

    site = Site(Starlette(routes=[Route("/{name}", receive, methods=["POST"])]), port)
    serving = asyncio.create_task(site.serve())
    yield site.url
    site.stop()
    await serving


@pytest.fixture(scope="module")
async def doors() -> dict[str, Door]:
    return {}


@pytest.fixture(scope="module")
async def address(doors: dict[str, Door]) -> AsyncGenerator[str]:
    async with house(doors) as url:
        yield url


@pytest.fixture
async def door(sandbox: Sandbox, doors: dict[str, Door], address: str) -> AsyncGenerator[Door]:
    door = Door()
    doors[door.name] = door
    await sandbox.payments.webhook(f"{address}/{door.name}", SECRET, 0.01)
    yield door
    await sandbox.payments.webhook("")
    del doors[door.name]


async def hooks(merchant: Merchant, payment: str) -> list[Hook]:
    return [hook for hook in (await merchant.control.books()).hooks if hook.charge == payment]


async def until_answered(merchant: Merchant, payment: str, answers: list[list[int]]) -> None:
    async with asyncio.timeout(5):
        while [hook.answers for hook in await hooks(merchant, payment)] != answers:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)


async def test_a_payment_is_told_signed_and_in_full(merchant: Merchant, door: Door):
    key = a_name("attempt")
    intent = await merchant.charge(key)
    events = [await door.next() for _ in PAID]
    assert [event.type for event in events] == PAID
    paid = events[-1]
    assert isinstance(paid.data.object, stripe.PaymentIntent)
    assert (paid.data.object.id, paid.data.object.status) == (intent.id, "succeeded")
    assert (paid.object, paid.api_version, paid.livemode) == ("event", "2026-10-28.endive", False)
    assert paid.request is not None
    assert intent.last_response is not None
    assert (paid.request.id, paid.request.idempotency_key) == (intent.last_response.request_id, key)
    kept = (await merchant.api.events.list_async({"types": [paid.type], "limit": 100})).data
    assert [event.created for event in kept if event.id == paid.id] == [paid.created]
    await until_answered(merchant, intent.id, [[204]] * 3)
    assert [hook.type for hook in await hooks(merchant, intent.id)] == PAID


async def test_a_body_that_was_touched_is_found_out(merchant: Merchant, door: Door, monkeypatch: pytest.MonkeyPatch):
    seen = asyncio.Queue[tuple[bytes, str]]()

    def look(body: bytes, header: str) -> int:
        seen.put_nowait((body, header))
        return 204

    monkeypatch.setattr(door, "take", look)
    await merchant.charge()
    body, header = await asyncio.wait_for(seen.get(), 5)
    verify: Callable[..., bool] = stripe.WebhookSignature.verify_header  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - the SDK leaves it open
    assert verify(body, header, SECRET, 300)
    for forged, secret in ((body + b" ", SECRET), (body, "whsec_other")):
        with pytest.raises(stripe.SignatureVerificationError):
            verify(forged, header, secret, 300)


async def declines(merchant: Merchant) -> None:
    await merchant.control.script(merchant.account, "decline:lost_card")
    await merchant.declined()


async def debits(merchant: Merchant) -> None:
    await merchant.control.script(merchant.account, "pending")
    await merchant.control.settle((await merchant.charge()).id, "debit_returned")


async def settles(merchant: Merchant) -> None:
    await merchant.control.script(merchant.account, "pending")
    await merchant.control.settle((await merchant.charge()).id)


async def refunds(merchant: Merchant) -> None:
    await merchant.control.refund((await merchant.charge()).id, 5)


async def fails_to_refund(merchant: Merchant) -> None:
    await merchant.control.fail_refund(await merchant.control.refund((await merchant.charge()).id, 5))


async def loses(merchant: Merchant) -> None:
    await merchant.control.close_dispute(await merchant.control.dispute((await merchant.charge()).id), "lost")


async def wins(merchant: Merchant) -> None:
    await merchant.control.close_dispute(await merchant.control.dispute((await merchant.charge()).id), "won")


async def cancels(merchant: Merchant) -> None:
    intent = await merchant.api.payment_intents.create_async({"amount": 500, "currency": "usd"})
    await merchant.api.payment_intents.cancel_async(intent.id)


async def changes_method(merchant: Merchant) -> None:
    await merchant.control.use_method(merchant.account, "pm_card_amex")


async def detaches(merchant: Merchant) -> None:
    await merchant.api.payment_methods.detach_async(merchant.method)


async def is_new(merchant: Merchant) -> None:
    await merchant.control.customer(a_name("new"))


async def pays_on_a_page(merchant: Merchant) -> None:
    session = await merchant.api.checkout.sessions.create_async(merchant.page())
    await merchant.control.pay_session(session.id)


async def debit_on_a_page(merchant: Merchant, outcome: str = "succeeded") -> None:
    session = await merchant.api.checkout.sessions.create_async(merchant.page())
    await merchant.control.settle(await merchant.control.pay_session(session.id, "pm_usBankAccount_success"), outcome)


async def returned_debit_on_a_page(merchant: Merchant) -> None:
    await debit_on_a_page(merchant, "no_account")


async def sets_up(merchant: Merchant) -> None:
    await merchant.api.setup_intents.create_async(
        {
            "customer": merchant.customer,
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )


async def fails_to_set_up(merchant: Merchant) -> None:
    with pytest.raises(stripe.CardError):
        await merchant.api.setup_intents.create_async(
            {
                "customer": merchant.customer,
                "payment_method": "pm_card_chargeDeclined",
                "confirm": True,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            }
        )


PENDING = ["payment_intent.created", "payment_intent.processing", "charge.pending"]
DISPUTED = [*PAID, "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed"]
COMPLETED = "checkout.session.completed"
TOLD: list[tuple[Happens, list[str]]] = [
    (declines, ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]),
    (debits, [*PENDING, "charge.failed", "payment_intent.payment_failed"]),
    (settles, [*PENDING, "charge.succeeded", "payment_intent.succeeded"]),
    (refunds, [*PAID, "refund.created", "charge.refunded"]),
    (fails_to_refund, [*PAID, "refund.created", "charge.refunded", "refund.updated", "refund.failed"]),
    (loses, DISPUTED),
    (wins, [*DISPUTED, "charge.dispute.funds_reinstated"]),
    (cancels, ["payment_intent.created", "payment_intent.canceled"]),
    (changes_method, ["payment_method.attached", "customer.updated"]),
    (detaches, ["payment_method.detached"]),
    (is_new, ["customer.created", "payment_method.attached", "customer.updated"]),
    (pays_on_a_page, [*PAID, COMPLETED]),
    (
        debit_on_a_page,
        [
            *PENDING,
            COMPLETED,
            "charge.succeeded",
            "payment_intent.succeeded",
            "checkout.session.async_payment_succeeded",
        ],
    ),
    (
        returned_debit_on_a_page,
        [
            *PENDING,
            COMPLETED,
            "charge.failed",
            "payment_intent.payment_failed",
            "checkout.session.async_payment_failed",
        ],
    ),
    (sets_up, ["setup_intent.created", "payment_method.attached", "setup_intent.succeeded"]),
    (fails_to_set_up, ["setup_intent.created", "setup_intent.setup_failed"]),
]


@pytest.mark.parametrize(("happens", "told"), TOLD, ids=[happens.__name__ for happens, _ in TOLD])
async def test_everything_that_happens_is_told(merchant: Merchant, door: Door, happens: Happens, told: list[str]):
    await happens(merchant)
    assert sorted(await door.types(len(told))) == sorted(told)
    assert door.queue.empty()


async def test_what_changed_is_told_as_it_was(merchant: Merchant, door: Door):
    changed = await merchant.control.use_method(merchant.account, "pm_card_amex", LATER)
    _, update = await door.next(), await door.next()
    assert (update.created, update.type) == (LATER.timestamp(), "customer.updated")
    assert update.data.previous_attributes is not None
    assert update.data.previous_attributes.to_dict() == {
        "invoice_settings": {"default_payment_method": merchant.method}
    }
    assert isinstance(update.data.object, stripe.Customer)
    assert update.data.object.invoice_settings is not None
    assert update.data.object.invoice_settings.default_payment_method == changed


async def test_an_update_that_changes_nothing_is_not_told(merchant: Merchant, door: Door):
    update = merchant.api.customers.update_async
    await update(merchant.customer, {"invoice_settings": {"default_payment_method": merchant.method}})
    await update(merchant.customer, {"name": "Ada", "metadata": {"tier": "2"}})
    event = await door.next()
    assert event.data.previous_attributes is not None
    assert event.data.previous_attributes.to_dict() == {"name": None, "metadata": {"tier": None}}
    assert door.queue.empty()


async def test_a_doubled_event_has_one_id(merchant: Merchant, door: Door):
    await merchant.control.script(merchant.account, "webhook:doubled")
    intent = await merchant.charge()
    ids = [(await door.next()).id for _ in range(6)]
    assert len(set(ids)) == 3
    assert [hook.posted for hook in await hooks(merchant, intent.id)] == [2, 2, 2]


async def test_a_lost_event_stands_in_books_and_list_only(merchant: Merchant, door: Door):
    await merchant.control.script(merchant.account, "webhook:lost")
    lost, later = await merchant.charge(), await merchant.charge()
    event = await door.next()
    assert isinstance(event.data.object, stripe.PaymentIntent)
    assert event.data.object.id == later.id
    assert [hook.posted for hook in await hooks(merchant, lost.id)] == [0, 0, 0]
    since = {"gte": lost.created}
    listed = await merchant.api.events.list_async({"types": ["payment_intent.*"], "created": since, "limit": 100})  # pyright: ignore[reportArgumentType] - a plain dict
    assert lost.id in {str(one.data.object["id"]) for one in listed.data}


async def test_a_lost_event_can_be_sent_again(merchant: Merchant, door: Door):
    await merchant.control.script(merchant.account, "webhook:lost")
    intent = await merchant.charge()
    told = await hooks(merchant, intent.id)
    await merchant.control.resend(told[-1].id)
    assert (await door.next()).id == told[-1].id
    with pytest.raises(httpx2.HTTPStatusError, match="404"):
        await merchant.control.resend("evt_nothing")


async def test_a_late_event_comes_after_others(merchant: Merchant, door: Door):
    await merchant.control.script(merchant.account, "webhook:late:0.2")
    late, other = await merchant.charge(), await merchant.charge()
    order = [str((await door.next()).data.object["id"]) for _ in range(6)]
    assert order[0] == other.id
    assert order[-1] == late.id


async def test_swapped_events_come_after_the_next_ones(merchant: Merchant, door: Door):
    await merchant.control.script(merchant.account, "webhook:swapped")
    first = await merchant.charge()
    assert door.queue.empty()
    second = await merchant.charge()
    order = [str((await door.next()).data.object["id"]) for _ in range(6)]
    assert (order[0], order[2], order[3], order[5]) == (second.id, second.id, first.id, first.id)


async def test_what_is_not_taken_comes_again(merchant: Merchant, door: Door):
    door.answers = [500, 204, 404, 503, 204, 204]
    intent = await merchant.charge()
    await until_answered(merchant, intent.id, [[500, 503, 204], [204], [404, 204]])


async def test_a_door_that_is_shut_is_knocked_at_until_it_opens(merchant: Merchant, sandbox: Sandbox):
    (port,) = free_ports(1)
    await sandbox.payments.webhook(f"http://127.0.0.1:{port}/hook", SECRET, 0.01)
    intent = await merchant.charge()
    async with asyncio.timeout(5):
        while not all(hook.answers[:2] == [0, 0] for hook in await hooks(merchant, intent.id)):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
    door = Door("hook")
    async with house({"hook": door}, port):
        assert sorted(await door.types(3)) == sorted(PAID)
        await sandbox.payments.webhook("")


async def test_an_event_overtakes_the_answer(merchant: Merchant, door: Door):
    await merchant.control.script(merchant.account, "ok:hold")
    charging = asyncio.create_task(merchant.charge())
    assert await door.types(3) == PAID
    assert not charging.done()
    await merchant.control.release(merchant.account)
    await charging


async def test_without_an_address_events_are_only_kept(merchant: Merchant):
    intent = await merchant.charge()
    assert [(hook.posted, hook.answers) for hook in await hooks(merchant, intent.id)] == [(0, [])] * 3


async def test_events_are_listed_by_type_and_time(merchant: Merchant):
    intent = await merchant.charge(metadata={"at": LATER.isoformat()})
    events, at = merchant.api.events, int(LATER.timestamp())
    await merchant.control.refund(intent.id, 7, datetime.fromtimestamp(at + 60, UTC))

    async def mine(**asked: Any) -> list[str]:
        listed = await events.list_async({"limit": 100, **asked})  # pyright: ignore[reportArgumentType] - plain dicts
        return [one.type for one in listed.data if intent.id in json.dumps(one.to_dict())]

    assert await mine(created={"gte": at, "lt": at + 60}) == PAID[::-1]
    assert await mine(created={"gte": at + 60, "lt": at + 61}) == ["charge.refunded", "refund.created"]
    assert await mine(type="refund.created", created={"gte": at}) == ["refund.created"]
    assert await mine(types=["charge.succeeded", "refund.*"], created={"gte": at}) == [
        "refund.created",
        "charge.succeeded",
    ]
