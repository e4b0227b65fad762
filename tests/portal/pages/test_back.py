"""The way back from the gateway: at once what is true, then "paid" by itself, with the webhook or without it."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from composition import now
from dunning.case.facts import Payment, PaymentNews
from dunning.money import Money
from dunning.ports.outages import OutageError
from dunning.records.inbox import News, Outcome
from portal.pages.back import WAITS
from tests.portal import bills
from tests.portal.bills import case_of
from tests.portal.pages.test_pay import seen_in, show, text_of
from tests.portal.world import Portal


def payment(amount: str = "USD 19.99", name: str = "pi_1") -> Payment:
    return Payment(id=name, amount=Money.parse(amount), at=now(), method="Visa ending 4242")


async def back(door: Portal, did: str = "pay", had: int = 0) -> httpx2.Response:
    return await door.http.get(door.links.back("INV-1", did, had).replace("https://pay.example", ""))


def refresh(page: httpx2.Response) -> tuple[int, str] | None:
    """After how many seconds the page is loaded anew, and from where; without any script."""
    assert "<script" not in page.text
    found = re.search(r'<meta http-equiv="refresh" content="(\d+); url=([^"]+)">', page.text)
    return (int(found[1]), str(page.url.join(unescape(found[2])))) if found else None


@pytest.fixture
def counting(bank: Portal, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Give a portal whose cases count what they are brought."""
    bring = bank.cases.deliver

    async def deliver(news: News) -> Outcome:
        case = bank.cases.cases[news.invoice]
        if isinstance(news.fact, Payment):
            show(bank, bills.paid(case, news.fact))
        if isinstance(news.fact, PaymentNews):
            show(bank, bills.in_transit(case))
        return await bring(news)

    monkeypatch.setattr(bank.back_delivers, "of", deliver)
    show(bank, case_of())
    return bank


async def test_money_that_no_webhook_told_of_is_counted_and_the_page_says_paid_at_once(counting: Portal) -> None:
    told = payment()
    counting.company.has.append(told)
    page = await back(counting)
    assert "Invoice INV-1 is paid." in text_of(page.text)
    assert refresh(page) is None
    assert counting.cases.brought == [News(invoice="INV-1", account="bakery", payer="cus_1", fact=told)]
    await back(counting)
    assert len(counting.cases.brought) == 1, "once the books have it nobody is asked"


async def test_while_nothing_is_known_it_asks_again_by_itself_ever_more_slowly_and_in_the_end_no_more(
    counting: Portal,
) -> None:
    page = await back(counting)
    waited: list[int] = []
    while again := refresh(page):
        said = text_of(page.text)
        assert "Thank you; your payment is being confirmed" in said
        assert "This page goes on by itself." in said
        waited.append(again[0])
        page = await counting.http.get(again[1].replace("https://pay.example", ""))
    assert tuple(waited) == WAITS
    assert waited == sorted(waited)
    assert sum(waited) == 20 * 60 - 90
    assert "We could not confirm it yet. You get a mail" in text_of(page.text)
    assert len(counting.company.questions) == len(WAITS) + 1
    counting.company.has.append(payment())
    assert "is paid" in text_of((await counting.http.get(str(page.url))).text)


async def test_each_load_keeps_what_the_link_said(counting: Portal) -> None:
    again = refresh(await back(counting, had=3))
    assert again is not None
    asked = parse_qs(urlsplit(again[1]).query)
    assert (asked["did"], asked["had"], asked["n"]) == (["pay"], ["3"], ["1"])
    assert asked["s"] == parse_qs(urlsplit(counting.links.back("INV-1", had=3)).query)["s"]


async def test_a_debit_is_on_its_way_and_that_is_an_end(counting: Portal) -> None:
    counting.company.underway = ("pi_debit",)
    page = await back(counting)
    assert "your payment is on its way" in text_of(page.text)
    assert refresh(page) is None
    (news,) = counting.cases.brought
    assert isinstance(news.fact, PaymentNews)
    assert (news.fact.payment, news.fact.started) == ("pi_debit", True)


async def test_what_the_gateway_has_and_the_case_not_yet_is_said_and_nothing_more(counting: Portal) -> None:
    counting.company.has.append(payment())
    counting.back_delivers.of = failing
    page = await back(counting)
    said = text_of(page.text)
    assert "Our gateway has your payment. It is being entered for invoice INV-1" in said
    assert "is paid" not in said
    assert refresh(page) is not None


async def failing(news: News) -> Outcome:
    raise OutageError(f"no worker for {news.invoice}")


async def test_who_went_away_without_paying_reads_so_at_once(counting: Portal) -> None:
    page = await back(counting, "left")
    said = text_of(page.text)
    assert "Nothing was charged." in said
    assert "Thank you" not in said
    assert refresh(page) is None
    counting.company.has.append(payment())
    assert "is paid" in text_of((await back(counting, "left")).text), "the gateway's answer counts, not the link"


async def test_a_part_that_arrived_is_an_end_and_says_what_is_left(counting: Portal) -> None:
    counting.company.has.append(payment("USD 5.00"))
    page = await back(counting)
    assert "$14.99 of invoice INV-1 is still owed" in text_of(page.text)
    assert refresh(page) is None
    again = await back(counting, had=1)
    assert "being confirmed" in text_of(again.text), "that payment was there before the customer set out"


async def test_while_the_gateway_is_away_the_page_says_what_it_knows(counting: Portal) -> None:
    counting.company.away = True
    page = await back(counting)
    assert page.status_code == 200
    assert "being confirmed" in text_of(page.text)
    assert refresh(page) is not None


async def test_an_invoice_that_ended_otherwise_says_so_itself(counting: Portal) -> None:
    show(counting, bills.void(case_of()))
    answer = await back(counting)
    assert answer.status_code == 303
    home = await counting.http.get(answer.url.join(answer.headers["location"]))
    assert "This invoice was cancelled." in text_of(home.text)


async def test_whoever_pays_again_what_the_gateway_has_is_not_led_there(counting: Portal) -> None:
    seen = seen_in((await counting.page("INV-1")).text)
    counting.company.has.append(payment())
    answer = await counting.submit("INV-1", seen=seen)
    assert answer.headers["location"] == counting.links.back("INV-1")
    assert counting.company.asked == []
    assert len(counting.cases.brought) == 1


@pytest.mark.parametrize("number", ["-1", "1e3", "99999999", "\u0663", "x"])
async def test_numbers_that_nobody_of_ours_wrote_are_none(counting: Portal, number: str) -> None:
    link = counting.links.back("INV-1").replace("https://pay.example", "").replace("had=0", f"had={number}&n={number}")
    assert (await counting.http.get(link)).status_code == 200
