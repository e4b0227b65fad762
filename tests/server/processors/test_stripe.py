"""A subscription that Stripe runs pays real cases, each payment once, though Stripe tells of it in two ways.

Every payment of these raises `payment_intent.succeeded`, as the payments of everybody do, and `invoice.paid`.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from pydantic import SecretStr

from adapters.gateways.paypal.processor import PayPal
from adapters.gateways.stripe.gateway import StripeGateway
from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from composition import now
from dunning.case.case import Case
from dunning.case.ledger import MONEY_IN, TAKEN_BACK
from dunning.fleet.open_cases import WORKFLOW, CheckOrder, CheckReport
from dunning.money import Money
from dunning.notices.payment_date import TITLE
from dunning.payments.awaited import WORDS
from dunning.policy.file import Policy, ProcessorRule
from dunning.policy.plan import WhenFailed
from dunning.ports.outages import OutageError
from dunning.records.inbox import News, Outcome
from dunning.tickets.kind import TicketKind
from operations.errors import RefusedError
from operations.processors.links import Linked, NewLink
from operations.processors.look import AWAY, LookAtAll, LookAtProcessor
from operations.processors.processors import Processors
from operations.processors.received import WithProcessor
from sandbox.payments.books import Hook
from sandbox.stage.stage import QUEUE, Stage
from tests.server.payments.test_money_in import until_true
from tests.server.playing import Playing, begin
from tests.server.processors.test_story import followed, links_in, the_mail

HOTDOODLE, ASO = "hotdoodle", "a-small-orange"
DAY = timedelta(days=1)
FEE = Money.parse("USD 19.99")
TOLD = ("payment_intent.succeeded", "invoice.paid")


def changed(policy: str, **rule: Any) -> Policy:
    return load_policy(policy, ROOT / "policies").model_copy(update={"processor": ProcessorRule(**rule)})


def name_of(playing: Playing) -> str:
    return f"sub_{playing.row.invoice.replace('-', '')}"


async def subscribes(playing: Playing, day: int, **more: Any) -> None:
    """A subscription at Stripe that pays next on that day of the case."""
    ends = playing.moment(day, 60)
    anchor = ends - timedelta(days=31)
    await playing.stage.companies.payments.subscribes(playing.account, name_of(playing), anchor, ends, **more)


async def linked(playing: Playing, since: datetime | None = None) -> Linked:
    made = playing.stage.made(playing.skipper.client)
    return await made.processor_links.add(NewLink(name_of(playing), playing.account, "", since, "ana"))


async def pays(playing: Playing, day: int = 6, **more: Any) -> str:
    """Its period ends, or what failed is tried again: the payment's id."""
    at, payments = playing.moment(day, 60), playing.stage.companies.payments
    return await payments.bills(name_of(playing), at, ends=at + timedelta(days=31), **more)


async def money(playing: Playing) -> list[tuple[str, str]]:
    made = playing.stage.made(playing.skipper.client)
    case = await made.look.case(playing.row.invoice)
    assert case
    return [(entry.id, str(entry.amount)) for entry in case.entries if entry.kind in MONEY_IN]


async def mails(playing: Playing) -> list[str]:
    return [each for each in await playing.mails() if each != TITLE]


async def hooks(stage: Stage, payment: str) -> dict[str, Hook]:
    """The two events about a payment, by type: of `invoice.paid` the last one."""
    books = await stage.companies.payments.books()
    (arrived,) = [each for each in books.hooks if (each.type, each.charge) == (TOLD[0], payment)]
    return {TOLD[0]: arrived, TOLD[1]: [each for each in books.hooks if each.type == TOLD[1]][-1]}


async def handled(stage: Stage, event: str) -> None:
    async def is_handled() -> bool:
        kept = await stage.store.event("stripe", event)
        return kept is not None and bool(kept.outcome)

    await until_true(is_handled)


async def resent(stage: Stage, event: str) -> None:
    await stage.companies.payments.resend(event)
    await handled(stage, event)


async def no_money_twice(playing: Playing, payment: str) -> None:
    """On its invoice once, nothing of it is credit of anybody, and no person has to look for it."""
    assert await money(playing) == [(payment, "USD 19.99")]
    assert await playing.stage.store.credits(playing.account) == ()
    assert await playing.stage.store.tickets(playing.account) == ()


