"""Opening an invoice: once, however often it is asked for, and nothing of an account is lost."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from composition import Composition
from dunning.case.facts import Payment
from dunning.money import Money
from dunning.records.beginning import Beginning, Begun
from dunning.records.credit import Credit
from dunning.records.inbox import Outcome
from operations.accounts.changes import ChangeAccount
from operations.accounts.tell import Told
from operations.errors import RefusedError
from operations.invoices import new_invoice
from operations.invoices.open_invoice import Asked, Ready
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
    assert await opened(made, "OPEN-2") == ("already closed", None, ())


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


async def test_what_a_person_changes_of_the_account_meanwhile_is_not_lost(
    made: Composition, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(made, "OPEN-3C", customer="Bakery")
    begin, account, until = made.store.begin, "of-OPEN-3C", now().date() + timedelta(days=30)
    exempt = [lambda: made.exemptions.exempt(account, "", until, "ana", "a partner")]

    async def after_a_change(several: Sequence[Beginning], at: datetime) -> tuple[Begun, ...]:
        while exempt:
            await exempt.pop()()
        return await begin(several, at)

    monkeypatch.setattr(made.store, "begin", after_a_change)
    await opened(made, "OPEN-3D", account=account, emails=["a@x.example"])
    known = await made.store.account(account)
    assert (known.exempt_until, [contact.email for contact in known.contacts]) == (until, ["a@x.example"])
    assert (await made.cases.ask("OPEN-3D")).exempt_until, "a case that begins then knows of it"


async def test_a_case_that_starts_while_its_account_becomes_exempt_hears_of_it(
    made: Composition, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = new("OPEN-3E")
    (ready,) = await made.open_invoice.prepare([Asked(wanted, made.check_invoice.check(wanted))])
    assert isinstance(ready, Ready)
    decide, asked = made.exemptions._tell._decide, asyncio.Event()

    async def watched(number: str, fact: Told) -> Outcome:
        try:
            return await decide(number, fact)
        finally:
            asked.set()

    monkeypatch.setattr(made.exemptions._tell, "_decide", watched)
    until = now().date() + timedelta(days=30)
    exempting = asyncio.create_task(made.exemptions.exempt(wanted.account, "", until, "ana", "a partner"))
    await asked.wait()
    await made.open_invoice.start(ready)
    assert (await exempting).told == ("OPEN-3E",)
    assert (await made.cases.ask("OPEN-3E")).exempt_until


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


def without_limit(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let more through than Temporal takes: two million bytes."""
    monkeypatch.setattr(new_invoice, "LARGEST", 10**9)
    return "x" * 2_500_000


async def test_what_temporal_refuses_leaves_nothing_in_the_store(
    made: Composition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an account that paid would be held for ever for an invoice that nobody can pay."""
    wanted = new("OPEN-10", renews=without_limit(monkeypatch), emails=["a@x.example"], services=[{"user": "ten"}])
    with pytest.raises(RefusedError, match="OPEN-10: it cannot be started: Temporal refuses its case: "):
        await made.open_invoice.open(wanted, made.check_invoice.check(wanted))
    assert await made.store.invoice("OPEN-10") is None
    with pytest.raises(LookupError):
        await made.store.account("of-OPEN-10")


async def test_what_cannot_start_takes_nothing_from_an_account_that_was_there(
    made: Composition, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(made, "OPEN-11", emails=["a@x.example"], services=[{"user": "eleven"}])
    await made.store.add_credit(
        Credit(id="OPEN-11:gift", account="of-OPEN-11", amount=usd(500), at=now(), reason="a gift")
    )
    before = await made.store.account("of-OPEN-11")
    more = {"emails": ["b@x.example"], "services": [{"user": "other"}], "renews": without_limit(monkeypatch)}
    wanted = new("OPEN-12", account="of-OPEN-11", **more)
    with pytest.raises(RefusedError, match="it cannot be started"):
        await made.open_invoice.open(wanted, made.check_invoice.check(wanted))
    assert await made.store.account("of-OPEN-11") == before
    assert [each.number for each in await made.store.open_invoices("of-OPEN-11")] == ["OPEN-11"]
    assert (await made.payments.credit("of-OPEN-11")).left == (usd(500),)
    assert (await opened(made, "OPEN-12", account="of-OPEN-11")).outcome == "started"
    assert (await made.cases.ask("OPEN-12")).balance == usd(1499)


async def test_what_cannot_start_late_takes_nothing_that_somebody_else_has_added_meanwhile(
    made: Composition, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = new("OPEN-14", emails=["a@x.example"], renews=without_limit(monkeypatch))
    (ready,) = await made.open_invoice.prepare([Asked(wanted, made.check_invoice.check(wanted))])
    assert isinstance(ready, Ready)
    await made.accounts.change(wanted.account, ChangeAccount(add_contact=("b@x.example",)), "ana", "asked")
    (fresh,) = await made.open_invoice.fresh([ready._replace(at=ready.at - timedelta(hours=1))])
    assert [each.email for each in fresh.account.contacts] == ["a@x.example", "b@x.example"]
    with pytest.raises(RefusedError, match="it cannot be started"):
        await made.open_invoice.start(fresh)
    assert [each.email for each in (await made.store.account(wanted.account)).contacts] == ["b@x.example"]


async def test_a_long_name_is_no_reason_not_to_start(made: Composition) -> None:
    """Temporal takes 400 bytes of summary and no more."""
    assert (await opened(made, "OPEN-13", customer="Bäckerei " * 200)).outcome == "started"


async def test_a_huge_invoice_is_refused_before_anything_is_written(made: Composition) -> None:
    with pytest.raises(RefusedError, match=r"the invoice is too large: \d+ characters, of 100000 at most"):
        made.check_invoice.check(new("OPEN-14", customer="x" * 100_000))


async def test_a_policy_that_does_not_fit_is_refused_before_anything_is_written(made: Composition) -> None:
    wrong = new("OPEN-9", amount=Money(minor=1, currency="EUR"))
    policy = made.check_invoice.check(new("OPEN-9"))
    with pytest.raises(RefusedError, match=r"OPEN-9: EUR 0\.01 is not in USD"):
        await made.open_invoice.open(wrong, policy)
    assert await made.store.invoice("OPEN-9") is None
