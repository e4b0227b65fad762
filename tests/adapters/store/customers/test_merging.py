"""Merging accounts in the store: all of it or nothing; what is written late under the old id is found all the same."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from activities.owners import account_of, for_owner
from adapters.settings.settings import ROOT
from adapters.store import SqlStore
from dunning.case.facts import Exemption
from dunning.case.fence import Fence
from dunning.case.orders import RestrictOrder
from dunning.coverage import ALL, Coverage
from dunning.holds import Hold
from dunning.level import Level
from dunning.money import Money
from dunning.ports.beginnings import AccountChangedError
from dunning.ports.fences import MovedError
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account, AccountChange, Contact, Service
from dunning.records.beginning import Beginning
from dunning.records.books import KnownInvoice
from dunning.records.credit import Credit
from dunning.records.effects import Effect
from dunning.records.inbox import InboxEvent, Outcome
from dunning.records.merging import Merge, merge_of
from operations.accounts.exemptions import Exemptions
from operations.accounts.merge import MergeAccounts
from operations.errors import KeptError
from tests.adapters.store.customers.test_account_changes import other
from tests.adapters.store.test_store import AT, notice, ticket

__all__ = ["other"]

DUE = date(2026, 12, 1)
ONE = Account(
    id="one",
    name="Bakery again",
    payer="p-1",
    contacts=(Contact(account="one", email="b@x.example"),),
    services=(Service(id="sandbox:u1:website", account="one", user="u1"),),
)
INTO = Account(
    id="into",
    name="Bakery",
    payer="p-2",
    contacts=(Contact(account="into", email="a@x.example"),),
    services=(Service(id="sandbox:u2:website", account="into", user="u2"),),
)


def change(what: str = "account one merged into it") -> AccountChange:
    return AccountChange(account="into", at=AT, by="ana", reason="signed up twice", what=(what,))


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


def credit(name: str, account: str, minor: int) -> Credit:
    return Credit(id=name, account=account, amount=usd(minor), at=AT, reason="")


async def merged(store: SqlStore) -> Merge:
    merge = merge_of(await store.account("one"), await store.account("into"))
    assert await store.merge_accounts(merge, change())
    return merge


async def begin(store: SqlStore, number: str, account: str) -> Fence:
    generation = await store.open_invoice(KnownInvoice(number=number, account=account, policy="p", due=DUE))
    return Fence(number, generation, 1)


def hold(source: str, account: str, service: str = ALL, level: Level = Level.SUSPENDED) -> Hold:
    return Hold(account=account, source=source, service=service, level=level, since=AT)


@pytest.fixture
async def both(store: SqlStore) -> SqlStore:
    """Put both accounts."""
    await store.put_account(ONE)
    await store.put_account(INTO)
    return store


async def test_all_of_one_account_is_the_others_and_found_by_either_id(both: SqlStore) -> None:
    await begin(both, "i-1", "one")
    fence = await begin(both, "i-2", "into")
    assert await both.tighten_holds("into", [hold("i-2", "into")], fence, had=False)
    await both.add_credit(credit("c-1", "one", 100))
    await both.add_credit(credit("c-2", "into", 11))
    await both.put_notice(notice("n-1").model_copy(update={"account": "one"}))
    await both.open_ticket(ticket("t-1").model_copy(update={"account": "one"}))
    await both.put_effects(
        [Effect(account="one", service="sandbox:u1:website", wanted=Level.LOCKED, shown=Level.LOCKED, at=AT)]
    )
    merge = await merged(both)
    for name in ("one", "into"):
        assert await both.account(name) == merge.both
        assert {each.number: each.pays_for for each in await both.open_invoices(name)} == {
            "i-1": ("sandbox:u1:website",),
            "i-2": ("sandbox:u2:website",),
        }
        assert await both.holds(name) == (hold("i-2", "into", "sandbox:u2:website"),)
        assert {each.id for each in await both.credits(name)} == {"c-1", "c-2"}
        assert [each.id for each in await both.account_notices(name)] == ["n-1"]
        assert len(await both.tickets(name)) == 1
        assert [each.service for each in await both.effects(name)] == ["sandbox:u1:website"]
        assert await both.account_changes(name) == (change(),)
        assert await both.past_due(name, DUE + timedelta(days=1)) == ("i-1", "i-2")
    assert (await both.account_of("p-1"), await both.account_of("p-2")) == ("into", "into")
    assert (merge.both.payer, merge.both.old_payers) == ("p-2", ("p-1",))
    assert await both.merged_into("one") == "into"
    assert await both.accounts_with_credit() == ("into",)
    assert await both.watched(AT - timedelta(days=1), "", 10) == ("into",)
    assert {each.account for each in await both.named(lambda value: "one" in value or "again" in value)} == {"into"}


async def test_credit_that_comes_late_under_the_old_id_pays_and_is_used_once(both: SqlStore) -> None:
    await merged(both)
    await both.add_credit(credit("late", "one", 100))
    assert await both.use_credit("into", "i-2", usd(70), AT) == usd(70)
    assert await both.use_credit("one", "i-1", usd(70), AT) == usd(30)
    assert await both.use_credit("into", "i-3", usd(70), AT) == usd(0)
    taken = credit("out", "into", -1)
    assert await both.take_out(taken) is None


async def test_what_begins_afterwards_takes_the_credit_of_both_and_not_under_the_old_id(both: SqlStore) -> None:
    before = (await both.accounts(["one"]))["one"]
    await both.add_credit(credit("c-1", "one", 100))
    await merged(both)
    assert (await both.accounts(["one"]))["one"].id == "into"
    for account, was in ((None, None), (before.model_copy(update={"name": "New"}), before)):
        late = Beginning(KnownInvoice(number="i-9", account="one", policy="p", due=DUE), usd(500), account, was, True)
        with pytest.raises(AccountChangedError):
            await both.begin([late], AT)
    assert await both.merged_into("one") == "into"
    its = Beginning(KnownInvoice(number="i-9", account="into", policy="p", due=DUE), usd(500), None, None, True)
    (begun,) = await both.begin([its], AT)
    assert begun.credit == usd(100)


async def test_an_order_that_was_frozen_holds_nobody_elses_services(both: SqlStore) -> None:
    of_one, of_into = await begin(both, "i-1", "one"), await begin(both, "i-2", "into")
    await merged(both)
    with pytest.raises(MovedError):
        await both.tighten_holds("one", [hold("i-1", "one")], of_one, had=False)
    with pytest.raises(MovedError):
        await both.tighten_holds("into", [hold("i-2", "into")], of_into, had=False)
    with pytest.raises(MovedError):
        await both.replace_holds("into", (), (hold("i-2", "into"),), of_into)
    assert await both.holds("into") == ()
    assert await both.tighten_holds("into", [hold("i-1", "into", "sandbox:u1:website")], of_one, had=False)
    later = await begin(both, "i-3", "into")
    assert await both.tighten_holds("into", [hold("i-3", "into")], later, had=False), "one that came later means all"


async def test_a_hold_is_not_placed_under_the_old_id(both: SqlStore) -> None:
    await merged(both)
    with pytest.raises(LookupError):
        await both.place_hold(hold("abuse", "one"))
    assert await both.holds("into") == ()


async def test_nothing_is_merged_when_one_of_them_is_not_as_it_was_read(both: SqlStore) -> None:
    merge = merge_of(ONE, INTO)
    for name in ("one", "into"):
        before = await both.account(name)
        await both.put_account(before.model_copy(update={"name": "New"}))
        assert not await both.merge_accounts(merge, change())
        await both.put_account(before)
    await both.place_hold(hold("abuse", "into"))
    assert not await both.merge_accounts(merge, change())
    assert (await both.account("one"), await both.account("into")) == (ONE, INTO)
    assert await both.account_changes("into") == ()


async def test_an_account_that_was_merged_before_goes_along(both: SqlStore) -> None:
    await begin(both, "i-1", "one")
    await both.put_account(
        Account(id="last", name="Last", services=(Service(id="s:u3:website", account="last", user="u3"),))
    )
    await merged(both)
    again = merge_of(await both.account("into"), await both.account("last"))
    assert await both.merge_accounts(again, change().model_copy(update={"account": "last"}))
    assert (await both.account("one")).id == "last"
    (invoice,) = await both.open_invoices("one")
    assert (invoice.account, invoice.pays_for) == ("last", ("sandbox:u1:website",))
    assert (await both.account("last")).old_payers == ("p-2", "p-1") or (await both.account("last")).payer == "p-2"
    assert len(await both.account_changes("one")) == 2


async def test_of_several_at_once_one_merges(both: SqlStore, other: SqlStore) -> None:
    merge, back = merge_of(ONE, INTO), merge_of(INTO, ONE)
    tried = (
        both.merge_accounts(merge, change()),
        other.merge_accounts(merge, change()),
        other.merge_accounts(back, change().model_copy(update={"account": "one"})),
    )
    assert (await asyncio.gather(*tried)).count(True) == 1
    assert (await both.account("one")) == (await both.account("into"))


async def test_a_webhook_that_names_the_old_id_or_payer_holds_the_case_back(both: SqlStore) -> None:
    await begin(both, "i-1", "one")
    await merged(both)
    for field, value in (("account", "one"), ("payer", "p-1")):
        event = InboxEvent(source="payments", id=f"e-{field}", body="{}", at=AT).model_copy(update={field: value})
        await both.receive([event])
        waits = await both.unhandled("i-1", "into", "p-2", ())
        assert waits
        assert waits.id == f"e-{field}"
        await both.handled(event, "applied")


@pytest.mark.parametrize("covers", [Coverage(), Coverage(kinds=("website",))])
@pytest.mark.parametrize(("number", "account"), [("i-1", "one"), ("i-2", "into")])
async def test_a_hand_that_was_frozen_before_it_read_the_account_begins_anew(
    both: SqlStore, number: str, account: str, covers: Coverage
) -> None:
    await begin(both, "i-1", "one")
    await begin(both, "i-2", "into")
    today = DUE + timedelta(days=20)
    order = RestrictOrder(
        invoice=number, account=account, step="suspend", at=AT, level=Level.SUSPENDED, today=today, covers=covers
    )
    assert (await account_of(both, order)).id == account
    await merged(both)
    with pytest.raises(MovedError):
        await account_of(both, order)
    known = await both.invoice(number)
    assert known
    right = for_owner(order, known)
    assert isinstance(right, RestrictOrder)
    its = await account_of(both, right)
    assert [each.id for each in right.covers.of(its.services)] == [f"sandbox:u{number[-1]}:website"]


def test_every_hand_that_changes_services_reads_its_account_so() -> None:
    hands = [each.read_text() for each in (ROOT / "activities" / "services").glob("*.py")]
    assert [text for text in hands if ".bring(" in text]
    assert not [text for text in hands if ".bring(" in text and "await account_of(" not in text]


async def test_every_payer_that_an_account_had_is_known_as_its_own(both: SqlStore) -> None:
    await both.set_payer("into", "p-3")
    known = await both.account("into")
    assert (known.payer, known.old_payers) == ("p-3", ("p-2",))
    assert [await both.account_of(each) for each in ("p-2", "p-3", "p-9", "")] == ["into", "into", "", ""]
    await both.put_account(Account(id="late", name="", payer="p-2"))
    assert await both.account_of("p-2") == "late", "whose it is now comes first"
    assert (await both.accounts(["into"]))["into"] == known


async def test_what_is_exempt_is_told_by_what_an_invoice_pays_for_since_the_merge(both: SqlStore) -> None:
    told = list[tuple[str, object]]()

    async def away(number: str, fact: object) -> Outcome:
        told.append((number, fact))
        raise KeptError(number, OutageError("Temporal is away"))

    def clock() -> datetime:
        return AT

    for number, account in (("i-1", "one"), ("i-2", "into")):
        await begin(both, number, account)
    exemptions = Exemptions(both, away, clock)
    until = (AT + timedelta(days=300)).date()
    await exemptions.exempt("one", "", until, "ana", "a partner")
    told.clear()
    await MergeAccounts(both, away, exemptions, clock).merge("one", "into", "ana", "signed up twice")
    assert [(number, fact.until) for number, fact in told if isinstance(fact, Exemption)] == [("i-1", until)]
