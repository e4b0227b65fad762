"""The source's own example, on the real server: due 3/10, reminded 3/15, paid 3/16 by a subscription; and both cures.

The years differ, and the days of the month do not: the 10th, the 15th, the 16th, and no reminder in the months after.
"""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import httpx2
import pytest

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from dunning.calendar import Offset, add_offset
from dunning.case.case import Case
from dunning.case.ledger import MONEY_IN
from dunning.money import Money
from dunning.policy.file import Policy, ProcessorRule
from operations.fleet.day_behind import FindDayBehind
from operations.processors.links import Linked, NewLink
from sandbox.stage.stage import Stage
from tests.server.payments.test_money_in import until_true
from tests.server.playing import Playing, begin
from tests.server.subscriptions.playing import begin as begin_subscription
from tests.server.subscriptions.playing import new

REMINDER, RECEIPT, TITLE = "Monthly Fees Are Due", "Invoice Payment Confirmation", "Your Payment Date"


def hotdoodle(wait_days: int = 0) -> Policy:
    """It reminds whoever has not paid, whatever is to come: as the source has it."""
    found = load_policy("hotdoodle", ROOT / "policies")
    return found.model_copy(update={"processor": ProcessorRule(wait_days=wait_days)})


def the_10th(months: int) -> date:
    """A 10th that lies ahead, and so many months after it."""
    first = (datetime.now(UTC) + timedelta(days=20)).date()
    first = first.replace(day=10) if first.day <= 10 else add_offset(first.replace(day=10), Offset(months=1))
    return add_offset(first, Offset(months=months))


async def month(stage: Stage, name: str, number: int, **more: object) -> Playing:
    """The invoice of that month, which is due on its 10th; its time stands at its beginning."""
    days = (the_10th(number) - datetime.now(UTC).date()).days
    row: dict[str, Any] = {
        "account": f"acct-{name}",
        "emails": [f"{name.lower()}@bakery.example"],
        "zone": "UTC",
        **more,
    }
    return await begin(stage, f"{name}-{number}", hotdoodle(), due_in=days, **row)


async def subscribe(playing: Playing, name: str, number: int, day: int, **more: object) -> Linked:
    """A subscription at PayPal that was begun, and pays on that day of that month and of each after it."""
    begins = at(number, day)
    following = at(number + 1, day)
    await playing.stage.companies.paypal.subscribe(name, begins, next_charge=following, **more)
    made = playing.stage.made(playing.skipper.client)
    return await made.processor_links.add(NewLink(name, playing.account, "", None, "ana"))


def at(number: int, day: int) -> datetime:
    on = the_10th(number).replace(day=day)
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


async def pays(playing: Playing, name: str, number: int, day: int) -> None:
    """It takes the month's money; PayPal tells nobody, so it is looked at as every hour."""
    paypal, made = playing.stage.companies.paypal, playing.stage.made(playing.skipper.client)
    await paypal.pays(name, f"{name}-{number}", at(number, day), hint=False)
    known = (await paypal.books()).subscriptions[name]
    await paypal.subscribe(name, known.start, next_charge=at(number + 1, day), status=known.status)
    assert made.look_at_processor
    await made.look_at_processor.tell(name, made.deliver_news.deliver)


async def new_mails(playing: Playing, before: int) -> list[str]:
    return (await playing.mails())[before:]


async def entries(playing: Playing) -> list[str]:
    case = await closed(playing)
    return [entry.id for entry in case.entries if entry.kind in MONEY_IN]


async def closed(playing: Playing) -> Case:
    case = await playing.stage.made(playing.skipper.client).look.case(playing.row.invoice)
    assert case
    return case


async def a_day_behind(playing: Playing, name: str, number: int, before: int) -> None:
    """Nothing in the first five days, the reminder on the 15th, the money on the 16th."""
    await playing.to_day(5, -540)
    assert await new_mails(playing, before) == []
    await playing.to_day(5)
    assert await new_mails(playing, before) == [REMINDER]
    await playing.to_day(6, 0)
    await pays(playing, name, number, 16)
    assert await playing.outcome() == "paid"


