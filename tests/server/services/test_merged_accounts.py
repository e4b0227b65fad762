"""Two accounts of one customer are merged on the real server: no service goes down for the other one's invoice."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta

import pytest

from dunning.case.facts import Reversal
from dunning.records.inbox import News
from dunning.records.payments import Consent
from operations.accounts.merge import Merged
from operations.accounts.tell import Telling
from operations.invoices.open_invoice import Asked, Ready
from sandbox.stage.stage import Stage
from tests.cli.command import ROOT
from tests.operations.opening import new, opened
from tests.server.payments.test_money_in import until_true
from tests.server.playing import Playing, begin

COURTESY = "courtesy-5-10-35"


async def two(a_stage: Stage, name: str, *, late: bool = True) -> tuple[Playing, Playing]:
    """Open an invoice for each of two accounts; only the first one's is ever late, if the second is due much later."""
    one = await begin(a_stage, f"{name}-one", COURTESY, decline=9)
    into = await begin(a_stage, f"{name}-into", COURTESY, decline=9, due_in=11 if late else 80)
    return one, into


async def merge(one: Playing, into: Playing) -> Merged:
    made = one.stage.made(one.skipper.client)
    return await made.merging.merge(one.account, into.account, "ana", "signed up twice")


@pytest.mark.promise(3)
async def test_each_invoice_restricts_what_it_pays_for_and_paying_it_gives_that_back(a_stage: Stage) -> None:
    one, into = await two(a_stage, "MRG-each", late=False)
    await one.to_day(-2)
    merged = await merge(one, into)
    assert {*merged.telling.told} == {one.row.invoice, into.row.invoice}
    await one.to_day(10)
    assert (await one.levels(), await into.levels()) == (["suspended"], [])
    case = await one.case()
    assert (case.invoice.account, case.invoice.pays_for) == (into.account, (f"sandbox:{one.user}:website",))
    assert (case.decided[-1].by, case.decided[-1].what) == ("ana", f"account {one.account} merged into {into.account}")
    books = await a_stage.companies.mail.books()
    assert "suspended" in " ".join(mail.text for mail in books.to(into.email)), "its first address is written to"
    await one.signal("USD 54.99")
    assert await one.outcome() == "paid"
    assert (await one.levels(), await into.levels()) == (["suspended", "active"], [])
    await into.signal()
    assert await into.outcome() == "paid"


@pytest.mark.promise(3)
async def test_what_was_restricted_before_is_given_back_when_its_invoice_is_paid(a_stage: Stage) -> None:
    one, into = await two(a_stage, "MRG-held", late=False)
    await one.to_day(10)
    assert await one.levels() == ["suspended"]
    await merge(one, into)
    (hold,) = await a_stage.store.holds(into.account)
    assert (hold.service, hold.source) == (f"sandbox:{one.user}:website", one.row.invoice)
    await one.signal("USD 54.99")
    assert await one.outcome() == "paid"
    assert (await one.levels(), await into.levels()) == (["suspended", "active"], [])
    assert await a_stage.store.holds(into.account) == ()
    await into.signal()
    assert await into.outcome() == "paid"