@pytest.mark.parametrize("order", [each for size in (1, 2) for each in permutations(TOLD, size)])
async def test_whatever_tells_of_it_first_or_alone_it_counts_once(open_stage: Stage, order: tuple[str, ...]) -> None:
    number = f"SS-{'-'.join(each[:3] for each in order)}"
    playing = await begin(open_stage, number, HOTDOODLE, due_in=11)
    await subscribes(playing, 6)
    await linked(playing)
    await open_stage.companies.payments.script(playing.account, "webhook:lost", times=None)
    payment = await pays(playing)
    await open_stage.companies.payments.forget(playing.account)
    told = await hooks(open_stage, payment)
    assert await money(playing) == [], "no webhook came"
    for kind in order:
        await resent(open_stage, told[kind].id)
    assert await playing.outcome() == "paid"
    for kind in order:
        await resent(open_stage, told[kind].id)
    await no_money_twice(playing, payment)
    made = open_stage.made(playing.skipper.client)
    assert await made.look_at_processor.tell(name_of(playing), made.deliver_news.deliver) in (0, 1)
    await no_money_twice(playing, payment)


async def test_all_of_it_at_once_and_twice_counts_once(open_stage: Stage) -> None:
    playing = await begin(open_stage, "SS-double", HOTDOODLE, due_in=12)
    await subscribes(playing, 6)
    await linked(playing)
    await open_stage.companies.payments.script(playing.account, "webhook:doubled")
    payment = await pays(playing)
    assert await playing.outcome() == "paid"
    for each in (await hooks(open_stage, payment)).values():
        await handled(open_stage, each.id)
    await no_money_twice(playing, payment)


async def test_what_no_webhook_told_is_found_within_the_hour(open_stage: Stage) -> None:
    playing = await begin(open_stage, "SS-hour", HOTDOODLE, due_in=13)
    await subscribes(playing, 6)
    await linked(playing)
    await open_stage.companies.payments.script(playing.account, "webhook:lost", times=None)
    payment = await pays(playing)
    client = await open_stage.connect()
    await client.execute_workflow(
        WORKFLOW, CheckOrder(), id=f"open-cases-{uuid4()}", task_queue=QUEUE, result_type=CheckReport
    )
    assert await playing.outcome() == "paid"
    await no_money_twice(playing, payment)


async def test_what_was_parked_before_it_was_linked_is_its_invoices_and_no_credit(open_stage: Stage) -> None:
    playing = await begin(open_stage, "SS-late", HOTDOODLE, due_in=14)
    await subscribes(playing, 6)
    payment = await pays(playing)
    for each in (await hooks(open_stage, payment)).values():
        await handled(open_stage, each.id)
    assert await money(playing) == []
    parked = [each for each in await open_stage.store.credits("unmatched") if payment in each.id]
    assert [each.amount for each in parked] == [FEE]
    assert [each.closed_by for each in await open_stage.store.tickets("") if payment in each.key] == [""]
    assert (await linked(playing, playing.moment(0, 0))).told == 1
    assert await playing.outcome() == "paid"
    assert await money(playing) == [(payment, "USD 19.99")]
    left = [each.amount.minor for each in await open_stage.store.credits("unmatched") if payment in each.id]
    assert sum(left) == 0
    (ticket,) = [each for each in await open_stage.store.tickets("") if payment in each.key]
    assert (ticket.closed_by, ticket.closed_reason) == (
        "Reprieve",
        f"it belongs to account {playing.account}, and counts there",
    )
    for each in (await hooks(open_stage, payment)).values():
        await resent(open_stage, each.id)
    assert sum(each.amount.minor for each in await open_stage.store.credits("unmatched") if payment in each.id) == 0


async def test_what_nobody_owes_is_credit_once_and_a_refund_of_it_a_ticket(open_stage: Stage) -> None:
    playing = await begin(open_stage, "SS-ahead", HOTDOODLE, due_in=15)
    await subscribes(playing, 6)
    await linked(playing)
    await playing.signal()
    assert await playing.outcome() == "paid"
    payment = await pays(playing)
    for each in (await hooks(open_stage, payment)).values():
        await handled(open_stage, each.id)
        await resent(open_stage, each.id)
    assert [each.amount for each in await open_stage.store.credits(playing.account)] == [FEE]
    await open_stage.companies.payments.refund(payment, 500)

    async def is_told() -> bool:
        found = await open_stage.store.tickets(playing.account)
        return [each.kind for each in found] == [TicketKind.PROCESSOR_REFUNDED]

    await until_true(is_told)


