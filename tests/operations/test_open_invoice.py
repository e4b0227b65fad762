"""Opening an invoice: once, however often it is asked for, and nothing of an account is lost."""

import pytest

from composition import Composition
from dunning.case.facts import Payment
from dunning.money import Money
from dunning.records.credit import Credit
from operations.errors import RefusedError
from tests.operations.opening import new, now, opened, usd


async def test_an_invoice_is_opened_once(made: Composition) -> None:
    assert (await opened(made, "OPEN-1")).outcome == "started"
    assert (await opened(made, "OPEN-1")).outcome == "already running"
    case = await made.cases.ask("OPEN-1")
    assert (case.invoice.account, case.balance) == ("of-OPEN-1", usd(1999))
    known = await made.store.invoice("OPEN-1")
    assert known
    assert (known.account, known.status) == ("of-OPEN-1", "open")


async def test_a_closed_one_stays_closed(made: Composition) -> None:
    await opened(made, "OPEN-2")
    await made.payments.take("OPEN-2", Payment(id="open-2", amount=usd(1999), at=now()))
    handle = made._client().get_workflow_handle("invoice-OPEN-2")
    assert await handle.result() == "paid"
    assert await opened(made, "OPEN-2") == ("already closed", None)


async def test_what_is_known_of_an_account_is_only_added_to(made: Composition) -> None:
    await opened(made, "OPEN-3", customer="Bakery", emails=["a@x.example"], services=[{"user": "bakery"}])
    more = {
        "emails": ["b@y.example", "a@x.example"],
        "services": [{"user": "bakery", "site": "https://bakery.example/"}],
    }
    await opened(made, "OPEN-3B", account="of-OPEN-3", customer="Somebody", **more)
    account = await made.store.account("of-OPEN-3")
    assert (account.name, [contact.email for contact in account.contacts]) == ("Bakery", ["a@x.example", "b@y.example"])
    assert [(service.user, service.site) for service in account.services] == [("bakery", "https://bakery.example/")]


async def test_it_says_whether_an_address_is_outside_of_what_we_host(made: Composition) -> None:
    hosted = {"services": [{"user": "shop", "domain": "shop.example"}]}
    assert (await opened(made, "OPEN-4", emails=["me@shop.example"], **hosted)).reach == "inside"
    assert (await opened(made, "OPEN-5", emails=["me@other.example"], **hosted)).reach == "outside"
    assert (await opened(made, "OPEN-6")).reach == "outside"


async def test_the_account_s_credit_pays_its_next_invoice_once(made: Composition) -> None:
    await opened(made, "OPEN-7")
    gift = Credit(id="OPEN-7:gift", account="of-OPEN-7", amount=usd(500), at=now(), reason="a gift")
    await made.store.add_credit(gift)
    for _ in range(2):
        await opened(made, "OPEN-8", account="of-OPEN-7")
    assert (await made.cases.ask("OPEN-8")).balance == usd(1499)
    assert (await made.payments.credit("of-OPEN-7")).left == (usd(0),)


async def test_a_policy_that_does_not_fit_is_refused_before_anything_is_written(made: Composition) -> None:
    wrong = new("OPEN-9", amount=Money(minor=1, currency="EUR"))
    policy = made.check_invoice.check(new("OPEN-9"))
    with pytest.raises(RefusedError, match=r"OPEN-9: EUR 0\.01 is not in USD"):
        await made.open_invoice.open(wrong, policy)
    assert await made.store.invoice("OPEN-9") is None
