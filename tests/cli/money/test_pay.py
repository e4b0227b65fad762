"""`pay`: money that a person enters ends in the books exactly once (promise 9)."""

import asyncio

import pytest
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal import cases, client
from dunning.names import workflow_id
from dunning.records.books import KnownInvoice
from sandbox.stage.stage import Stage
from tests.cli.command import Operate, in_days, lines, row, starter

NO_STORE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


async def opened(operate: Operate, number: str) -> None:
    asked = row(number, emails=[f"{number.lower()}@customer.example"])
    assert (await operate("start", "-", stdin=lines(asked))).status == 0


async def until_closed(a_stage: Stage, number: str) -> str:
    return await (await a_stage.connect()).get_workflow_handle(workflow_id(number)).result()


async def pay(operate: Operate, number: str, amount: str, payment: str, *more: str) -> tuple[str, str | None]:
    said = await operate("pay", number, "--amount", amount, "--id", payment, "--json", *more)
    assert (said.status, said.err) == (0, "")
    return said.json["outcome"], said.json.get("balance")


@pytest.mark.promise(9)
async def test_partial_repeated_and_excess_payments(a_stage: Stage, operate: Operate):
    await opened(operate, "PAY-1")
    assert await pay(operate, "PAY-1", "USD 10", "part", "--at", "2026-11-01T10:00:00Z") == ("applied", "USD 9.99")
    assert await pay(operate, "PAY-1", "USD 10", "part") == ("known already", "USD 9.99")
    assert await pay(operate, "PAY-1", "4.99", "more") == ("applied", "USD 5.00")
    assert await pay(operate, "PAY-1", "EUR 7", "foreign", "--force") == ("parked", "USD 5.00")
    assert await pay(operate, "PAY-1", "6", "excess", "--method", "bank transfer") == ("applied", "USD -1.00")
    assert await until_closed(a_stage, "PAY-1") == "paid"
    ledger = await a_stage.store.ledger("PAY-1")
    assert ledger
    assert [entry.id for entry in ledger.order.entries if entry.kind == "payment"] == ["part", "more", "excess"]
    assert [str(credit.amount) for credit in await a_stage.store.credits("PAY-1-account")] == ["EUR 7.00", "USD 1.00"]


@pytest.mark.promise(9)
@pytest.mark.req("S2-11")
async def test_money_for_a_closed_invoice_becomes_credit_and_a_ticket_once(a_stage: Stage, operate: Operate):
    await opened(operate, "PAY-2")
    await pay(operate, "PAY-2", "USD 19.99", "all")
    await until_closed(a_stage, "PAY-2")
    assert await pay(operate, "PAY-2", "USD 5", "late") == ("credited", None)
    assert await pay(operate, "PAY-2", "5", "late") == ("known already", None)
    assert await pay(operate, "PAY-2", "5", "late", "--durable") == ("known already", None)
    credits_, tickets = await a_stage.store.credits("PAY-2-account"), await a_stage.store.tickets("PAY-2-account")
    assert [(credit.id, str(credit.amount)) for credit in credits_] == [("PAY-2:late", "USD 5.00")]
    assert [(ticket.department, ticket.subject) for ticket in tickets] == [
        ("Billing", "Late payment for PAY-2 kept as credit")
    ]
    assert "which was closed as paid" in tickets[0].body


@pytest.mark.promise(9)
async def test_the_durable_way_counts_the_same_id_once_also_after_the_end(a_stage: Stage, operate: Operate):
    await opened(operate, "PAY-3")
    assert await pay(operate, "PAY-3", "USD 19.99", "wire", "--durable") == ("sent", None)
    await until_closed(a_stage, "PAY-3")
    assert await pay(operate, "PAY-3", "USD 19.99", "wire") == ("known already", None)
    assert await a_stage.store.credits("PAY-3-account") == ()


