"""Sequences in which money was once counted twice, taken twice, or lost: found by a review, and kept here."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from activities.guards.can_they_pay import CanTheyPay
from activities.payments.charge import ChargeInvoice
from adapters.gateways.stripe.gateway import StripeGateway
from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from dunning.case.case import going_on
from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.ledger import Kind
from dunning.case.orders import ChargeOrder
from dunning.case.results import Charged, ChargeResult, Found
from dunning.level import Level
from dunning.money import Money
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from dunning.records.credit import Credit, used_line
from dunning.records.inbox import News
from dunning.records.payments import Attempt
from dunning.tickets.kind import TicketKind
from operations.money.deliver_news import DeliverNews
from sandbox.stage.stage import Stage
from tests.server.payments.test_money_in import running_again, until, until_true
from tests.server.playing import begin

ASO, COURTESY = "a-small-orange", "courtesy-5-10-35"


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def begun(stage: Stage, name: str, **order: Any) -> AsyncGenerator[tuple[ChargeInvoice, ChargeOrder]]:
    """An attempt that was written down, and then the machine died before the company heard of it."""
    payer = await stage.companies.payments.customer(f"acct-{name}")
    account = Account(id=f"acct-{name}", name="Example", payer=payer)
    await stage.store.put_account(account)
    await stage.store.open_invoice(KnownInvoice(number=name, account=account.id, policy=ASO, due=now().date()))
    gateway = StripeGateway(SecretStr("sk_test_sandbox"), stage.addresses.payments)
    first = ChargeOrder(invoice=name, account=account.id, step="charge", at=now(), amount=usd(1999), known=())
    method = await gateway.method(account)
    assert method
    await stage.store.put_attempt(
        Attempt(
            key=first.key,
            invoice=name,
            account=account.id,
            amount=usd(1999),
            at=first.at,
            payer=payer,
            method=method.id,
        )
    )
    yield (
        ChargeInvoice(
            gateway, stage.store, CanTheyPay(stage.store, timedelta(0), timedelta(0), {}, timedelta(0)).may_charge
        ),
        first.model_copy(update=order),
    )
    await gateway.close()


@pytest.mark.promise(1)
@pytest.mark.promise(9)
@pytest.mark.parametrize("first", ["attempt", "webhook"])
async def test_a_begun_attempt_asks_for_other_money_before_it_charges(open_stage: Stage, first: str) -> None:
    """The attempt counts what it finds, and the webhook of the same money does not, whichever comes first."""
    name = f"KEPT-1-{first}"
    async with begun(open_stage, name) as (charge, order):
        await open_stage.companies.payments.script(order.account, "webhook:lost")
        paid = await open_stage.companies.payments.pay_directly(order.account, 1999, "USD", name)
        news = News(invoice=name, account=order.account, fact=Payment(id=paid, amount=usd(1999), at=now()))
        deliver = open_stage.made(await open_stage.connect()).deliver_news.deliver
        before = (await deliver(news)).outcome if first == "webhook" else ""
        result = await ActivityEnvironment().run(charge._charge, order)
        after = (await deliver(news)).outcome
    assert (before, after) == ("credited" if first == "webhook" else "", "already counted")
    assert isinstance(result, Found)
    assert [(payment.id, payment.amount) for payment in result.payments] == [(paid, usd(1999))]
    assert sum(credit.amount.minor for credit in await open_stage.store.credits(order.account)) == 0
    assert [c.id for c in (await open_stage.companies.payments.books()).paid(order.account)] == [paid]


async def attempted(charge: ChargeInvoice, order: ChargeOrder, *, tried_for: timedelta = timedelta(0)) -> ChargeResult:
    """As the worker does it, so long after the first try."""
    environment, info = ActivityEnvironment(), ActivityEnvironment.default_info()
    environment.info = replace(info, current_attempt_scheduled_time=info.scheduled_time + tried_for)
    return await environment.run(charge.charge, order)


@pytest.mark.promise(1)
@pytest.mark.promise(2)
async def test_a_payment_acknowledged_between_the_asking_and_the_call_stops_the_charge(
    open_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, store = open_stage.store.put_attempt, open_stage.store

    async def acknowledged_meanwhile(attempt: Attempt) -> None:
        await store.claim("KEPT-7", "bank-7")
        await put(attempt)

    async with begun(open_stage, "KEPT-7") as (charge, order):
        with monkeypatch.context() as patched:
            patched.setattr(store, "put_attempt", acknowledged_meanwhile)
            with pytest.raises(OutageError, match="charge of KEPT-7 waits for the payment bank-7: it was accepted"):
                await attempted(charge, order)
        assert (await open_stage.companies.payments.books()).of(order.account) == []
        (ticket,) = await store.tickets(order.account)
        assert (ticket.kind, ticket.subject) == (
            TicketKind.NEWS_UNHANDLED,
            "Accepted, and not handled: payment bank-7",
        )
        # Whoever acknowledged it died: a day later a person has had the ticket for that long, and the plan goes on.
        assert isinstance(await attempted(charge, order, tried_for=timedelta(days=1)), Charged)


@pytest.mark.promise(1)
async def test_a_begun_attempt_takes_no_more_than_is_owed_by_now(open_stage: Stage) -> None:
    async with begun(open_stage, "KEPT-2", amount=usd(999), known=("bank-1",)) as (charge, order):
        result = await ActivityEnvironment().run(charge._charge, order)
    assert isinstance(result, Charged)
    assert result.amount == usd(999)


@pytest.mark.promise(9)
async def test_money_that_became_credit_is_not_found_again_for_its_invoice(open_stage: Stage) -> None:
    life = await begin(open_stage, "KEPT-3", ASO, decline=1)
    await life.to_day(3)
    first = await open_stage.companies.payments.pay_directly(life.account, 1999, "USD", "KEPT-3")
    assert await life.outcome() == "paid"
    second = await open_stage.companies.payments.pay_directly(life.account, 1999, "USD", "KEPT-3")

    async def credited() -> bool:
        return await open_stage.store.credit(f"KEPT-3:{second}") is not None

    await until_true(credited)
    await open_stage.store.use_credit(life.account, "NEXT", usd(1999), now())
    await open_stage.companies.payments.dispute(first)
    await until_true(lambda: running_again(life))
    await until(life, lambda case: any(step.startswith("reversal:") for step in case.steps_done))
    await life.to_day(20)
    case = await life.case()
    assert case.balance.minor == 1999
    assert case.level is Level.SUSPENDED
    assert [e.id for e in case.entries if e.kind is Kind.PAYMENT] == [first]


@pytest.mark.promise(9)
async def test_credit_taken_for_a_case_that_already_ran_is_handed_over_to_it(open_stage: Stage) -> None:
    life = await begin(open_stage, "KEPT-4", ASO)
    policy = load_policy(ASO, ROOT / "policies")
    client = life.skipper.client
    # As if its policy had not used credit when it was opened.
    async with open_stage.store._writing() as connection:
        await connection.execute(text("delete from credits where id = :line"), {"line": used_line("KEPT-4")})
    credit = Credit(id="KEPT-4:gift", account=life.account, amount=usd(1000), at=now(), reason="a gift")
    await open_stage.store.add_credit(credit)
    for _ in range(2):
        assert (await open_stage.open(client, life.row, policy)).outcome == "already running"
    case = await life.case()
    assert case.balance.minor == 999
    assert [str(c.amount) for c in await open_stage.store.credits(life.account)] == ["USD 10.00", "USD -10.00"]


@pytest.mark.promise(2)
async def test_a_case_woken_from_old_books_takes_over_what_was_closed_since(open_stage: Stage) -> None:
    life = await begin(open_stage, "KEPT-5", COURTESY)
    await life.to_day(1)
    assert await life.outcome() == "paid"
    ledger = await open_stage.store.ledger("KEPT-5")
    assert ledger
    assert ledger.order.case
    (payment,) = ledger.order.case.payments
    cases = open_stage.made(life.skipper.client).cases
    news = DeliverNews(open_stage.store, cases)
    back = Reversal(id="dp-kept", payment=payment.id, amount=usd(1999), at=now(), chargeback=True)
    won = Restored(id="dp-kept:won", reversal="dp-kept", amount=usd(1999), at=now())
    assert (await news.deliver(News(invoice="KEPT-5", fact=back))).outcome == "reopened"
    await until(life, lambda case: case.balance.minor > 0)
    await news.deliver(News(invoice="KEPT-5", fact=won))
    await until_true(life.is_over)
    await cases.wake(going_on(ledger.order.case, await open_stage.store.new_generation("KEPT-5")), back)
    await until_true(life.is_over)
    assert (await life.case()).balance.minor == 0
    assert (await life.levels())[-1:] in ([], ["active"])


async def test_only_the_pay_page_teaches_us_who_pays(open_stage: Stage) -> None:
    life = await begin(open_stage, "KEPT-6", ASO)
    cases = open_stage.made(life.skipper.client).cases
    news = DeliverNews(open_stage.store, cases)
    payment = Payment(id="kept-6", amount=usd(500), at=now())
    await news.deliver(News(invoice="KEPT-6", account=life.account, payer="paypal-77", fact=payment))
    assert (await open_stage.store.account(life.account)).payer == life.row.payer
