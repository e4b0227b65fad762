"""Idempotency keys: one answer per key, whatever it was; one movement of money per attempt."""

import asyncio

import pytest
import stripe

from tests.sandbox.payments.merchant import SDK, Merchant, a_name, code_of, is_repeated

pytestmark = SDK


def header(answer: stripe.StripeObject, name: str) -> str | None:
    assert answer.last_response is not None
    return answer.last_response.headers.get(name)


async def test_a_known_key_gets_the_first_answer(merchant: Merchant):
    key = a_name("attempt")
    first, second = await merchant.charge(key), await merchant.charge(key)
    assert (first.id, first.latest_charge) == (second.id, second.latest_charge)
    assert (header(first, "idempotent-replayed"), header(second, "idempotent-replayed")) == (None, "true")
    assert header(second, "original-request") == header(first, "request-id") != header(second, "request-id")
    (row,) = (await merchant.control.books()).of(merchant.account)
    assert (row.key, row.asked, row.id) == (key, 2, first.id)


async def test_a_decline_is_repeated_too(merchant: Merchant):
    await merchant.control.script(merchant.account, "decline:insufficient_funds")
    key = a_name("attempt")
    first, second = await merchant.declined(key), await merchant.declined(key)
    assert first.json_body == second.json_body
    assert (is_repeated(first), is_repeated(second)) == (False, True)
    assert first.request_id != second.request_id
    (row,) = (await merchant.control.books()).of(merchant.account)
    assert (row.status, row.code, row.asked) == ("declined", "insufficient_funds", 2)


async def test_other_parameters_under_a_known_key_are_refused(merchant: Merchant):
    key = a_name("attempt")
    await merchant.charge(key)
    with pytest.raises(stripe.IdempotencyError, match="same parameters") as error:
        await merchant.charge(key, amount=2000)
    assert error.value.error is not None
    assert (error.value.http_status, error.value.error.type) == (400, "idempotency_error")
    with pytest.raises(stripe.IdempotencyError):
        await merchant.api.refunds.create_async({"payment_intent": "pi_1"}, {"idempotency_key": key})
    assert len((await merchant.control.books()).of(merchant.account)) == 1


async def test_a_key_in_use_is_refused_for_now(merchant: Merchant):
    await merchant.control.script(merchant.account, "hold:ok")
    key = a_name("attempt")
    first = asyncio.create_task(merchant.charge(key))
    assert (await merchant.control.until_held(merchant.account)).what == key
    with pytest.raises(stripe.APIError) as error:
        await merchant.charge(key)
    assert (error.value.http_status, code_of(error.value)) == (409, "idempotency_key_in_use")
    (row,) = (await merchant.control.books()).of(merchant.account)
    assert row.status == "processing"
    await merchant.control.release(merchant.account)
    assert (await first).id == (await merchant.charge(key)).id == row.id


async def test_an_answer_that_nobody_waited_for_is_kept(merchant: Merchant):
    await merchant.control.script(merchant.account, "ok:hold")
    key = a_name("attempt")
    with pytest.raises(stripe.APIConnectionError):
        await merchant.hasty.payment_intents.create_async(merchant.params(key), {"idempotency_key": key})
    seen = await merchant.api.payment_intents.list_async({"customer": merchant.customer})
    assert [intent.status for intent in seen.data] == ["succeeded"]
    await merchant.control.release(merchant.account)
    assert (await merchant.charge(key)).id == seen.data[0].id


async def test_a_key_is_free_again_after_a_day(merchant: Merchant):
    key = a_name("attempt")
    first = await merchant.charge(key)
    await merchant.control.forget_keys()
    assert (await merchant.charge(key)).id != first.id
    assert key in (await merchant.control.books()).moved_twice()  # which is why nobody may rely on an old key


async def test_without_a_key_every_call_is_a_new_one(merchant: Merchant):
    assert (await merchant.charge()).id != (await merchant.charge()).id
    assert len((await merchant.control.books()).paid(merchant.account)) == 2


async def test_other_endpoints_repeat_themselves_too(merchant: Merchant):
    key, about = a_name("customer"), {"account": a_name("account")}
    create = merchant.api.customers.create_async
    first, second = [await create({"metadata": about}, {"idempotency_key": key}) for _ in range(2)]
    assert first.id == second.id
    intent = await merchant.charge()
    refunds = [
        await merchant.api.refunds.create_async(
            {"payment_intent": intent.id, "amount": 100}, {"idempotency_key": f"refund-{key}"}
        )
        for _ in range(2)
    ]
    assert refunds[0].id == refunds[1].id
    assert [refund.amount for refund in (await merchant.control.books()).refunds if refund.payment == intent.id] == [
        100
    ]


async def test_what_was_refused_after_work_began_is_kept(merchant: Merchant):
    intent, key = await merchant.charge(), a_name("refund")
    refund = merchant.api.refunds.create_async
    for repeated in (False, True):
        with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded") as error:
            await refund({"payment_intent": intent.id, "amount": 2000}, {"idempotency_key": key})
        assert is_repeated(error.value) == repeated


async def test_a_key_has_an_end(merchant: Merchant):
    with pytest.raises(stripe.InvalidRequestError, match="255"):
        await merchant.charge("k" * 256)
