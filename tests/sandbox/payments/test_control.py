"""The gateway's control interface and books: what tests, demo and soak build upon."""

from datetime import UTC, datetime

import httpx2
import pytest

from tests.sandbox.payments.merchant import SDK, Merchant, a_name

pytestmark = SDK

LATER = datetime(2027, 6, 1, 12, tzinfo=UTC)


async def test_the_books_hold_a_row_for_each_payment(merchant: Merchant):
    key = a_name("attempt")
    about = {
        "invoice": "INV-9",
        "account": merchant.account,
        "step": "charge-1",
        "attempt": key,
        "at": LATER.isoformat(),
    }
    intent = await merchant.charge(key, metadata=about)
    (row,) = (await merchant.control.books()).of(merchant.account)
    assert row.model_dump() == {
        "id": intent.id,
        "key": key,
        "account": merchant.account,
        "invoice": "INV-9",
        "step": "charge-1",
        "amount": 1999,
        "currency": "USD",
        "at": LATER,
        "status": "succeeded",
        "code": "",
        "message": "",
        "method": "Visa ending 4242",
        "asked": 1,
        "unanswered": False,
    }


async def test_an_intent_that_nobody_confirmed_has_no_row(merchant: Merchant):
    await merchant.api.payment_intents.create_async({"amount": 500, "currency": "usd", "customer": merchant.customer})
    assert (await merchant.control.books()).of(merchant.account) == []


async def test_whose_a_payment_is_says_its_customer_too(merchant: Merchant):
    await merchant.control.script(merchant.account, "decline:lost_card")
    await merchant.declined(metadata={})
    (row,) = (await merchant.control.books()).of(merchant.account)
    assert (row.status, row.code, row.invoice) == ("declined", "lost_card", "")


async def test_payments_made_elsewhere(merchant: Merchant):
    told = await merchant.control.pay_directly(merchant.account, 700, "EUR", "INV-5", LATER)
    untold = await merchant.control.pay_directly(merchant.account, 800, "usd")
    intents = [await merchant.api.payment_intents.retrieve_async(name) for name in (told, untold)]
    assert [intent.metadata.to_dict() for intent in intents] == [
        {"invoice": "INV-5", "account": merchant.account},
        {},
    ]
    assert [(intent.status, intent.customer) for intent in intents] == [("succeeded", merchant.customer)] * 2
    assert intents[0].created == LATER.timestamp()
    rows = (await merchant.control.books()).paid(merchant.account)
    assert [(row.amount, row.currency, row.key) for row in rows] == [(700, "EUR", ""), (800, "USD", "")]
    under_way = await merchant.control.pay_directly(merchant.account, 900, "usd", method="pm_usBankAccount_success")
    assert (await merchant.api.payment_intents.retrieve_async(under_way)).status == "processing"
    with pytest.raises(httpx2.HTTPStatusError, match="402"):
        await merchant.control.pay_directly(merchant.account, 900, "usd", method="pm_card_chargeCustomerFail")


async def test_only_a_debit_in_transit_is_settled(merchant: Merchant):
    await merchant.control.script(merchant.account, "pending")
    key = a_name("attempt")
    await merchant.charge(key)
    assert (await merchant.control.settle(key, "debit_returned", LATER)).message == "Your bank returned the debit."
    for name in (key, "pi_nothing"):
        with pytest.raises(httpx2.HTTPStatusError, match="404"):
            await merchant.control.settle(name)


async def test_the_journal_holds_every_movement_of_money(merchant: Merchant):
    key = a_name("attempt")
    intent = await merchant.charge(key)
    await merchant.control.script(merchant.account, "decline:lost_card")
    await merchant.declined(a_name("attempt"))
    refund = await merchant.control.refund(key, 500)
    dispute = await merchant.control.dispute(key, 1499)
    await merchant.control.close_dispute(dispute, "won")
    books = await merchant.control.books()
    lines = [line for line in books.journal if line.account == merchant.account]
    assert [(line.kind, line.of, line.amount) for line in lines] == [
        ("charge", intent.latest_charge, 1999),
        ("refund", refund, -500),
        ("dispute", dispute, -1499),
        ("dispute_won", dispute, 1499),
    ]
    assert {(line.payment, line.key, line.invoice) for line in lines} == {(intent.id, key, "INV-1")}
    assert [line.seq for line in books.journal] == list(range(1, len(books.journal) + 1))
    assert key not in books.moved_twice()
    told = [d for d in books.disputes if d.id == dispute]
    assert [(d.status, d.amount, d.payment) for d in told] == [("won", 1499, intent.id)]


@pytest.mark.parametrize("wrong", ["pm_nothing", "4242424242424242"])
async def test_a_method_that_nobody_published_is_refused(merchant: Merchant, wrong: str):
    for call in (
        merchant.control.customer(a_name("new"), wrong),
        merchant.control.use_method(merchant.account, wrong),
        merchant.control.pay_directly(merchant.account, 500, "usd", method=wrong),
    ):
        with pytest.raises(httpx2.HTTPStatusError, match="400"):
            await call
