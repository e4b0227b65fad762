"""Claims on both databases: of two who come at the same moment one counts, and the other hears of it."""

import asyncio
from datetime import UTC, datetime

import pytest

from adapters.store import SqlStore
from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.fence import Fence
from dunning.money import Money
from dunning.ports.fences import OvertakenError
from dunning.records.claims import GIVEN, Unhandled
from dunning.records.credit import Credit
from dunning.records.inbox import InboxEvent
from tests.adapters.store.test_store import ACCOUNT, opened

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
TEN = Money.parse("USD 10.00")
PAYMENT = Payment(id="p-1", amount=TEN, at=AT)
REFUND = Reversal(id="r-1", payment="p-1", amount=TEN, at=AT, reason="refunded")
WON = Restored(id="w-1", reversal="r-1", amount=TEN, at=AT)
AT_ONCE = 12


def late(payment: str = "p-1") -> Credit:
    return Credit(id=f"i-1:{payment}", account="a-1", amount=TEN, at=AT, reason="late")


async def worth(store: SqlStore) -> int:
    return sum(credit.amount.minor for credit in await store.credits("a-1"))


async def test_many_claims_at_once_each_have_a_version_of_their_own_or_share_it_with_their_transaction(
    store: SqlStore,
) -> None:
    claims = await asyncio.gather(*(store.claim("i-1", f"p-{n % 3}") for n in range(AT_ONCE)))
    assert {(claim.payment, claim.place) for claim in claims} == {("p-0", ""), ("p-1", ""), ("p-2", "")}
    assert (await store.claim("i-1", "p-1")).version > max(c.version for c in claims if c.payment == "p-1")


async def test_an_older_claim_makes_no_credit(store: SqlStore) -> None:
    older, newer = await store.claim("i-1", "p-1"), await store.claim("i-1", "p-1")
    assert not await store.keep_as_credit(older, None, late(), None)
    assert await store.credits("a-1") == ()
    assert await store.keep_as_credit(newer, None, late(), None)
    assert (await store.claim("i-1", "p-1")).place == "i-1:p-1"
    assert not await store.keep_as_credit(newer, None, late(), None)


async def test_of_an_order_and_a_webhook_at_the_same_moment_one_counts_it(store: SqlStore, url: str) -> None:
    other = SqlStore(url)
    await store.put_account(ACCOUNT)
    for number in range(AT_ONCE):
        name = f"race-{number}"
        payment, credit = PAYMENT.model_copy(update={"id": name}), late(name)
        claim = await other.claim("i-1", name)
        kept, given = await asyncio.gather(
            other.keep_as_credit(claim, None, credit, None), store.give("i-1", "a-1", payment, AT)
        )
        assert given == TEN, "what had become credit is taken back"
        assert (await store.claim("i-1", name)).place == GIVEN
        assert await worth(store) == 0, kept
    await other.close()


async def test_of_a_refund_and_a_credit_at_the_same_moment_both_count(store: SqlStore, url: str) -> None:
    other = SqlStore(url)
    for number in range(AT_ONCE):
        name = f"race-{number}"
        refund = REFUND.model_copy(update={"id": f"back-{name}", "payment": name})
        claim = await store.claim("i-1", name)
        await asyncio.gather(store.keep_as_credit(claim, None, late(name), None), other.remember("i-1", refund))
        assert await worth(store) == 0
    await other.close()


@pytest.mark.parametrize("order", ["rwk", "wrk", "kwr", "krw", "rkw", "wkr"])
async def test_what_is_taken_back_and_comes_again_counts_in_any_order(store: SqlStore, order: str) -> None:
    for each in order:
        for _ in range(2):
            if each == "k":
                claim = await store.claim("i-1", "p-1")
                await store.keep_as_credit(claim, None, late(), None)
            else:
                await store.remember("i-1", REFUND if each == "r" else WON)
    assert await worth(store) == TEN.minor
    assert await store.remembered("i-1") == (REFUND, WON) or await store.remembered("i-1") == (WON, REFUND)


