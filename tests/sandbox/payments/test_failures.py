"""Failures on demand, as the official SDK suffers them: what they leave behind is what differs."""

import asyncio

import pytest
import stripe

from sandbox.payments.books import Charge
from tests.sandbox.payments.merchant import SDK, Merchant, a_name, code_of, is_repeated

pytestmark = SDK


async def rows(merchant: Merchant) -> list[Charge]:
    return (await merchant.control.books()).of(merchant.account)


async def seen(merchant: Merchant) -> list[str]:
    listed = await merchant.api.payment_intents.list_async({"customer": merchant.customer})
    return [intent.status for intent in listed.data]


async def test_timeout_after_moves_the_money_and_says_nothing(merchant: Merchant):
    await merchant.control.script(merchant.account, "timeout_after")
    key = a_name("attempt")
    with pytest.raises(stripe.APIConnectionError):
        await merchant.charge(key)
    assert [row.status for row in await rows(merchant)] == ["succeeded"]
    assert await seen(merchant) == ["succeeded"]
    assert (await merchant.charge(key)).status == "succeeded"
    assert [row.asked for row in await rows(merchant)] == [2]


@pytest.mark.parametrize(
    ("word", "error", "status"),
    [
        ("timeout_before", stripe.APIConnectionError, None),
        ("429", stripe.RateLimitError, 429),
        ("500", stripe.APIError, 500),
        ("hold:500", stripe.APIError, 500),
    ],
)
async def test_these_leave_no_trace(merchant: Merchant, word: str, error: type[stripe.StripeError], status: int | None):
    await merchant.control.script(merchant.account, word)
    key = a_name("attempt")
    charging = asyncio.create_task(merchant.charge(key))
    if word.startswith("hold"):
        await merchant.control.until_held(merchant.account)
        assert [row.status for row in await rows(merchant)] == ["processing"]
        await merchant.control.release(merchant.account)
    with pytest.raises(error) as raised:
        await charging
    assert raised.value.http_status == status
    assert (await rows(merchant), await seen(merchant)) == ([], [])
    assert (await merchant.charge(key)).status == "succeeded"
    assert [row.asked for row in await rows(merchant)] == [1]


@pytest.mark.parametrize(("word", "found"), [("500:stored", ["succeeded"]), ("500:stored:unpaid", [])])
async def test_a_stored_500_comes_again_whatever_happened(merchant: Merchant, word: str, found: list[str]):
    await merchant.control.script(merchant.account, word)
    key = a_name("attempt")
    for repeated in (False, True):
        with pytest.raises(stripe.APIError) as error:
            await merchant.charge(key)
        assert (error.value.http_status, is_repeated(error.value)) == (500, repeated)
    assert await seen(merchant) == found
    assert [row.status for row in await rows(merchant)] == found


async def test_confirming_fails_as_creating_does_and_leaves_the_intent_as_it_was(merchant: Merchant):
    intents = merchant.api.payment_intents
    intent = await merchant.api.payment_intents.create_async(
        {"amount": 500, "currency": "usd", "customer": merchant.customer, "payment_method": merchant.method}
    )
    await merchant.control.script(merchant.account, "timeout_before")
    with pytest.raises(stripe.APIConnectionError):
        await intents.confirm_async(intent.id, {"off_session": True})
    assert (await intents.retrieve_async(intent.id)).status == "requires_confirmation"
    await merchant.control.script(merchant.account, "decline:lost_card")
    with pytest.raises(stripe.CardError):
        await intents.confirm_async(intent.id, {"off_session": True})
    await merchant.control.script(merchant.account, "500")
    again: stripe.params.PaymentIntentConfirmParams = {"off_session": True, "payment_method": merchant.method}
    with pytest.raises(stripe.APIError):
        await intents.confirm_async(intent.id, again)
    assert [(row.status, row.code) for row in await rows(merchant)] == [("declined", "lost_card")]
    await merchant.control.script(merchant.account, "timeout_after")
    with pytest.raises(stripe.APIConnectionError):
        await intents.confirm_async(intent.id, again)
    assert [(row.status, row.code) for row in await rows(merchant)] == [("succeeded", "")]


async def test_an_intent_that_is_being_confirmed_is_locked(merchant: Merchant):
    await merchant.control.script(merchant.account, "hold")
    charging = asyncio.create_task(merchant.charge())
    await merchant.control.until_held(merchant.account)
    (row,) = await rows(merchant)
    intents = merchant.api.payment_intents
    for locked in (intents.confirm_async(row.id, {"off_session": True}), intents.cancel_async(row.id)):
        with pytest.raises(stripe.RateLimitError) as error:
            await locked
        assert code_of(error.value) == "lock_timeout"
    await merchant.control.release(merchant.account)
    assert (await charging).id == row.id


async def test_a_pending_word_sends_a_card_payment_on_its_way(merchant: Merchant):
    await merchant.control.script(merchant.account, "pending")
    intent = await merchant.charge(a_name("attempt"))
    assert intent.status == "processing"
    assert [row.status for row in await rows(merchant)] == ["pending"]
    await merchant.control.settle(intent.id)
    assert await seen(merchant) == ["succeeded"]


async def test_a_decline_of_any_code_is_told(merchant: Merchant):
    await merchant.control.script(merchant.account, "decline:card_declined")
    await merchant.control.script(merchant.account, "decline:invented_by_a_bank")
    plain, invented = await merchant.declined(), await merchant.declined()
    assert plain.error is not None
    assert invented.error is not None
    assert (plain.code, plain.error.decline_code) == ("card_declined", None)
    assert (invented.code, invented.error.decline_code) == ("card_declined", "invented_by_a_bank")
    assert [row.code for row in await rows(merchant)] == ["card_declined", "invented_by_a_bank"]


async def test_a_share_of_answers_is_lost_and_every_attempt_is_still_paid_once(merchant: Merchant):
    await merchant.control.drop(0.3, seed=7)
    keys = [a_name("dropped") for _ in range(40)]
    try:
        lost = [key for key in keys if not await answered(merchant, key)]
        assert 4 < len(lost) < 25
        for key in lost:
            assert await answered(merchant, key)  # a replay is not lost again
    finally:
        await merchant.control.drop(0)
    books = await merchant.control.books()
    assert [row.key for row in books.paid(merchant.account)] == keys
    assert not set(keys) & set(books.moved_twice())
    moved = [line for line in books.journal if line.account == merchant.account]
    assert [(line.kind, line.amount, line.key) for line in moved] == [("charge", 1999, key) for key in keys]


async def answered(merchant: Merchant, key: str) -> bool:
    try:
        await merchant.charge(key)
    except stripe.APIConnectionError:
        return False
    return True