@pytest.mark.parametrize("how", ["refund", "dispute"])
async def test_what_is_taken_back_finds_its_invoice(open_stage: Stage, how: str) -> None:
    playing = await begin(open_stage, f"SS-{how}", HOTDOODLE, due_in=16)
    await subscribes(playing, 6)
    await linked(playing)
    payment = await pays(playing)
    assert await playing.outcome() == "paid"
    there, made = open_stage.companies.payments, open_stage.made(playing.skipper.client)
    back = await (there.refund(payment, 500) if how == "refund" else there.dispute(payment))

    async def entries() -> list[tuple[str, int]]:
        case = await made.look.case(playing.row.invoice)
        assert case
        return [(each.id, each.amount.minor) for each in case.entries if each.kind in TAKEN_BACK]

    async def is_owed() -> bool:
        return [each for each, _ in await entries()] == [back]

    await until_true(is_owed)
    swept = [each async for each in _as_swept(playing) if payment in (each.payment, getattr(each.fact, "id", ""))]
    assert {each.invoice for each in swept} == {playing.row.invoice}
    case = await made.look.case(playing.row.invoice)
    assert case
    assert case.balance.minor == (500 if how == "refund" else 1999)
    if how == "dispute":
        await there.close_dispute(back, "won")

        async def is_restored() -> bool:
            found = await made.look.case(playing.row.invoice)
            return found is not None and found.balance.minor == 0

        await until_true(is_restored)


async def _as_swept(playing: Playing) -> AsyncIterator[News]:
    """What the daily sweep compares with the books."""
    made, stage = playing.stage.made(playing.skipper.client), playing.stage
    gateway = StripeGateway(SecretStr("sk_test_sandbox"), stage.addresses.payments)
    whole = WithProcessor(gateway, stage.store, made.look_at_processor, made.subscription_news)
    async for each in whole.movements(datetime.now(UTC) - DAY, datetime.now(UTC) + 90 * DAY):
        yield each
    await gateway.close()


@pytest.mark.req("S4-21", "S4-23")
async def test_who_pays_a_day_behind_moves_it_by_one_click_and_it_is_not_ended(open_stage: Stage) -> None:
    row: dict[str, Any] = {"zone": "UTC", "emails": ["moves@bakery.example"]}
    playing = await begin(open_stage, "SS-moves", changed(HOTDOODLE, wait_days=0), due_in=27, **row)
    await subscribes(playing, 6)
    warned = (await linked(playing)).warned
    assert warned
    assert (warned.late, warned.moves) == (True, True)

    async def is_told() -> bool:
        return TITLE in await playing.mails()

    await until_true(is_told)
    link = links_in(await the_mail(playing))["date"]
    page = await followed(link)
    assert 'name="move"' in page.text
    assert (await open_stage.companies.payments.subscription(name_of(playing)))["status"] == "active", "a look"
    for _ in range(2):
        async with httpx2.AsyncClient(trust_env=False) as http:
            done = await http.post(link, data={"move": "yes"}, timeout=20)
        assert (done.status_code, warned.better.strftime("%B %-d, %Y") in done.text) == (200, True)
    async with httpx2.AsyncClient(trust_env=False) as http:
        again, stale = await http.get(link, timeout=20), await http.post(link, timeout=20)
    for each in (again, stale):
        assert (warned.better.strftime("%B %-d, %Y") in each.text, "<form" in each.text) == (True, False)
    found = await open_stage.store.processor_subscription(name_of(playing))
    assert found
    assert (found.terms.status, found.expected_on("UTC")) == ("active", warned.better)
    assert (await linked(playing)).warned is None, "nothing is wrong with it now"
    await playing.signal()
    assert await playing.outcome() == "paid"


