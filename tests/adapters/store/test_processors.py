"""Subscriptions that a processor runs, and where each of their payments counts, on both databases."""

from datetime import timedelta

from adapters.store import SqlStore
from dunning.money import Money
from dunning.records.processor_subscriptions import CountedSale, ProcessorSubscription, Terms
from tests.adapters.store.test_store import AT

ACTIVE = Terms(status="active", amount=Money.parse("USD 19.99"), next_charge=AT)
ONE = ProcessorSubscription(id="I-1", account="a-1", counts_from=AT, linked_by="ana", terms=ACTIVE, looked_at=AT)
SALE = CountedSale(id="S-1", subscription="I-1", account="a-1", invoice="INV-1", amount=Money.parse("USD 5"), at=AT)


async def test_links_are_read_as_they_were_put_last_and_forgotten(store: SqlStore) -> None:
    other = ONE.model_copy(update={"id": "I-2", "account": "a-2"})
    for each in (other, ONE, ONE):
        await store.put_processor_subscription(each)
    assert await store.processor_subscriptions() == (ONE, other)
    assert await store.processor_subscriptions("a-1") == (ONE,)
    later = ONE.model_copy(update={"looked_at": AT + timedelta(hours=1)})
    await store.put_processor_subscription(later)
    assert await store.processor_subscription("I-1") == later
    assert await store.remove_processor_subscription("I-1")
    assert not await store.remove_processor_subscription("I-1")
    await store.note_processor_subscription(later)
    assert await store.processor_subscription("I-1") is None, "who looks at it just then brings it not back"
    await store.note_processor_subscription(other.model_copy(update={"warned": "10-16-late"}))
    known = await store.processor_subscription("I-2")
    assert known
    assert known.warned == "10-16-late"


async def test_a_payment_counts_where_it_was_noted_first(store: SqlStore) -> None:
    assert await store.count_sale(SALE, ()) == SALE
    assert await store.count_sale(SALE.model_copy(update={"invoice": "INV-2"}), ()) == SALE
    assert (await store.sales_of("INV-1"), await store.sales_of("INV-2")) == ((SALE,), ())
    told = SALE.model_copy(update={"told": True})
    await store.note_sale(told)
    assert await store.counted_sale("S-1") == told
    assert await store.counted_sale("S-2") is None


async def test_who_has_not_seen_what_counts_on_the_invoice_looks_again(store: SqlStore) -> None:
    assert await store.count_sale(SALE, ()) == SALE
    other = SALE.model_copy(update={"id": "S-9"})
    assert await store.count_sale(other, ()) is None
    assert await store.counted_sale("S-9") is None
    assert await store.count_sale(other, [SALE.id]) == other
    ahead = SALE.model_copy(update={"id": "S-10", "invoice": ""})
    assert await store.count_sale(ahead, ()) == ahead, "there is room for any credit"


async def test_whether_any_of_a_company_is_linked(store: SqlStore) -> None:
    assert not await store.runs_subscriptions("paypal")
    await store.put_processor_subscription(ONE.model_copy(update={"id": "subX1"}))
    assert (await store.runs_subscriptions("stripe"), await store.runs_subscriptions("paypal")) == (False, True)
    await store.put_processor_subscription(ONE.model_copy(update={"id": "sub_1"}))
    assert await store.runs_subscriptions("stripe")
