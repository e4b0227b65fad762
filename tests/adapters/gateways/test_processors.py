"""What every company that runs subscriptions does, over real HTTP: one suite over all adapters of the port."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from pydantic import SecretStr

from adapters.gateways.paypal.processor import PayPal
from adapters.gateways.stripe.subscriptions import StripeSubscriptions
from dunning.money import Money
from dunning.ports.outages import GatewayRefusedError, OutageError
from dunning.ports.processors import NoSuchProcessorSubscriptionError, Processor
from dunning.records.processor_subscriptions import company_of
from sandbox.companies import Sandbox
from sandbox.paypal.company import CLIENT, SECRET
from sandbox.stage.process import SandboxProcess

START = datetime(2027, 3, 16, 10, tzinfo=UTC)
PAST = datetime(2025, 3, 16, 10, tzinfo=UTC)
"""The stand-ins take whatever lies after today as now: a case of a test may live ahead."""
DAY = timedelta(days=1)
FEE = Money.parse("USD 19.99")


@dataclass
class Company:
    """One that runs subscriptions, with the ids of its subscriptions, and what happens there."""

    its: Processor
    id: Callable[[str], str]
    subscribes: Callable[[str], Awaitable[None]]
    """It was begun at START, and pays next 31 days later."""
    pays: Callable[[str, datetime], Awaitable[str]]
    """The id of the payment."""
    fails: Callable[[str, datetime, datetime | None], Awaitable[None]]
    """It fails then, and is tried again at that instant, or never."""
    breaks: Callable[[str], Awaitable[None]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def companies() -> AsyncGenerator[Sandbox]:
    async with SandboxProcess() as addresses, Sandbox(addresses) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session", params=["paypal", "stripe"])
async def company(companies: Sandbox, request: pytest.FixtureRequest) -> AsyncGenerator[Company]:
    if request.param == "paypal":
        made = PayPal(CLIENT, SecretStr(SECRET), companies.addresses.paypal, timeout=1)
        yield _paypal(made, companies)
    else:
        made = StripeSubscriptions(SecretStr("sk_test_sandbox"), companies.addresses.payments, timeout=1)
        yield _stripe(made, companies)
    await made.close()


def _paypal(its: PayPal, companies: Sandbox) -> Company:
    there, failed = companies.paypal, dict[str, int]()

    async def subscribes(name: str) -> None:
        await there.subscribe(name, START, next_charge=START + 31 * DAY)

    async def pays(name: str, at: datetime) -> str:
        sale = f"S{at:%d%m}{name}"
        await there.pays(name, sale, at)
        await subscribes(name)
        failed.pop(name, None)
        return sale

    async def fails(name: str, at: datetime, retry: datetime | None) -> None:
        failed[name] = failed.get(name, 0) + 1 if retry else 3
        more = {"failed": failed[name], "failed_at": at, "retry_at": retry, "next_charge": START + 31 * DAY}
        await there.subscribe(name, START, **more)

    return Company(its, "I-{}".format, subscribes, pays, fails, lambda name: there.script(name, "500"))


def _stripe(its: StripeSubscriptions, companies: Sandbox) -> Company:
    there = companies.payments

    async def subscribes(name: str) -> None:
        await there.customer(name)
        await there.subscribes(name, name, START, START + 31 * DAY)

    async def pays(name: str, at: datetime) -> str:
        await there.use_method(name, "pm_card_visa")
        return await there.bills(name, at, ends=START + 31 * DAY)

    async def fails(name: str, at: datetime, retry: datetime | None) -> None:
        await there.use_method(name, "pm_card_chargeDeclined")
        await there.bills(name, at, ends=START + 31 * DAY, retry=retry)

    return Company(its, "sub_{}".format, subscribes, pays, fails, lambda name: there.script(name, "500"))


async def test_what_it_pays_and_when(company: Company) -> None:
    name = company.id("terms")
    await company.subscribes(name)
    terms = await company.its.terms(name)
    assert (terms.status, terms.amount, terms.begins, terms.expected) == ("active", FEE, START, START + 31 * DAY)
    assert not terms.retries


async def test_what_failed_is_expected_when_it_is_tried_again(company: Company) -> None:
    name = company.id("fails")
    await company.subscribes(name)
    for count in (1, 2):
        await company.fails(name, START, START + count * 4 * DAY)
        terms = await company.its.terms(name)
        assert (terms.failed, terms.retries, terms.expected) == (count, True, START + count * 4 * DAY)
    await company.fails(name, START + 9 * DAY, None)
    terms = await company.its.terms(name)
    assert (terms.failed, terms.retries, terms.expected) == (3, False, START + 31 * DAY), "then the next bill"
    await company.pays(name, START + 10 * DAY)
    assert (await company.its.terms(name)).failed == 0


async def test_what_it_took_in_that_time_is_read_oldest_first(company: Company) -> None:
    name = company.id("sales")
    await company.subscribes(name)
    sales = [await company.pays(name, PAST + days * DAY) for days in (0, 2, 4, 40)]
    assert len(set(sales)) == 4
    found = await company.its.sales(name, PAST + DAY, PAST + 30 * DAY)
    assert [(each.id, each.at, each.status, each.amount) for each in found] == [
        (sales[1], PAST + 2 * DAY, "completed", FEE),
        (sales[2], PAST + 4 * DAY, "completed", FEE),
    ]
    assert all(each.subscription == name for each in found)
    assert await company.its.sale(sales[1]) == found[0]
    assert [each.id for each in await company.its.sales(name, PAST, PAST + 50 * DAY)] == sales


async def test_what_it_does_not_know_is_none(company: Company) -> None:
    never = company.id("never")
    for name in (never, "", never + "9" * 100, "../../oauth2/token", "sub_../x"):
        with pytest.raises(NoSuchProcessorSubscriptionError):
            await company.its.terms(name)
    assert list(await company.its.sales(never, START, START + DAY)) == []
    for sale in ("NEVER", "pi_never"):
        assert await company.its.sale(sale) is None
    with pytest.raises(GatewayRefusedError):
        await company.its.cancel(never, "why")


async def test_stopping_and_ending_it_twice_is_doing_it(company: Company) -> None:
    name = company.id("ends")
    await company.subscribes(name)
    await company.fails(name, START, START + 4 * DAY)
    for _ in range(2):
        await company.its.suspend(name, "we take over " * 60)
    terms = await company.its.terms(name)
    assert (terms.status, terms.expected) == ("suspended", None)
    for _ in range(2):
        await company.its.cancel(name, "why " * 200)
    assert (await company.its.terms(name)).status == "cancelled"


async def test_what_passes_by_itself_is_an_outage(company: Company) -> None:
    name = company.id("out")
    await company.subscribes(name)
    await company.breaks(name)
    with pytest.raises(OutageError):
        await company.its.terms(name)
    assert (await company.its.terms(name)).active


async def test_it_is_moved_to_another_date_or_says_that_it_cannot(company: Company) -> None:
    name = company.id("moves")
    await company.subscribes(name)
    moved = await company.its.move(name, START + 55 * DAY)
    assert moved is (company_of(name) == "stripe")
    terms = await company.its.terms(name)
    assert (terms.active, terms.expected) == (True, START + (55 if moved else 31) * DAY)