async def test_a_step_waits_for_it_and_for_all_of_its_retries_and_then_all_comes(open_stage: Stage) -> None:
    playing = await begin(open_stage, "SS-retry", HOTDOODLE, due_in=22)
    await subscribes(playing, 6)
    await linked(playing)
    there = open_stage.companies.payments
    await playing.to_day(5, 120)
    (waits,) = (await playing.case()).deferrals
    assert (waits.step, waits.until) == ("reminder", playing.moment(7, 60))
    assert waits.reason.startswith(WORDS)
    await there.use_method(playing.account, "pm_card_chargeDeclined")
    tries = (6, 9, 12, 16, 20)
    for day, retry in pairwise(tries):
        await pays(playing, day, retry=playing.moment(retry, 60))
        await playing.to_day(retry)
        assert await mails(playing) == []
    await pays(playing, tries[-1])
    await playing.to_day(tries[-1] + 1, 120)
    assert await mails(playing) == ["Monthly Fees Are Due"]
    assert len((await playing.case()).deferrals) == len(tries)
    await there.use_method(playing.account, "pm_card_visa")
    payment = await pays(playing, 22)
    assert await playing.outcome() == "paid"
    await no_money_twice(playing, payment)


async def test_whoever_takes_over_stops_stripes_own_retries_first_and_charges_once(open_stage: Stage) -> None:
    playing = await begin(open_stage, "SS-take", changed(ASO, when_failed=WhenFailed.TAKE_OVER), due_in=23)
    there = open_stage.companies.payments
    await subscribes(playing, -1)
    await linked(playing)
    await there.use_method(playing.account, "pm_card_chargeDeclined")
    await pays(playing, -1, retry=playing.moment(4, 0))
    await there.use_method(playing.account, "pm_card_visa")
    await playing.to_day(0)
    assert await playing.outcome() == "paid"
    assert await playing.charged() == [1999]
    known = await there.subscription(name_of(playing))
    assert known["pause_collection"]["behavior"] == "void"
    assert known["metadata"]["reprieve"] == "Invoice SS-take is charged otherwise"
    link = await open_stage.store.processor_subscription(name_of(playing))
    assert link
    assert link.terms.status == "suspended"
    assert len(await money(playing)) == 1
    assert await open_stage.store.tickets(playing.account) == (), "we had it stop"


async def test_who_cancels_it_there_is_reminded_as_everybody(open_stage: Stage) -> None:
    playing = await begin(open_stage, "SS-ends", HOTDOODLE, due_in=24)
    await subscribes(playing, 6)
    await linked(playing)
    made = open_stage.made(playing.skipper.client)
    processor = made.processors.of(name_of(playing))
    assert processor
    await processor.cancel(name_of(playing), "the customer's wish")

    async def is_known() -> bool:
        link = await open_stage.store.processor_subscription(name_of(playing))
        return link is not None and link.terms.status == "cancelled"

    await until_true(is_known)
    made = open_stage.made(playing.skipper.client)
    for _ in range(2):
        await made.look_at_processor.tell(name_of(playing), made.deliver_news.deliver)
    (ticket,) = await open_stage.store.tickets(playing.account)
    assert (ticket.kind, ticket.subject) == (
        TicketKind.PROCESSOR_ENDED,
        f"Stripe's subscription is cancelled: {name_of(playing)}",
    )
    await playing.to_day(5)
    assert await mails(playing) == ["Monthly Fees Are Due"]
    assert (await playing.case()).deferrals == ()
    await playing.signal()
    assert await playing.outcome() == "paid"


async def test_what_stripe_does_not_know_is_not_linked(open_stage: Stage) -> None:
    playing = await begin(open_stage, "SS-never", HOTDOODLE, due_in=25)
    with pytest.raises(RefusedError, match="Stripe knows no subscription of that id"):
        await linked(playing)
    await playing.signal()
    assert await playing.outcome() == "paid"


async def test_what_could_not_be_brought_to_a_case_in_one_hour_is_brought_in_the_next(open_stage: Stage) -> None:
    """Its next payment is far away then, and nothing is owed any more."""
    playing = await begin(open_stage, "SS-untold", HOTDOODLE, due_in=26)
    await subscribes(playing, 6)
    await linked(playing)
    await open_stage.companies.payments.script(playing.account, "webhook:lost", times=None)
    await pays(playing)
    made = open_stage.made(playing.skipper.client)

    async def away(news: News) -> Outcome:
        raise OutageError(f"the server is away from {news.account}")

    with pytest.raises(OutageError):
        await made.look_at_processor.tell(name_of(playing), away)
    await playing.signal()
    assert await playing.outcome() == "paid"
    hourly = LookAtAll(made.look_at_processor, open_stage.store, made.deliver_news.deliver, made.payment_doctor)
    for _ in range(2):
        await hourly.all(playing.moment(6, 120), list[str]().append)
        assert [each.amount for each in await open_stage.store.credits(playing.account)] == [FEE]
    link = await open_stage.store.processor_subscription(name_of(playing))
    assert link
    assert (link.untold, link.terms.expected) == (False, playing.moment(6, 60) + 31 * DAY)