async def test_credit_of_which_something_was_taken_back_stays_credit(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await store.keep_as_credit(await store.claim("i-1", "p-1"), None, late(), None)
    await store.remember("i-1", REFUND.model_copy(update={"amount": Money.parse("USD 4.00")}))
    assert await store.give("i-1", "a-1", PAYMENT, AT) is None
    assert await worth(store) == 600


async def test_what_was_taken_back_from_credit_may_become_credit_again(store: SqlStore) -> None:
    """The order that found it was given up, its case ended, and the money is told once more."""
    await store.put_account(ACCOUNT)
    for _ in range(3):
        await store.keep_as_credit(await store.claim("i-1", "p-1"), None, late(), None)
        assert await worth(store) == TEN.minor
        assert await store.give("i-1", "a-1", PAYMENT, AT) == TEN
        assert await worth(store) == 0


async def test_what_was_accepted_and_has_not_reached_its_case_is_found_by_whom_it_concerns(store: SqlStore) -> None:
    async def waits(invoice: str = "i-1", account: str = "a-1", payer: str = "cus_1") -> str:
        found = await store.unhandled(invoice, account, payer, ("p-known",))
        return found.id if found else ""

    assert await waits() == ""
    events = {
        "of-invoice": InboxEvent(source="payments", id="of-invoice", body="", at=AT, invoice="i-1"),
        "of-account": InboxEvent(source="payments", id="of-account", body="", at=AT, account="a-1"),
        "of-payer": InboxEvent(source="stripe", id="of-payer", body="", at=AT, payer="cus_1"),
        "of-nobody": InboxEvent(source="stripe", id="of-nobody", body="", at=AT),
    }
    for name, event in events.items():
        await store.receive([event])
        assert await waits() == name
        assert await waits("i-2", "a-2", "") == ("of-nobody" if name == "of-nobody" else "")
        await store.handled(event, "noted")
    await store.claim("i-1", "p-known")
    assert await waits() == ""
    await store.claim("i-1", "p-9")
    assert await store.unhandled("i-1", "a-1", "", ()) == Unhandled(source="", id="p-9", invoice="i-1", account="a-1")
    assert await waits("i-2") == ""


@pytest.mark.promise(9)
@pytest.mark.promise(11)
async def test_a_worker_that_was_frozen_takes_no_credit_for_a_case_that_is_over(store: SqlStore) -> None:
    """It asked the gateway long ago; meanwhile the case closed, and the money came again and is the customer's."""
    await store.put_account(ACCOUNT)
    await opened(store, "i-1", AT.date())
    await store.mark_invoice(Fence("i-1", 1, 7), "closed")
    await store.keep_as_credit(await store.claim("i-1", "p-1"), None, late(), None)
    with pytest.raises(OvertakenError):
        await store.give("i-1", "a-1", PAYMENT, AT, Fence("i-1", 1, 3))
    assert await worth(store) == TEN.minor
    assert (await store.claim("i-1", "p-1")).place == "i-1:p-1"
    assert await store.give("i-1", "a-1", PAYMENT, AT, Fence("i-1", 1, 8)) == TEN


async def test_a_store_that_was_lost_knows_no_newer_order(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    assert await store.give("i-1", "a-1", PAYMENT, AT, Fence("i-1", 1, 3)) == TEN


async def test_what_was_waited_for_long_enough_hides_no_other_news(store: SqlStore) -> None:
    """A step that has waited a day for one event still waits for a payment that is accepted later."""
    old = InboxEvent(source="stripe", id="evt-old", body="", at=AT)
    await store.receive([old])
    assert await store.unhandled("i-1", "a-1", "", (), ("stripe:evt-old",)) is None
    await store.receive([InboxEvent(source="payments", id="evt-new", body="", at=AT, invoice="i-1")])
    found = await store.unhandled("i-1", "a-1", "", (), ("stripe:evt-old",))
    assert found is not None
    assert found.key == "payments:evt-new"
    await store.claim("i-1", "p-9")
    waited = ("stripe:evt-old", "payments:evt-new")
    assert await store.unhandled("i-1", "a-1", "", (), waited) == Unhandled(
        source="", id="p-9", invoice="i-1", account="a-1"
    )
    assert await store.unhandled("i-1", "a-1", "", (), (*waited, ":p-9")) is None