@pytest.mark.promise(9)
@pytest.mark.req("S3-32")
async def test_money_in_another_currency_is_asked_about_before_anything_is_written(a_stage: Stage, operate: Operate):
    """A slip, more often than money: who means it says --force."""
    await opened(operate, "PAY-8")
    refused = await operate("pay", "PAY-8", "--amount", "EUR 19.99", "--id", "euro")
    assert (refused.status, refused.out) == (2, "")
    assert (
        "EUR 19.99 is not in USD, the currency of PAY-8: nothing was recorded. With --force it is parked" in refused.err
    )
    assert (await operate("show", "PAY-8")).out.count("euro") == 0
    assert await a_stage.store.credits("PAY-8-account") == ()
    durable = await operate("pay", "PAY-8", "--amount", "EUR 19.99", "--id", "euro", "--durable")
    assert (durable.status, "is not in USD" in durable.err) == (2, True)
    assert await pay(operate, "PAY-8", "EUR 19.99", "euro", "--force") == ("parked", "USD 19.99")
    again = await operate("pay", "PAY-8", "--amount", "EUR 19.99", "--id", "euro", "--json")
    assert (again.status, again.json["outcome"], again.json["first"]) == (0, "known already", "parked")
    await pay(operate, "PAY-8", "USD 19.99", "all")
    await until_closed(a_stage, "PAY-8")
    late = await operate("pay", "PAY-8", "--amount", "EUR 3", "--id", "late")
    assert (late.status, "is not in USD" in late.err) == (2, True)
    assert [str(each.amount) for each in await a_stage.store.credits("PAY-8-account")] == ["EUR 19.99"]
    assert await pay(operate, "PAY-8", "EUR 3", "late", "--force") == ("credited", None)


@pytest.mark.promise(9)
async def test_the_same_payment_twice_is_known_already_with_the_first_answer(a_stage: Stage, operate: Operate):
    await opened(operate, "PAY-9")
    await pay(operate, "PAY-9", "USD 5", "nine")
    again = await operate("pay", "PAY-9", "--amount", "USD 5", "--id", "nine")
    assert (again.status, again.err) == (0, "")
    assert again.out == (
        "PAY-9: USD 5.00 (nine): outcome known already, first applied, balance USD 14.99, state scheduled\n"
    )
    other = await operate("pay", "PAY-9", "--amount", "USD 7", "--id", "nine", "--json")
    assert other.json["outcome"] == "known already as USD 5.00; USD 7.00 was not counted"
    await pay(operate, "PAY-9", "USD 14.99", "rest")
    await until_closed(a_stage, "PAY-9")
    closed = await operate("pay", "PAY-9", "--amount", "USD 5", "--id", "nine", "--json")
    assert (closed.status, closed.json["outcome"], closed.json["first"]) == (0, "known already", "applied")
    ledger = await a_stage.store.ledger("PAY-9")
    assert ledger
    assert [entry.id for entry in ledger.order.entries if entry.kind == "payment"] == ["nine", "rest"]
    assert await a_stage.store.credits("PAY-9-account") == ()


async def test_money_for_an_invoice_whose_case_never_started_becomes_credit(a_stage: Stage, operate: Operate):
    await opened(operate, "PAY-4")
    known = KnownInvoice(number="PAY-4B", account="PAY-4-account", policy="a-small-orange", due=in_days(60))
    await a_stage.store.open_invoice(known)
    assert await pay(operate, "PAY-4B", "3", "early") == ("credited", None)
    assert [str(credit.amount) for credit in await a_stage.store.credits("PAY-4-account")] == ["USD 3.00"]
    assert "has no running case" in (await a_stage.store.tickets("PAY-4-account"))[0].body


@pytest.mark.parametrize("amount", ["USD 5", "5"])
async def test_an_unknown_invoice_is_refused_and_nothing_is_recorded(operate: Operate, amount: str):
    said = await operate("pay", "PAY-NONE", "--amount", amount, "--id", "x")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("starter: PAY-NONE: there is no such invoice, so nothing was recorded")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--amount", "x", "--id", "i"), "--amount: 'x' is not an amount; write it like 'USD 19.99'"),
        (("--amount", "USD 1.234", "--id", "i"), "2 decimal digits at most"),
        (("--amount", "EUR 1.000", "--id", "i"), "--amount: '1.000' is not an amount of EUR: it has 2 decimal digits"),
        (("--amount", "EUR 1,000", "--id", "i"), "a point before the cents, and nothing between thousands"),
        (
            ("--amount", "USD 10000000000", "--id", "i"),
            "--amount: more than USD 9999999999.99, the most that an amount",
        ),
        (("--amount", "UDS 5", "--id", "i"), "--amount: 'UDS' is not a currency of ISO 4217"),
        (("--amount", "USD -1", "--id", "i"), "the amount must be positive"),
        (("--amount", "USD 0", "--id", "i"), "the amount must be positive"),
        (("--amount", "USD 1", "--id", ""), "--id: may not be empty"),
        (("--amount", "USD 1", "--id", "i", "--at", "noon"), "--at: 'noon' is not an instant"),
        (("--amount", "USD 1", "--id", "i", "--at", "2026-12-01T09:00"), "write it with its offset"),
        (("--amount", "USD 1"), "pay: --id is missing"),
    ],
)
async def test_what_is_no_payment_is_refused(operate: Operate, words: tuple[str, ...], text: str):
    said = await operate("pay", "PAY-BAD", *words)
    assert (said.status, said.out) == (2, "")
    assert text in said.err