async def test_a_company_that_is_away_keeps_nobody_waiting_for_hours(open_stage: Stage, caplog: Any) -> None:
    """Each call to it takes as long as we are patient."""
    playing = await begin(open_stage, "SS-away", HOTDOODLE, due_in=28)
    await subscribes(playing, 6)
    link = (await linked(playing)).link
    await open_stage.companies.payments.script(playing.account, "webhook:lost", times=None)
    payment = await pays(playing)
    made, long_ago = open_stage.made(playing.skipper.client), link.looked_at - 900 * DAY
    names = [f"I-AWAY-{number}" for number in range(AWAY + 3)]
    for name in names:
        await open_stage.store.put_processor_subscription(
            link.model_copy(update={"id": name, "looked_at": long_ago, "untold": True})
        )
    nowhere = PayPal("client", SecretStr("secret"), "http://127.0.0.1:9", timeout=1)
    stripe = made.processors.of(link.id)
    assert stripe
    processors = Processors({"paypal": nowhere, "stripe": stripe})
    look = LookAtProcessor(processors, open_stage.store, made.look.case, made.spread_credit, now)
    hourly, beats = LookAtAll(look, open_stage.store, made.deliver_news.deliver, made.payment_doctor), list[str]()
    assert await hourly.all(playing.moment(6, 120), beats.append) >= 1
    for name in names:
        await open_stage.store.remove_processor_subscription(name)
    await nowhere.close()
    assert [each in caplog.text for each in names] == [True] * AWAY + [False] * 3
    assert set(names) < set(beats)
    assert await playing.outcome() == "paid"
    assert await money(playing) == [(payment, "USD 19.99")]


async def test_what_is_paid_in_another_currency_than_is_owed_is_credit_and_a_person_hears_of_it(
    open_stage: Stage,
) -> None:
    """Else the customer pays month by month, and is suspended all the same."""
    playing = await begin(open_stage, "SS-euro", HOTDOODLE, due_in=36)
    await subscribes(playing, 6, currency="eur")
    await linked(playing)
    payment = await pays(playing)
    for each in (await hooks(open_stage, payment)).values():
        await handled(open_stage, each.id)

    async def is_told() -> bool:
        found = await open_stage.store.tickets(playing.account)
        return [(each.kind, "paid in EUR, invoiced in USD" in each.body) for each in found] == [
            (TicketKind.PAYMENT_PARKED, True)
        ]

    await until_true(is_told)
    assert [str(each.amount) for each in await open_stage.store.credits(playing.account)] == ["EUR 19.99"]
    assert (await playing.case()).balance == FEE
    await playing.signal()
    assert await playing.outcome() == "paid"


async def test_two_that_pay_at_once_do_not_both_pay_the_oldest_invoice(open_stage: Stage) -> None:
    """Else one is owed still, and the other's excess may be given back."""
    several = [
        await begin(open_stage, f"SS-TWO-{one}", HOTDOODLE, due_in=41 + later, account="acct-SS-TWO")
        for later, one in enumerate("ab")
    ]
    await open_stage.companies.payments.script("acct-SS-TWO", "webhook:lost", times=None)
    for one in several:
        await subscribes(one, 6)
        await linked(one)
    paid = {await pays(one) for one in several}
    made, both, asked = open_stage.made(several[0].skipper.client), asyncio.Barrier(2), list[str]()

    async def at_once(number: str) -> Case | None:
        case = await made.look.case(number)
        asked.append(number)
        if len(asked) <= both.parties:
            await both.wait()
        return case

    look = LookAtProcessor(made.processors, open_stage.store, at_once, made.spread_credit, now)
    looks = [look.tell(name_of(one), made.deliver_news.deliver) for one in several]
    assert await asyncio.gather(*looks) == [1, 1]
    for one in several:
        assert await one.outcome() == "paid"
    assert {payment for one in several for payment, _ in await money(one)} == paid
    assert await open_stage.store.credits("acct-SS-TWO") == ()
    assert await open_stage.store.tickets("acct-SS-TWO") == ()
