"""What an order writes is refused once a newer one of its case has written, on both databases."""

from datetime import date

import pytest

from adapters.store import SqlStore
from dunning.case.fence import Fence
from dunning.case.results import StillHeld
from dunning.holds import OTHER_SOURCES
from dunning.level import Level
from dunning.ports.fences import OvertakenError, SettledError
from tests.adapters.store.test_store import ACCOUNT, books, hold, opened

OLD, NEW = Fence("i-1", 1, 3), Fence("i-1", 1, 7)
DUE = date(2024, 2, 29)


@pytest.mark.promise(11)
async def test_a_newer_order_fences_an_older_one_whatever_it_wants_to_write(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await opened(store, "i-1", DUE)
    assert await store.tighten_holds("a-1", [hold("i-1")], OLD, had=False)
    await store.mark_invoice(NEW, "open")
    before = await store.invoice("i-1"), await store.holds("a-1"), await store.ledger("i-1")
    for late in (
        store.tighten_holds("a-1", [hold("i-1", Level.SUSPENDED)], OLD, had=True),
        store.replace_holds("a-1", (hold("i-1"),), (), OLD),
        store.mark_invoice(OLD, "paid"),
        store.move_due(OLD, date(2030, 1, 1)),
        store.close_ledger(books(number=3)),
    ):
        with pytest.raises(OvertakenError, match=r"a newer order than 1\.3 has written"):
            await late
    assert (await store.invoice("i-1"), await store.holds("a-1"), await store.ledger("i-1")) == before


async def test_the_same_order_may_write_again_and_a_later_life_overtakes_every_order_of_an_earlier_one(
    store: SqlStore,
) -> None:
    await store.put_account(ACCOUNT)
    assert await opened(store, "i-1", DUE) == 1
    for _ in range(2):
        await store.mark_invoice(NEW, "paid")
    assert await store.new_generation("i-1") == 2
    await store.mark_invoice(NEW._replace(number=9), "open")  # the second life has written nothing yet
    await store.mark_invoice(Fence("i-1", 2, 0), "paid")
    with pytest.raises(OvertakenError) as refusal:
        await store.mark_invoice(Fence("i-1", 1, 10_000), "open")
    assert refusal.value.generation == 3, "whoever hears it goes on with a number that nobody else has"


async def test_two_invoices_of_an_account_do_not_fence_each_other(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await opened(store, "i-1", DUE)
    await opened(store, "i-2", DUE)
    await store.mark_invoice(Fence("i-2", 5, 100), "open")
    assert await store.tighten_holds("a-1", [hold("i-1")], OLD, had=False)


@pytest.mark.parametrize("status", ["paid", "closed"])
async def test_nothing_is_restricted_for_an_invoice_that_is_settled(store: SqlStore, status: str) -> None:
    await store.put_account(ACCOUNT)
    await opened(store, "i-1", DUE)
    await store.mark_invoice(OLD, status)
    with pytest.raises(SettledError, match=f"i-1 is {status} in the store"):
        await store.tighten_holds("a-1", [hold("i-1")], NEW, had=False)
    assert await store.holds("a-1") == ()


async def test_a_hold_only_gets_tighter_and_one_that_is_gone_does_not_come_back(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await opened(store, "i-1", DUE)
    assert await store.tighten_holds("a-1", [hold("i-1", Level.SUSPENDED)], OLD, had=False)
    assert await store.tighten_holds("a-1", [hold("i-1", Level.LOCKED)], OLD, had=True)
    assert await store.holds("a-1") == (hold("i-1", Level.SUSPENDED),)
    assert await store.replace_holds("a-1", (hold("i-1", Level.SUSPENDED),), (), OLD)
    assert not await store.tighten_holds("a-1", [hold("i-1", Level.SUSPENDED)], NEW, had=True)
    assert await store.holds("a-1") == ()


@pytest.mark.parametrize(("status", "handed"), [("open", True), ("void", True), ("paid", False), ("closed", False)])
async def test_a_hold_is_handed_only_to_an_invoice_that_is_not_settled(
    store: SqlStore, status: str, *, handed: bool
) -> None:
    await store.put_account(ACCOUNT)
    await opened(store, "i-1", DUE)
    await opened(store, "i-2", DUE)
    await store.mark_invoice(Fence("i-2", 1, 0), status)
    mine, theirs = hold("i-1"), hold("i-2")
    await store.tighten_holds("a-1", [mine], OLD, had=False)
    assert await store.replace_holds("a-1", (mine,), (theirs,), NEW) is handed
    assert await store.holds("a-1") == ((theirs,) if handed else (mine,))


async def test_a_persons_hold_belongs_to_no_invoice_and_no_order(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    for source in OTHER_SOURCES:
        await store.place_hold(hold(source))
    assert await store.replace_holds("a-1", await store.holds("a-1"), ())


async def test_books_stay_open_while_their_invoice_still_has_a_hold(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await opened(store, "i-1", DUE)
    await store.tighten_holds("a-1", [hold("i-1")], OLD, had=False)
    assert await store.close_ledger(books(number=7)) == StillHeld(level=Level.LOCKED)
    assert await store.ledger("i-1") is None
    assert await store.replace_holds("a-1", (hold("i-1"),), (), NEW)
    assert await store.close_ledger(books(number=7)) is None
    assert await store.ledger("i-1")


async def test_writing_for_an_invoice_that_was_never_opened_says_what_to_do(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    for write in (
        store.mark_invoice(OLD, "open"),
        store.tighten_holds("a-1", [hold("i-1")], OLD, had=False),
        store.new_generation("i-1"),
    ):
        with pytest.raises(LookupError, match="'i-1' is not in the store: open it before"):
            await write


SHOP, BLOG = hold("i-1", service="shop"), hold("i-1", service="blog")


async def test_several_services_are_held_by_one_order_all_or_none(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await opened(store, "i-1", DUE)
    await store.place_hold(hold("abuse", service="shop"))
    assert await store.tighten_holds("a-1", [SHOP, BLOG], NEW, had=False)
    before = await store.holds("a-1")
    assert [(each.source, each.service) for each in before] == [("abuse", "shop"), ("i-1", "blog"), ("i-1", "shop")]
    with pytest.raises(OvertakenError):
        await store.tighten_holds(
            "a-1", [hold("i-1", Level.SUSPENDED, service=each) for each in ("x", "shop")], OLD, had=True
        )
    assert await store.holds("a-1") == before
    tighter = hold("i-1", Level.SUSPENDED, service="shop")
    assert await store.tighten_holds("a-1", [tighter, hold("i-1", Level.WARNED, service="blog")], NEW, had=True)
    assert await store.holds("a-1") == (before[0], BLOG, tighter)


async def test_a_stale_order_of_the_shops_invoice_changes_nothing_of_the_blogs(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    for number in ("i-1", "i-2"):
        await opened(store, number, DUE)
    blog = hold("i-2", service="blog")
    assert await store.tighten_holds("a-1", [SHOP], OLD, had=False)
    assert await store.tighten_holds("a-1", [blog], Fence("i-2", 1, 1), had=False)
    assert await store.replace_holds("a-1", (SHOP, blog), (blog,), NEW)
    for late in (
        store.tighten_holds("a-1", [SHOP], OLD, had=False),
        store.replace_holds("a-1", (blog,), (), OLD),
    ):
        with pytest.raises(OvertakenError):
            await late
    assert await store.holds("a-1") == (blog,)


async def test_an_order_places_no_hold_but_its_own_invoices(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await opened(store, "i-1", DUE)
    for wrong in (hold("i-2"), hold("i-1", account="a-2")):
        with pytest.raises(ValueError, match="only holds of i-1 on 'a-1'"):
            await store.tighten_holds("a-1", [SHOP, wrong], OLD, had=False)
    assert await store.holds("a-1") == ()


@pytest.mark.promise(11)
@pytest.mark.parametrize(("status", "lifted"), [("open", False), ("void", False), ("paid", True), ("closed", True)])
async def test_only_its_own_order_lifts_the_hold_of_an_invoice_that_is_owed(
    store: SqlStore, status: str, *, lifted: bool
) -> None:
    """Somebody read that it was settled, and was frozen until it was owed again and suspended anew."""
    await store.put_account(ACCOUNT)
    await opened(store, "i-1", DUE)
    await opened(store, "i-2", DUE)
    mine = hold("i-1")
    await store.tighten_holds("a-1", [mine], OLD, had=False)
    await store.mark_invoice(NEW, status)
    for fence in (None, Fence("i-2", 1, 0)):
        assert await store.replace_holds("a-1", (mine,), (), fence) is lifted
        mine = mine.model_copy(update={"level": Level.WARNED})
        if lifted:
            break
        assert not await store.replace_holds("a-1", await store.holds("a-1"), (mine,), fence), "nor loosens it"
        mine = hold("i-1")
    assert bool(await store.holds("a-1")) is not lifted


async def test_whoever_renews_an_invoice_lifts_its_hold_and_so_does_its_own_order(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await opened(store, "i-1", DUE)
    await opened(store, "i-2", DUE)
    for lift in ({"fence": Fence("i-2", 1, 0), "renewed": "i-1"}, {"fence": NEW}):
        await store.place_hold(hold("i-1"))
        assert await store.replace_holds("a-1", (hold("i-1"),), (), **lift)  # pyright: ignore[reportArgumentType]


async def test_books_of_what_was_deleted_close_with_its_hold(store: SqlStore) -> None:
    """Money that comes after the deletion reinstates nothing."""
    await store.put_account(ACCOUNT)
    await opened(store, "i-1", DUE)
    await store.tighten_holds("a-1", [hold("i-1")], OLD, had=False)
    order = books(number=7)
    gone = order.case.model_copy(update={"level": Level.DELETED})
    assert await store.close_ledger(order.model_copy(update={"case": gone})) is None
