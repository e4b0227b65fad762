"""Looking for customers: every kind of value, in all letters, on both databases."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from adapters.store import SqlStore
from dunning.records.accounts import Account, Contact, Service
from dunning.records.books import KnownInvoice
from operations.cases.find import Find, Findings
from tests.adapters.test_store_open_cases import noted, row

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
MILLER = Account(
    id="acct-7",
    name="MÜLLER & Söhne",
    contacts=(Contact(account="acct-7", email="Ann_B@Post.example"),),
    services=(
        Service(id="p:mueller:website", account="acct-7", user="mueller7", domain="baker.example", aliases=("b.test",)),
    ),
)


async def told(store: SqlStore, text: str, most: int = 50) -> tuple[list[tuple[str, str, list[str]]], bool]:
    found = await Find(store, lambda: AT).find(text, most)
    return [(hit.account, hit.invoice, by(found, place)) for place, hit in enumerate(found.hits)], found.more


def by(found: Findings, place: int) -> list[str]:
    return [f"{each.what} {each.value}" for each in found.hits[place].by]


async def known(store: SqlStore, account: str, *numbers: str, customer: str = "Jane") -> None:
    for number in numbers:
        invoice = KnownInvoice(number=number, account=account, policy="a-small-orange", due=date(2026, 12, 1))
        await store.open_invoice(invoice)
        await noted(store, row(number, account=account, customer=customer))


async def test_an_account_is_found_by_each_of_its_values_with_all_its_invoices(store: SqlStore) -> None:
    await store.put_account(MILLER)
    await known(store, "acct-7", "INV-1", "INV-2")
    await known(store, "other", "INV-3")
    sought: Sequence[tuple[str, str]] = (
        ("müller", "customer MÜLLER & Söhne"),
        ("söhne", "customer MÜLLER & Söhne"),
        ("SO\u0308HNE", "customer MÜLLER & Söhne"),  # the same letter, written as two
        ("ann_b@post", "mail Ann_B@Post.example"),
        ("BAKER.ex", "domain baker.example"),
        ("b.test", "domain b.test"),
        (" Mueller7 ", "user mueller7"),
        ("CCT-7", "account acct-7"),
    )
    for text, how in sought:
        assert await told(store, text) == ([("acct-7", "INV-1", [how]), ("acct-7", "INV-2", [how])], False)
    assert await told(store, "ann%b") == await told(store, "annxb@") == ([], False), "no wildcards"


async def test_an_invoice_is_found_alone_by_its_number_and_by_the_name_on_it(store: SqlStore) -> None:
    await known(store, "a-1", "INV-10", "INV-11")
    await known(store, "a-1", "INV-12", customer="Old Name")
    assert await told(store, "inv-11") == ([("a-1", "INV-11", ["invoice INV-11"])], False)
    assert await told(store, "old name") == ([("a-1", "INV-12", ["customer Old Name"])], False)


async def test_what_has_no_case_is_found_too(store: SqlStore) -> None:
    await store.put_account(Account(id="quiet", name="Nobody owes"))
    assert await told(store, "nobody") == ([("quiet", "", ["customer Nobody owes"])], False)
    never = KnownInvoice(number="INV-20", account="gone", policy="p", due=date(2026, 12, 1))
    await store.open_invoice(never)
    assert await told(store, "INV-20") == ([("gone", "INV-20", ["invoice INV-20"])], False)


async def test_only_so_many_are_shown_and_it_says_when_there_are_more(store: SqlStore) -> None:
    await known(store, "a-1", *(f"INV-3{place}" for place in range(4)))
    assert [hit[1] for hit in (await told(store, "INV-3", 4))[0]] == ["INV-30", "INV-31", "INV-32", "INV-33"]
    assert (await told(store, "INV-3", 4))[1] is False
    hits, more = await told(store, "INV-3", 3)
    assert ([hit[1] for hit in hits], more) == (["INV-30", "INV-31", "INV-32"], True)
    for place in range(3):
        await store.put_account(Account(id=f"b-{place}", name="Many"))
    assert [hit[0] for hit in (await told(store, "many", 2))[0]] == ["b-0", "b-1"]
    assert (await told(store, "many", 2))[1] is True