@pytest.mark.req("S4-17", "S4-18", "S4-20", "S4-21", "S4-22")
async def test_a_day_behind_each_month_until_one_month_is_paid_ahead(open_stage: Stage) -> None:
    name = "I-STORY"
    march = await month(open_stage, "STORY", 0)
    await march.to_day(5)
    assert await march.mails() == [REMINDER]
    await march.to_day(6, 0)
    linked = await subscribe(march, name, 0, 16)
    assert linked.warned
    assert (linked.warned.pays.day, linked.warned.better) == (16, the_10th(2))
    await pays(march, name, 0, 16)
    assert await march.outcome() == "paid"

    async def told() -> bool:
        return TITLE in await march.mails()

    await until_true(told)
    text = await the_mail(march)
    for number, day in ((1, 10), (1, 15), (1, 16), (2, 10)):
        on = the_10th(number).replace(day=day)
        assert on.strftime("%A, %B %-d, %Y") in " ".join(text.split())
    assert not (await subscribe(march, name, 0, 16)).warned, "once"
    page = await followed(links_in(text)["ahead"])
    assert (page.status_code, "Nothing is open now" in page.text) == (200, True)
    assert the_10th(2).strftime("%B %-d, %Y") in page.text

    april = await month(open_stage, "STORY", 1)
    before = len(await april.mails())
    await a_day_behind(april, name, 1, before)
    store = open_stage.store
    (found,) = [each for each in await FindDayBehind(store, lambda: at(1, 17)).of(130) if each.account == "acct-STORY"]
    assert [(each.due.day, each.reminded.day, each.paid.day) for each in found.months] == [(10, 15, 16)] * 2

    # The cure: the link leads to the page of what is owed, where it is paid once by hand.
    may = await month(open_stage, "STORY", 2)
    await may.to_day(1)
    page = await followed(links_in(text)["ahead"])
    assert "/pay/STORY-2" in str(page.headers["location"])
    await may.signal(payment="by-hand")
    assert await may.outcome() == "paid"
    await pays(may, name, 2, 16)
    credits_ = await store.credits("acct-STORY")
    assert [each.amount for each in credits_] == [Money.parse("USD 19.99")]
    for number in (3, 4):
        later = await month(open_stage, "STORY", number)
        before = len(await later.mails())
        await later.to_day(0, 120)
        assert await later.outcome() == "paid", "by the credit, on the 10th"
        await pays(later, name, number, 16)
        assert REMINDER not in await new_mails(later, before)


@pytest.mark.req("S4-21", "S4-23")
async def test_a_day_behind_each_month_until_the_subscription_pays_on_the_10th(open_stage: Stage) -> None:
    march = await month(open_stage, "MOVED", 0)
    await march.to_day(6, 0)
    linked = await subscribe(march, "I-MOVED", 0, 16)
    assert linked.warned
    await pays(march, "I-MOVED", 0, 16)
    assert await march.outcome() == "paid"

    async def told() -> bool:
        return TITLE in await march.mails()

    await until_true(told)
    link = links_in(await the_mail(march))["date"]
    page = await followed(link)
    assert page.status_code == 200
    assert (await open_stage.companies.paypal.books()).subscriptions["I-MOVED"].status == "ACTIVE", (
        "a look does nothing"
    )
    assert (await followed(link.replace("?s=", "?s=x"))).status_code == 404
    for _ in range(2):
        done = await followed(link, "POST")
        assert "is cancelled" in done.text
    assert (await open_stage.companies.paypal.books()).subscriptions["I-MOVED"].status == "CANCELLED"
    assert the_10th(2).strftime("%B %-d, %Y") in unescape(page.text)

    for number in (1, 2):
        later = await month(open_stage, "MOVED", number)
        if number == 1:
            assert (await subscribe(later, "I-NEW", 0, 10)).warned is None, "it pays in time"
        before = len(await later.mails())
        await later.to_day(0, 0)
        await pays(later, "I-NEW", number, 10)
        assert await later.outcome() == "paid"
        assert REMINDER not in await new_mails(later, before)
        assert await entries(later) == [f"I-NEW-{number}"], "no gap, and nothing twice"
    assert await open_stage.store.credits("acct-MOVED") == ()