@pytest.fixture
def nobody_works(monkeypatch: pytest.MonkeyPatch, operate: Operate) -> Operate:
    """Start cases on a task queue that no worker polls, and have little patience."""
    monkeypatch.setenv("REPRIEVE_TASK_QUEUE", "nobody")
    monkeypatch.setenv("REPRIEVE_OUTAGE_SECONDS", "0.5")
    monkeypatch.setattr(client, "LEAST", 0.5)
    return operate


async def test_without_a_worker_the_caller_hears_that_it_is_kept(nobody_works: Operate):
    await opened(nobody_works, "PAY-5")
    said = await nobody_works("pay", "PAY-5", "--amount", "USD 5", "--id", "p")
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
    assert "PAY-5: it is kept, and the portal brings it to its case" in said.err
    assert "no worker answered" in said.err
    said = await nobody_works("pay", "PAY-5", "--amount", "5", "--id", "p")
    assert (said.status, "write --amount 'USD 19.99'" in said.err) == (1, True)
    for words in (("show", "PAY-5"), ("promise", "PAY-5", "--until", str(in_days(70)))):
        said = await nobody_works(*words)
        assert (said.status, "no worker answered" in said.err) == (1, True)
    assert await pay(nobody_works, "PAY-5", "USD 5", "p", "--durable") == ("sent", None)


async def test_without_store_and_worker_the_caller_hears_that_nothing_was_acknowledged(
    nobody_works: Operate, monkeypatch: pytest.MonkeyPatch
):
    await opened(nobody_works, "PAY-5B")
    monkeypatch.setenv("REPRIEVE_STORE_URL", NO_STORE)
    said = await nobody_works("pay", "PAY-5B", "--amount", "USD 5", "--id", "p")
    assert (said.status, said.out) == (1, "")
    assert "no worker answered" in said.err
    assert "worker.py running on the task queue 'nobody'" in said.err
    assert "was not acknowledged: trying again is harmless" in said.err
    assert "--durable" in said.err
    assert said.err.count("\n") == 1


async def test_a_case_that_closes_meanwhile_does_not_swallow_the_payment(a_stage: Stage, operate: Operate):
    """Many payments race the end of the case: each is in its ledger, or is credit."""
    await opened(operate, "PAY-6")
    await pay(operate, "PAY-6", "USD 19.98", "race-first")
    words = [("pay", "PAY-6", "--amount", "USD 1", "--id", f"race-{place}", "--json") for place in range(4)]
    said = await asyncio.gather(*(starter(*each, env=a_stage.env) for each in words))
    assert [each.status for each in said] == [0] * 4
    await until_closed(a_stage, "PAY-6")
    ledger = await a_stage.store.ledger("PAY-6")
    assert ledger
    counted = {entry.id for entry in ledger.order.entries if entry.kind == "payment"}
    credited = {credit.id for credit in await a_stage.store.credits("PAY-6-account")}
    assert {f"race-{place}" for place in range(4)} <= counted | {name.removeprefix("PAY-6:") for name in credited}
    assert not counted & credited


@pytest.mark.parametrize("text", ["Namespace x is not found.", "namespace not found"])
def test_a_missing_namespace_says_nothing_about_the_case(text: str):
    assert not cases.is_gone(RPCError(text, RPCStatusCode.NOT_FOUND, b""))


async def test_without_the_store_a_running_case_is_still_paid_and_shown_and_nothing_is_decided(
    operate: Operate, monkeypatch: pytest.MonkeyPatch
):
    await opened(operate, "PAY-7")
    monkeypatch.setenv("REPRIEVE_STORE_URL", NO_STORE)
    monkeypatch.setenv("REPRIEVE_OUTAGE_SECONDS", "0.5")  # it never comes back
    paid = await operate("pay", "PAY-7", "--amount", "USD 5", "--id", "without-store", "--json")
    assert (paid.status, paid.json["outcome"], paid.json["balance"]) == (0, "applied", "USD 14.99")
    assert paid.err == "this is not in the audit log, because the store is away\n", "the hourly check writes the row"
    assert "14.99" in (await operate("show", "PAY-7")).out
    refused = await operate("promise", "PAY-7", "--until", str(in_days(70)))
    assert (refused.status, refused.out, "correct REPRIEVE_STORE_URL" in refused.err) == (1, "", True)
    assert "promised" not in (await operate("show", "PAY-7")).out, "it could not be kept"
    said = await operate("pay", "PAY-NONE", "--amount", "USD 5", "--id", "x")
    assert (said.status, "correct REPRIEVE_STORE_URL" in said.err, "Traceback" in said.err) == (1, True, False)
