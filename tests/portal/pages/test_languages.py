"""Every page in one language, whole: German for who reads it, English where one is missing; one way of amounts."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import httpx2
import pytest

from composition import now
from dunning.case.ledger import Kind
from dunning.holds import Hold
from dunning.level import Level
from dunning.money import Money
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account, Contact, Service
from dunning.records.mail import NoticeCopy, NoticeText
from dunning.services.hold_reasons import Category
from dunning.tickets.kind import DEPARTMENTS, Department
from dunning.tickets.ticket import TicketOrder
from portal.http.readers import Reader
from tests.notices.test_languages import NAMES
from tests.portal import bills
from tests.portal.bills import case_of
from tests.portal.pages.test_pay import STATES, also_open, seen_in, show, text_of
from tests.portal.world import LANGUAGES, READERS, Portal

SITE = "sandbox:bakery:website"
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
TELLTALE = re.compile(
    r"\b(the|you|your|this|is|are|and|have|has|been|will|please|payment|invoice|due|balance|next|hello|thank|on|of|to|we|"
    r"nothing|not|suspended|locked|paid|fee|team|write|help|with|for|from|that|be|by|a)\b",
    re.IGNORECASE,
)
CODES = re.compile(r"\b(USD|EUR|CHF)\b")
"""Amounts for people have signs, as their language writes them."""


@pytest.fixture(params=["de_DE", "fr_FR"])
async def reader(request: pytest.FixtureRequest, kept: Portal) -> Reader:
    """Give a customer of that locale, for whom everything is wrong that can be."""
    contacts = (Contact(account="bakery", email="info@bakery.example", bounced_at=now(), bounce="5.1.1"),)
    services = (Service(id=SITE, account="bakery", user="bakery", domain="bakery.example"),)
    account = Account(
        id="bakery", name="Backhaus", locale=request.param, payer="cus_1", zone="Europe/Berlin", contacts=contacts,
        services=services,
    )  # fmt: skip
    await kept.store.put_account(account)
    return READERS.of(account)


def check(page: httpx2.Response, reader: Reader, status: int = 200) -> str:
    """Nothing of the other language, no code of a currency beside a sign; returns its words."""
    assert page.status_code == status
    german = reader.language == "de"
    assert f'<html lang="{"de" if german else "en"}" dir="ltr">' in page.text
    said = text_of(page.text)
    title = unescape(re.findall(r"<title>(.*?)</title>", page.text, re.DOTALL)[0])
    left = TELLTALE.findall(NAMES.sub("", f"{said} {title}"))
    if german:
        assert left == [], said
    else:
        assert left
        assert re.search(r"\b(Sie|Rechnung|wird|lundi|mardi|jeudi|janvier|novembre|décembre)\b", said) is None, said
    assert CODES.findall(said) == []
    assert "{" not in said
    return said


async def test_an_invoice_with_all_that_may_stand_on_its_page(kept: Portal, reader: Reader) -> None:
    await also_open(kept, bills.paid_case(case_of("INV-1", rules="courtesy-5-10-35", overdue=12), "USD 1.00"))
    await also_open(kept, bills.in_transit(case_of("INV-2", rules="courtesy-5-10-35", overdue=42)))
    for source in ("INV-1", "tos", "dmca", "abuse", "manual"):
        await kept.store.place_hold(Hold(account="bakery", source=source, level=Level.SUSPENDED, since=now()))
    said = check(await kept.page("INV-1"), reader)
    assert ("18,99\u00a0$" if reader.language else "$18.99") in said.replace(" $", "\u00a0$")
    again = await kept.http.get(f"/pay/INV-1?s={kept.links.signature('INV-1')}&again=1")
    check(again, reader)
    assert reader.words["invoice"]["again"] in again.text


@pytest.mark.parametrize("state", STATES)
async def test_each_state_of_an_invoice(kept: Portal, reader: Reader, state: str) -> None:
    show(kept, STATES[state][0](case_of()))
    check(await kept.page("INV-1"), reader)


async def test_the_ends_of_the_way_back(kept: Portal, reader: Reader) -> None:
    links = {did: kept.links.back("INV-1", did).replace("https://pay.example", "") for did in ("pay", "left", "method")}
    show(kept, case_of())
    for link in links.values():
        check(await kept.http.get(link), reader)
    check(await kept.http.get(f"{links['pay']}&n=9999"), reader)
    kept.company.underway = ("pi_1",)
    check(await kept.http.get(links["pay"]), reader)
    for case in (bills.paid_case(case_of()), bills.in_transit(case_of()), bills.paid_case(case_of(), "USD 5.00")):
        show(kept, case)
        check(await kept.http.get(links["pay"]), reader)


async def test_the_gateway_s_own_page_and_the_words_of_consent(kept: Portal, reader: Reader) -> None:
    show(kept, case_of())
    seen = seen_in((await kept.page("INV-1")).text)
    await kept.submit("INV-1", seen=seen, consent="yes")
    visit = kept.company.asked[0][5]
    title = "Rechnung INV-1" if reader.language else "Invoice INV-1"
    assert (visit.title, visit.language, visit.consent) == (title, reader.language or "en", reader.terms)
    assert bool(TELLTALE.findall(NAMES.sub("", reader.terms))) is not bool(reader.language)


async def test_an_outage_and_a_fault_are_told_to_the_customer_in_their_language(kept: Portal, reader: Reader) -> None:
    await also_open(kept, case_of())
    kept.company.away = True
    check(await kept.submit("INV-1"), reader, 503)
    for trouble, status in ((OutageError("away"), 503), (KeyError("x"), 500)):
        kept.cases.troubles["*"] = trouble
        check(await kept.page("INV-1"), reader, status)
    kept.cases.troubles["*"] = OutageError("away")
    check(await kept.http.get(kept.links.back("INV-1").replace("https://pay.example", "")), reader)


async def test_the_page_for_visitors_of_a_suspended_site_is_its_owner_s(kept: Portal, reader: Reader) -> None:
    for source in ("INV-1", "abuse", "dmca", "manual"):
        await kept.store.place_hold(Hold(account="bakery", source=source, level=Level.SUSPENDED, since=now()))
    check(await kept.http.get(f"/sites/{SITE}/suspended", headers={"Accept-Language": "en"}), reader)


async def test_a_ticket_and_the_notice_that_it_quotes(kept: Portal, reader: Reader) -> None:
    content = NoticeText(subject="Nr. 7", text="-", html="-", template="t")
    notice = NoticeCopy(id="INV-1:x:0", invoice="INV-1", account="bakery", recipient="a@b", at=now(), content=content)
    await kept.store.put_notice(notice)
    at = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    for department in Department:
        kind = next(kind for kind, its in DEPARTMENTS.items() if its is department)
        order = TicketOrder(
            invoice="INV-1", account="bakery", step=f"mail:{department}", at=at, kind=kind, subject="s", body="b",
            notice=notice.id,
        )  # fmt: skip
        await kept.store.open_ticket(order)
        said = check(await kept.http.get(kept.links.ticket(order.key).removeprefix("https://pay.example")), reader)
        assert ("2. Dezember 2026" if reader.language else "December 2, 2026") in said, "the day in the account's zone"


@pytest.mark.parametrize("path", ["/pay/help", "/pay/INV-1?s=wrong", "/nowhere", f"/sites/{SITE}/suspended"])
async def test_who_comes_without_an_account_reads_what_the_browser_asks_for(kept: Portal, path: str) -> None:
    german = READERS.of(Account(id="a", name="", locale="de_DE"))
    english = READERS.of(Account(id="a", name=""))
    for headers, reader in ((GERMAN, german), ({"Accept-Language": "fr"}, english), ({}, english)):
        page = await kept.http.get(path, headers=headers)
        check(page, reader, page.status_code)
    wanted = await kept.http.get(f"{path}{'&' if '?' in path else '?'}lang=de")
    check(wanted, german, wanted.status_code)


@pytest.mark.parametrize(("trouble", "status"), [(OutageError("away"), 503), (KeyError("x"), 500)])
async def test_what_went_wrong_before_the_customer_was_known(kept: Portal, trouble: Exception, status: int) -> None:
    kept.cases.troubles["*"] = trouble
    page = await kept.http.get(f"/pay/INV-1?s={kept.links.signature('INV-1')}", headers=GERMAN)
    check(page, READERS.of(Account(id="a", name="", locale="de_DE")), status)
    assert (await kept.http.request("DELETE", "/pay/INV-1", headers=GERMAN)).status_code == 405


@pytest.mark.parametrize("language", ["", "de"])
def test_there_are_words_for_all_that_a_page_may_name(language: str) -> None:
    words = LANGUAGES.pages(language)
    assert words["lines"].keys() == {kind.value for kind in Kind}
    assert words["suspended"]["reasons"].keys() == {each.value for each in Category}
    assert words["ticket"]["departments"].keys() == {each.value for each in Department}


def flat(words: dict[str, Any], way: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, word in words.items():
        found |= flat(word, f"{way}{key}.") if isinstance(word, dict) else {way + key: word}  # pyright: ignore[reportUnknownArgumentType]
    return found


def test_german_has_the_facts_of_every_english_sentence_and_no_word_of_it() -> None:
    english, german = flat(LANGUAGES.pages("")), flat(LANGUAGES.pages("de"))
    assert english.keys() == german.keys()
    for key, word in english.items():
        assert set(re.findall(r"{\w+}", german[key])) == set(re.findall(r"{\w+}", word)), key
        assert TELLTALE.findall(re.sub(r"{\w+}|<[^>]+>", "", german[key])) == [], key


async def test_another_currency_keeps_one_way_too(kept: Portal) -> None:
    await kept.store.put_account(Account(id="bakery", name="B", locale="en_US"))
    case = case_of()
    euros = Money.parse("EUR 19.99")
    entry = case.entries[0].model_copy(update={"amount": euros})
    invoice = case.invoice.model_copy(update={"amount": euros})
    show(kept, case.model_copy(update={"entries": (entry,), "invoice": invoice}))
    said = text_of((await kept.page("INV-1")).text)
    assert "€19.99" in said
    assert CODES.findall(said) == []
