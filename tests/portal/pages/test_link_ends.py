"""Links that are over, that were ended, or that are used for what they were not made for."""

import re
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.signed_links import Term
from adapters.store import SqlStore
from adapters.store.tables import ended_links
from composition import now
from dunning.ports.outages import StoreOutageError
from dunning.records.accounts import Account
from dunning.records.mail import NoticeCopy, NoticeText
from portal.pages.back import ASKED
from tests.portal.bills import case_of
from tests.portal.pages.test_pay import also_open, text_of
from tests.portal.world import Portal, portal


class Clock:
    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def later(url: str, clock: Clock) -> AsyncGenerator[Portal]:
    """Give a portal whose clock the test sets."""
    async with portal(url, delivering=False, clock=clock) as door:
        await door.store.put_account(Account(id="bakery", name="Example Bakery", locale="de_DE", payer="cus_1"))
        await also_open(door, case_of())
        await also_open(door, case_of("INV-2"))
        yield door


def address(link: str) -> str:
    return link.removeprefix("https://pay.example")


def links_of(door: Portal, invoice: str = "INV-1") -> list[str]:
    pay = address(door.links.pay(invoice))
    return [pay, pay.replace("?", "/why?"), address(door.links.back(invoice))]


async def opened(door: Portal, links: list[str]) -> list[int]:
    return [(await door.http.get(link)).status_code for link in links]


async def end(door: Portal, invoice: str = "INV-1", before: datetime | None = None) -> None:
    await door.store.end_links(invoice, (before or now() + timedelta(minutes=1)).replace(microsecond=0))


async def test_a_link_is_over_after_its_last_day_and_says_so_to_its_customer(later: Portal, clock: Clock) -> None:
    links = links_of(later)
    clock.at += timedelta(days=400)
    assert (await later.page("INV-1")).status_code == 200
    clock.at += timedelta(days=1)
    assert await opened(later, links) == [410] * 3
    page = await later.page("INV-1")
    said = text_of(page.text)
    assert "Dieser Link gilt nicht mehr" in said
    assert "19,99" not in said
    assert "Neuen Link schicken" in said
    for way in ("", "/method"):
        assert (await later.submit("INV-1", way)).status_code == 410
    assert later.company.asked == []


async def test_what_was_ended_opens_nothing_any_more_and_a_new_link_does(later: Portal) -> None:
    links = links_of(later)
    assert await opened(later, links) == [200] * 3
    await end(later)
    assert await opened(later, links) == [410] * 3
    for way in ("", "/method"):
        assert (await later.submit("INV-1", way)).status_code == 410
    assert (await later.page("INV-2")).status_code == 200, "no other invoice's are ended"
    fresh = later.links.links.pay("INV-1", now() + timedelta(minutes=1))
    assert (await later.http.get(address(fresh))).status_code == 200
    await end(later, before=now() - timedelta(days=9))
    assert await opened(later, links) == [410] * 3, "an earlier instant ends nothing less"


async def test_after_an_end_the_way_back_of_a_new_link_is_good(later: Portal) -> None:
    await end(later)
    token = later.links.links.token("pay", "INV-1", now() + timedelta(minutes=1))
    await later.http.post("/pay/INV-1", data={"s": token})
    visit = later.company.asked[-1][-1]
    assert (await later.http.get(address(visit.back))).status_code == 200
    assert (await later.http.get(address(visit.left))).status_code == 200


async def test_copies_of_notices_and_tickets_of_the_invoice_are_ended_with_it(later: Portal) -> None:
    words = NoticeText(subject="s", text="t", html="<p>19.99</p>", template="common/x@1")
    copy = NoticeCopy(id="n", invoice="INV-1", account="bakery", recipient="a@b.example", at=now(), content=words)
    await later.store.put_notice(copy)
    await later.store.put_notice(copy.model_copy(update={"id": "other", "invoice": ""}))
    assert await opened(later, [address(later.links.notice(each)) for each in ("n", "other")]) == [200, 200]
    await end(later)
    assert await opened(later, [address(later.links.notice(each)) for each in ("n", "other")]) == [410, 200]


async def test_who_has_an_old_link_may_have_a_new_one_mailed_and_learns_nothing(later: Portal) -> None:
    old = later.links.signature("INV-1")
    await end(later)
    page = await later.page("INV-1")
    form = re.search(
        r'<form method="post" action="([^"]+)">\s*<input type="hidden" name="s" value="([^"]+)">', page.text
    )
    assert form
    answer = await later.http.post(page.url.join(unescape(form[1])), data={"s": unescape(form[2])})
    assert (answer.status_code, later.asked_for) == (200, ["INV-1"])
    assert "Sehen Sie in Ihr Postfach" in answer.text
    assert old not in answer.text
    assert "?s=" not in answer.text


