"""Renewals on a real server: each becomes one invoice, on its day, with the next number, and its customer pays it."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from composition import now
from dunning.case.facts import Payment
from dunning.fleet.open_cases import WORKFLOW, CheckOrder, CheckReport
from dunning.level import Level
from dunning.line import Line
from dunning.subscriptions.schedule import anchored
from dunning.subscriptions.subscription import Cancel, Pause
from dunning.tickets.kind import TicketKind
from operations.errors import RefusedError
from operations.services.proof import wished
from operations.subscriptions.changes import Wanted
from sandbox.stage.stage import QUEUE, Stage
from tests.operations.opening import usd
from tests.server.payments.test_money_in import until_true
from tests.server.subscriptions.playing import WHO, Playing, begin, held, new, on_the_31st
from workflows.subscription import SubscriptionRenewal

NINE = time(9, tzinfo=UTC)


async def replayed(playing: Playing) -> None:
    """In the sandbox, which refuses clocks and chance."""
    replayer = Replayer(workflows=[SubscriptionRenewal], data_converter=pydantic_data_converter)
    await replayer.replay_workflow(await playing.handle.fetch_history())


async def pay(playing: Playing, invoice: str) -> None:
    payment = Payment(id=f"pay-{invoice}", amount=usd(2100), at=now())
    await playing.made.payments.take(invoice, payment)


@pytest.mark.req("S2-22")
async def test_a_year_of_renewals_from_a_31st_is_a_year_of_invoices_each_ten_days_before(a_stage: Stage) -> None:
    first = on_the_31st()
    playing = await begin(a_stage, new("RENEW-YEAR", first))
    dates = [anchored(first, "monthly").renewal(number) for number in range(14)]
    opens = datetime.combine(first - timedelta(days=10), NINE)
    await playing.to(opens - timedelta(seconds=5))
    assert (await playing.seen()).renewals == ()
    for number in range(13):
        await playing.to(datetime.combine(dates[number] - timedelta(days=10), NINE) + timedelta(minutes=1))
        assert len((await playing.seen()).renewals) == number + 1
    renewals = (await playing.seen()).renewals
    assert [(each.starts, each.ends) for each in renewals] == list(pairwise(dates))
    assert len({each.invoice for each in renewals}) == 13
    for each in renewals:
        case = await playing.case(each.invoice)
        known = await a_stage.store.invoice(each.invoice)
        assert known
        assert (known.due, known.account, case.invoice.amount) == (each.starts, "acct-RENEW-YEAR", usd(2100))
        services = ("sandbox:u-renew-year:website", "sandbox:m-renew-year:email")
        assert (case.invoice.due, case.invoice.pays_for, case.invoice.customer) == (
            each.starts,
            services,
            "Example Bakery",
        )
        assert [f"{line.text}: {line.amount}" for line in case.invoice.lines] == [
            "Web hosting: USD 19.99",
            "Domain: USD 1.01",
        ]
        assert case.plan.zone == "UTC"
    assert await a_stage.store.tickets("acct-RENEW-YEAR") == ()
    await replayed(playing)


@pytest.mark.req("S4-16")
async def test_a_payment_moves_paid_through_by_a_period_whenever_it_comes(a_stage: Stage) -> None:
    first = (now() + timedelta(days=20)).date().replace(day=10)
    first = first if first > now().date() else (first + timedelta(days=31)).replace(day=10)
    playing = await begin(a_stage, new("RENEW-PAID", first))
    schedule = anchored(first, "monthly")
    await playing.to(datetime.combine(schedule.renewal(2) + timedelta(days=3), NINE))
    one, two, three, *_ = (await playing.seen()).renewals
    assert (await playing.seen()).paid_through == first

    async def paid_through(number: int) -> None:
        async def is_there() -> bool:
            return (await playing.seen()).paid_through == schedule.renewal(number)

        await until_true(is_there)

    await pay(playing, two.invoice)  # whichever is paid, and more than a month after the first one was due
    await paid_through(1)
    await pay(playing, one.invoice)
    await paid_through(2)
    await pay(playing, three.invoice)
    await paid_through(3)


async def test_what_people_ask_is_answered_and_holds_from_the_next_renewal(a_stage: Stage) -> None:
    first = (now() + timedelta(days=40)).date()
    playing = await begin(a_stage, new("RENEW-ASKED", first, period="30 days"))
    changes, name = playing.made.subscriptions, playing.name
    second = first + timedelta(days=30)
    await playing.to(datetime.combine(first - timedelta(days=9), NINE))

    wanted = Wanted("ana", "more room", lines=(Line(text="Large", amount=usd(5000)),), period="yearly")
    quote, change = await changes.quote(name, wanted)
    assert (quote.since, quote.before, quote.after, quote.period_after) == (second, usd(2100), usd(5000), "yearly")
    assert (await playing.truth()).coming is None, "a quote does nothing"
    assert (await changes.change(name, change)).changed
    assert not (await changes.change(name, change)).changed

    back = second + timedelta(days=45)
    paused = await changes.pause(name, Pause(until=back, **WHO))
    assert (paused.changed, paused.subscription.renews_on) == (True, back)
    await playing.to(datetime.combine(back - timedelta(days=11), NINE))
    assert len((await playing.seen()).renewals) == 1
    assert (await playing.seen()).subscription == await playing.truth(), "the row follows"
    await playing.to(datetime.combine(back - timedelta(days=9), NINE))
    _, large = (await playing.seen()).renewals
    assert (large.starts, large.ends, large.amount) == (back, back.replace(year=back.year + 1), usd(5000))

    ends = await changes.cancel(name, Cancel(when="period-end", **WHO))
    assert ends.subscription.ends == large.ends
    assert not (await changes.cancel(name, Cancel(when="period-end", **WHO))).changed
    await playing.to(datetime.combine(large.ends, NINE) + timedelta(minutes=1))
    assert await playing.outcome() == "cancelled"
    seen = await playing.seen()
    assert (seen.state, len(seen.renewals)) == ("cancelled", 2)
    assert not (await changes.cancel(name, Cancel(when="now", **WHO))).changed
    with pytest.raises(RefusedError, match=r"it is over \(cancelled\)"):
        await changes.pause(name, Pause(until=back, **WHO))
    await replayed(playing)


@pytest.mark.req("S2-12")
async def test_what_is_inactive_is_not_billed_and_a_ticket_asks_for_a_new_invoice(a_stage: Stage) -> None:
    first = (now() + timedelta(days=40)).date()
    playing = await begin(a_stage, new("RENEW-LAPSED", first, period="30 days"))
    account, website, mail = "acct-RENEW-LAPSED", "sandbox:u-renew-lapsed:website", "sandbox:m-renew-lapsed:email"
    await held(a_stage.store, account, Level.SUSPENDED, website, mail)
    await playing.to(datetime.combine(first, NINE))
    assert len((await playing.seen()).renewals) == 1, "while it is suspended it is billed, as the policy says"
    await held(a_stage.store, account, Level.INACTIVE, website, mail)
    await playing.to(datetime.combine(first + timedelta(days=60), NINE))
    seen = await playing.seen()
    assert (len(seen.renewals), seen.subscription.number) == (1, 3)
    (ticket,) = await a_stage.store.tickets(account)
    assert (ticket.kind, "renews OLD-9" in ticket.body) == (TicketKind.RENEW_INACTIVE, True)
    await held(a_stage.store, account, Level.INACTIVE, website)
    await playing.to(datetime.combine(first + timedelta(days=90), NINE))
    assert len((await playing.seen()).renewals) == 2, "the other service runs"
    services = (await a_stage.store.account(account)).services
    await a_stage.store.put_effects(wished(each, Level.DELETED, now()) for each in services)
    await playing.to(datetime.combine(first + timedelta(days=120), NINE))
    assert await playing.outcome() == "deleted"


async def test_a_renewal_that_is_refused_waits_for_a_person_and_loses_no_number(a_stage: Stage) -> None:
    first = (now() + timedelta(days=40)).date()
    playing = await begin(a_stage, new("RENEW-REFUSED", first))
    service = "sandbox:m-renew-refused:email"
    account = await a_stage.store.account("acct-RENEW-REFUSED")
    await a_stage.store.put_account(account.model_copy(update={"services": account.services[:1]}))
    await playing.to(datetime.combine(first - timedelta(days=8), NINE))
    seen = await playing.seen()
    assert (seen.state, seen.renewals) == ("refused", ())
    (ticket,) = await a_stage.store.tickets("acct-RENEW-REFUSED")
    assert (ticket.kind, service in ticket.body) == (TicketKind.RENEWAL_REFUSED, True)
    wanted = Wanted("ana", "that service is gone", pays_for=("sandbox:u-renew-refused:website",))
    _, change = await playing.made.subscriptions.quote(playing.name, wanted)
    await playing.made.subscriptions.change(playing.name, change)

    async def is_opened() -> bool:
        return len((await playing.seen()).renewals) == 1

    await until_true(is_opened)
    assert (await playing.seen()).state == "active"
    await replayed(playing)


async def test_one_that_somebody_terminates_at_the_server_goes_on_within_the_hour(a_stage: Stage) -> None:
    made, client = a_stage.made(await a_stage.connect()), await a_stage.connect()
    wanted = new("RENEW-DEAD", now().date())
    await made.subscribe.subscribe(wanted, made.check_subscription.check(wanted))
    handle = client.get_workflow_handle("subscription-RENEW-DEAD")

    async def is_billed() -> bool:
        return (await made.subscriptions.show("RENEW-DEAD")).subscription.number == 1

    await until_true(is_billed)
    await handle.terminate("a click")
    with pytest.raises(RefusedError, match="within an hour it is started again"):
        await made.subscriptions.pause("RENEW-DEAD", Pause(until=now().date() + timedelta(days=90), **WHO))

    async def is_off_the_list() -> bool:  # which follows a moment later
        return "RENEW-DEAD" not in {each async for each in made.subscription_workflows.running()}

    await until_true(is_off_the_list)
    await hourly_check(a_stage)  # it looks at every case of the stage, and so takes as long as those do
    seen = (await made.subscriptions.show("RENEW-DEAD")).subscription
    assert (await made.subscription_workflows.ask("RENEW-DEAD")).number == seen.number == 1
    (ticket,) = await a_stage.store.tickets("acct-RENEW-DEAD")
    assert ticket.kind is TicketKind.SUBSCRIPTION_DIED
    await made.subscriptions.cancel("RENEW-DEAD", Cancel(when="now", **WHO))
    assert await asyncio.wait_for(handle.result(), 30) == "cancelled"
    assert not await hourly_check(a_stage), "what is over stays so"
    assert len(await a_stage.store.renewals("RENEW-DEAD")) == 1


async def hourly_check(stage: Stage) -> int:
    report: CheckReport = await (await stage.connect()).execute_workflow(
        WORKFLOW, CheckOrder(), id=f"check-{uuid4()}", task_queue=QUEUE, result_type=CheckReport
    )
    return report.subscriptions


async def test_whoever_cancels_the_workflow_at_the_server_ends_nothing(a_stage: Stage) -> None:
    playing = await begin(a_stage, new("RENEW-CLICK", (now() + timedelta(days=40)).date()))
    await playing.handle.cancel()

    async def is_told() -> bool:
        told = (await playing.seen()).subscription.told
        return "asked the server to cancel" in (told[-1].text if told else "")

    await until_true(is_told)
    await playing.to(now() + timedelta(days=60))
    assert len((await playing.seen()).renewals) == 1