@pytest.mark.req("S4-25", "S4-26")
async def test_who_was_moved_to_the_1st_or_pays_too_little_is_told_in_their_own_dates(open_stage: Stage) -> None:
    days = (the_10th(0).replace(day=28) - datetime.now(UTC).date()).days
    row: dict[str, Any] = {"account": "acct-ODD", "emails": ["odd@bakery.example"], "zone": "UTC"}
    playing = await begin(open_stage, "ODD-1", hotdoodle(), due_in=days, **row)
    due = playing.row.due
    began = datetime(2027, 1, 31, 12, tzinfo=UTC).replace(year=due.year - 1)
    first = datetime(due.year, due.month, 1, 12, tzinfo=UTC)
    first = datetime.combine(add_offset(first.date(), Offset(months=1)), first.timetz())
    await open_stage.companies.paypal.subscribe("I-ODD", began, next_charge=first, value="14.99")
    made = open_stage.made(playing.skipper.client)
    linked = await made.processor_links.add(NewLink("I-ODD", "acct-ODD", "", None, "ana"))
    assert linked.warned
    assert (linked.warned.began, linked.warned.pays) == (began.date(), first.date())
    assert linked.warned.short == Money.parse("USD 5.00")

    async def told() -> bool:
        return TITLE in await playing.mails()

    await until_true(told)
    text = " ".join((await the_mail(playing)).split())
    for words in (began.strftime("%A, %B %-d, %Y"), first.strftime("%A, %B %-d, %Y"), "$14.99", "$19.99", "$5.00"):
        assert words in text
    assert [each.habit.subscription for each in await made.payment_doctor.all() if each.account.id == "acct-ODD"] == [
        "I-ODD"
    ]


@pytest.mark.req("S4-16", "S4-19")
async def test_paid_on_the_16th_the_site_is_paid_through_the_next_10th(open_stage: Stage) -> None:
    wanted = new("PP-THRU", the_10th(0), policy="hotdoodle")
    playing = await begin_subscription(open_stage, wanted)
    await playing.to(at(0, 10))
    (march,) = (await playing.seen()).renewals
    assert (await playing.seen()).paid_through == the_10th(0)
    paypal, links = open_stage.companies.paypal, playing.made.processor_links
    await paypal.subscribe("I-THRU", at(0, 16), next_charge=at(1, 16), value="21.00")
    other = await begin(open_stage, "PP-OTHER", hotdoodle(), account="acct-PP-THRU", due_in=1)
    linked = await links.add(NewLink("I-THRU", "acct-PP-THRU", "PP-THRU", None, "ana"))
    assert linked.warned
    assert (linked.warned.due, linked.warned.better) == (the_10th(1), the_10th(2))
    await paypal.pays("I-THRU", "THRU-0", at(0, 16), value="21.00", hint=False)
    assert playing.made.look_at_processor
    assert await playing.made.look_at_processor.tell("I-THRU", playing.made.deliver_news.deliver) == 1
    counted = await open_stage.store.counted_sale("THRU-0")
    assert counted
    assert counted.invoice == march.invoice, "no other than its own"

    async def is_paid_through() -> bool:
        return (await playing.seen()).paid_through == the_10th(1)

    await until_true(is_paid_through)
    assert await entries(other) == []


async def the_mail(playing: Playing) -> str:
    books = await playing.stage.companies.mail.books()
    return next(each.text for each in books.to(playing.email) if each.subject == TITLE)


def links_in(text: str) -> dict[str, str]:
    """The two signed links, by what they are for; a mail's lines are broken anywhere but in a link."""
    found = re.findall(r"\S+/payments/\S+/(ahead|date)(\?s=\S+)", text)
    whole = re.findall(r"\S+/payments/\S+", text)
    assert len(found) >= 2
    return {("ahead" if "/ahead?" in each else "date"): each for each in whole}


async def followed(url: str, method: str = "GET") -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False) as http:
        return await http.request(method, url, timeout=20)
