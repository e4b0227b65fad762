"""`account erase`: a dry run first, a question, and then all or nothing."""

import pytest

from adapters.store import SqlStore
from dunning.records.books import KnownInvoice
from tests.adapters.store.keeping.life import AT, DUE, Life, put
from tests.cli.command import Operate

ANNA = Life("a", "geheim-anna")
WHO = ("--by", "ana", "--reason", "letter 4711")


@pytest.fixture
async def over(store: SqlStore) -> SqlStore:
    """Give a customer whose life is over."""
    await put(store, ANNA)
    await store.close_tickets([ANNA.ticket], AT, "ana", "done")
    return store


async def test_a_dry_run_tells_what_would_go_and_nothing_goes(over: SqlStore, offline: Operate) -> None:
    said = await offline("account", "erase", ANNA.account, *WHO, "--dry-run")
    assert (said.status, said.err) == (0, "")
    assert "mail addresses: 1" in said.out.splitlines()
    assert said.out.splitlines()[-1] == "That would be erased; nothing was."
    assert (await over.account(ANNA.account)).name != "erased"
    would = (await offline("account", "erase", ANNA.account, *WHO, "--dry-run", "--json")).json
    assert (would["would"]["notices"], would["obstacles"], would["named_elsewhere"]) == (1, [], [])


async def test_a_reason_that_names_the_customer_is_refused_by_the_dry_run_already(
    over: SqlStore, offline: Operate
) -> None:
    why = ("--by", "ana", "--reason", f"{ANNA.secret} wrote")
    for more in (("--dry-run",), (), ("--yes",)):
        said = await offline("account", "erase", ANNA.account, *why, *more)
        assert (said.status, said.out) == (2, "")
        assert said.err.startswith("starter: --reason: it names the customer")
    assert (await over.account(ANNA.account)).name != "erased"


async def test_it_asks_erases_and_says_what_is_left_for_people(over: SqlStore, offline: Operate) -> None:
    said = await offline("account", "erase", ANNA.account, *WHO)
    assert (said.status, "--yes: this erases account acct-a in" in said.err) == (2, True)
    said = await offline("account", "erase", ANNA.account, *WHO, "--yes")
    assert (said.status, said.err) == (0, "")
    assert f"the gateway knows it as {ANNA.payer}: have it erased there, too" in said.out
    assert "Temporal keeps the histories of its cases" in said.out
    shown = (await offline("account", "show", ANNA.account)).out
    assert "erased 20" in shown
    assert ANNA.secret not in shown
    again = await offline("account", "erase", ANNA.account, *WHO)
    assert (again.status, again.err) == (0, "")
    assert again.out.startswith(f"account {ANNA.account} was erased 20")
    for words in (("find", ANNA.secret), ("list", "--all"), ("notices", "list", ANNA.invoice)):
        assert ANNA.secret not in (await offline(*words)).out.replace(f"'{ANNA.secret}'", "")


async def test_what_goes_on_is_told_with_what_to_do(over: SqlStore, offline: Operate) -> None:
    await over.open_invoice(KnownInvoice(number="INV-9", account=ANNA.account, policy="p", due=DUE))
    said = await offline("account", "erase", ANNA.account, *WHO, "--yes")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"starter: {ANNA.account}: it is not erased, because\nINV-9 is open: let it end first")
    said = await offline("account", "erase", ANNA.account, *WHO, "--dry-run")
    assert "It cannot be erased yet: INV-9 is open" in said.out