@pytest.mark.parametrize("token", ["", "x", "of another", "20280110.1796565600." + "A" * 43])
async def test_who_guesses_cannot_ask_for_one_or_learn_which_invoices_there_are(later: Portal, token: str) -> None:
    given = later.links.signature("INV-2") if token == "of another" else token
    answers = [await later.http.post(f"/pay/{invoice}/fresh", data={"s": given}) for invoice in ("INV-1", "NOBODYS")]
    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    assert later.asked_for == []


async def test_a_good_link_asks_for_none_and_leads_to_its_page(later: Portal) -> None:
    answer = await later.http.post("/pay/INV-1/fresh", data={"s": later.links.signature("INV-1")})
    assert answer.status_code == 303
    assert (await later.http.get(answer.url.join(answer.headers["location"]))).status_code == 200
    assert later.asked_for == []


async def test_other_invoices_pages_are_reached_by_links_that_are_no_better(later: Portal) -> None:
    for number in ("INV-1", "INV-2"):
        await also_open(later, case_of(number, overdue=9))
    page = await later.page("INV-1")
    found = re.search(r'href="(INV-2\?s=[^"]+)"', page.text)
    assert found
    token = parse_qs(urlsplit(unescape(found[1])).query)["s"][0]
    assert token == later.links.signature("INV-2")


async def test_a_way_back_is_good_for_nothing_else_and_not_changed(later: Portal) -> None:
    link = address(later.links.back("INV-1", "left", 1))
    assert (await later.http.get(link)).status_code == 200
    token = parse_qs(urlsplit(link).query)["s"][0]
    for wrong in (
        f"/pay/INV-1?s={token}",
        f"/pay/INV-1/why?s={token}",
        link.replace("did=left", "did=method"),
        link.replace("had=1", "had=0"),
        link.replace("INV-1", "INV-2"),
        link.replace(token, later.links.signature("INV-1")),
    ):
        assert (await later.http.get(wrong)).status_code == 404, wrong
    assert (await later.http.post("/pay/INV-1", data={"s": token})).status_code == 404


async def test_a_way_back_that_is_loaded_for_ever_asks_the_gateway_a_bounded_number_of_times(later: Portal) -> None:
    link = address(later.links.back("INV-1"))
    for _ in range(2 * ASKED):
        assert (await later.http.get(link)).status_code == 200
    assert len(later.company.questions) == ASKED


async def test_a_way_back_is_over_too(later: Portal, clock: Clock) -> None:
    link = address(later.links.back("INV-1"))
    clock.at += timedelta(days=63)
    page = await later.http.get(link)
    assert (page.status_code, "19,99" in page.text) == (410, False)


async def test_a_link_of_a_clock_that_is_ahead_is_good(later: Portal) -> None:
    ahead = later.links.links.pay("INV-1", now() + timedelta(hours=3))
    assert (await later.http.get(address(ahead))).status_code == 200


async def test_a_last_day_that_was_stretched_is_no_link(later: Portal, clock: Clock) -> None:
    token = later.links.signature("INV-1")
    clock.at += timedelta(days=500)
    stretched = f"{int(token[:8]) + 10_000}{token[8:]}"
    assert (await later.http.get("/pay/INV-1", params={"s": stretched})).status_code == 404
    short = Term(clock.at - timedelta(days=2), (clock.at - timedelta(days=1)).date())
    own = later.links.links.token("pay", "INV-1", short)
    assert (await later.http.get("/pay/INV-1", params={"s": own})).status_code == 410


class Forgetful(SqlStore):
    """A store that cannot be asked which links are ended."""

    async def links_ended(self, invoice: str) -> datetime | None:
        raise StoreOutageError(f"the store is away: {invoice}")


async def test_while_nobody_can_say_whether_a_link_was_ended_nothing_is_shown(url: str) -> None:
    store = Forgetful(url)
    async with portal(url, delivering=False, store=store) as door:
        await door.store.put_account(Account(id="bakery", name="Example Bakery"))
        await also_open(door, case_of())
        assert await opened(door, links_of(door)[:2]) == [503, 503]
        assert (await door.submit("INV-1")).status_code == 503
        page = await door.http.get(address(door.links.back("INV-1")))
        said = text_of(page.text)
        assert (page.status_code, "being confirmed" in said) == (200, True), "who has just paid reads no error"
        assert "19.99" not in said
        assert door.company.asked == []
        assert door.company.questions == []
    await store.close()


async def test_it_is_one_row_that_is_asked_for(later: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    row = SqlStore._row

    async def counting(self: SqlStore, query: object, *values: object) -> object:
        text = str(query)
        if "ended_links" in text:
            asked.append(text)
        return await row(self, query, *values)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(SqlStore, "_row", counting)
    await later.page("INV-1")
    assert len(asked) == 1
    assert "WHERE ended_links.invoice = " in asked[0]
    assert [column.name for column in ended_links.primary_key] == ["invoice"], "so it is found by its key"