@pytest.mark.promise(3)
async def test_cases_that_have_not_heard_of_it_do_right_all_the_same(
    a_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, into = await two(a_stage, "MRG-deaf")
    await one.to_day(-2)
    made = one.stage.made(one.skipper.client)

    async def nobody(*_: object) -> Telling:
        return Telling((), (), ())

    monkeypatch.setattr(made.merging._tell, "tell", nobody)
    await made.merging.merge(one.account, into.account, "ana", "signed up twice")
    assert (await one.case()).invoice.account == one.account
    await into.signal()
    await one.to_day(10)
    assert (await one.levels(), await into.levels()) == (["suspended"], [])
    await one.signal("USD 54.99")
    assert await one.outcome() == "paid"
    assert (await one.levels(), await into.levels()) == (["suspended", "active"], [])
    assert await a_stage.store.holds(into.account) == ()
    assert (await a_stage.store.account(one.account)).id == into.account


async def test_a_closed_invoice_of_the_old_account_goes_on_as_the_new_ones(a_stage: Stage) -> None:
    one, into = await two(a_stage, "MRG-back", late=False)
    paid = one.payment()
    await one.signal(payment=paid.id)
    assert await one.outcome() == "paid"
    await merge(one, into)
    made = one.stage.made(one.skipper.client)
    back = Reversal(id="rev-MRG", payment=paid.id, amount=paid.amount, at=paid.at, chargeback=True)
    with one.skipper.with_time_skipping_disabled():
        await made.deliver_news.deliver(News(invoice=one.row.invoice, fact=back))
    case = await one.case()
    assert (case.invoice.account, case.invoice.pays_for) == (into.account, (f"sandbox:{one.user}:website",))
    await one.signal(payment="again")
    assert await one.outcome() == "paid"
    assert await into.levels() == []
    await into.signal()
    assert await into.outcome() == "paid"


DIES = """
import os, signal, sys
from operations.accounts.tell import TellCases
import starter

async def dies(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

TellCases._patiently = dies
sys.exit(starter.main(sys.argv[1:]))
"""
"""A command that is killed when it begins to tell the first case."""


@pytest.mark.promise(9)
async def test_a_command_that_is_killed_before_it_told_anybody_is_brought_to_every_case(open_stage: Stage) -> None:
    made = open_stage.made(await open_stage.connect())
    await opened(made, "MRK-1", account="mrk-one")
    await opened(made, "MRK-2", account="mrk-into")
    words = ("account", "merge", "mrk-one", "mrk-into", "--by", "Ann", "--reason", "signed up twice", "--yes")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DIES, *words, cwd=ROOT, env={**os.environ, **open_stage.env}
    )
    assert await process.wait() == -signal.SIGKILL
    assert (await made.store.account("mrk-one")).id == "mrk-into"
    await until_true(lambda: _is_moved(open_stage, "MRK-1"))
    merged = await made.merging.merge("mrk-one", "mrk-into", "Ann", "signed up twice")
    assert {*merged.telling.told} == {"MRK-1", "MRK-2"}
    assert len((await made.cases.ask("MRK-1")).decided) == 1


async def _is_moved(own: Stage, number: str) -> bool:
    case = await own.made(await own.connect()).cases.ask(number)
    return case.invoice.account == "mrk-into"


async def test_money_at_the_payer_of_before_is_found_though_a_page_of_the_old_account_is_finished_later(
    a_stage: Stage,
) -> None:
    one, into = await two(a_stage, "MRP", late=True)
    await into.to_day(-2)
    await merge(one, into)
    made = one.stage.made(one.skipper.client)
    consent = Consent(id="cs_mrp", account=one.account, text="ok", at=datetime.now(UTC), method="pm_x")
    with one.skipper.with_time_skipping_disabled():
        await made.deliver_news.deliver(News(account=one.account, payer=one.row.payer, fact=consent))
    known = await a_stage.store.account(into.account)
    assert (known.payer, known.old_payers) == (one.row.payer, (into.row.payer,))
    assert await a_stage.store.account_of(into.row.payer) == into.account
    await into.to_day(8)
    await a_stage.companies.payments.script(into.account, "webhook:lost", times=None)
    await a_stage.companies.payments.pay_directly(into.account, 5499, "usd", invoice=into.row.invoice)
    await into.to_day(11)
    assert (await into.levels(), await into.outcome()) == ([], "paid")
    await one.signal("USD 54.99")
    assert await one.outcome() == "paid"


async def test_a_case_that_starts_long_after_its_account_was_merged_is_the_other_ones(a_stage: Stage) -> None:
    one, into = await two(a_stage, "MRL", late=False)
    made = one.stage.made(one.skipper.client)
    row = new("MRL-late", account=one.account)
    (ready,) = await made.open_invoice.prepare([Asked(row, made.check_invoice.check(row))])
    assert isinstance(ready, Ready)
    await merge(one, into)
    with one.skipper.with_time_skipping_disabled():
        await made.open_invoice.start(ready._replace(at=ready.at - timedelta(hours=1)))
    case = await made.cases.ask("MRL-late")
    assert (case.invoice.account, case.invoice.pays_for) == (into.account, (f"sandbox:{one.user}:website",))
    for playing in (one, into):
        await playing.signal()
        assert await playing.outcome() == "paid"
